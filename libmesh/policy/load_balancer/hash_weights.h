// Host weights normalised to a sum of one, for balancers that hash.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libmesh/policy/load_balancer/hosts.h"

namespace mesh {

struct HashedHost {
  std::string_view key;
  std::uint32_t host = 0;  // caller's index
  double weight = 0.0;     // share of 1
};

struct HashWeights {
  std::vector<HashedHost> hosts;
  double min = 1.0, max = 0.0;
};

/// weight / sum of weights. Source:
/// source/extensions/load_balancing_policies/common/thread_aware_lb_impl.cc (normalizeHostWeights).
HashWeights normalize_weights(std::span<const BalancerHost> hosts);

/// One locality's hosts with the locality's weight.
struct WeightedLocality {
  std::uint32_t weight = 0;
  std::vector<std::uint32_t> members;  // indices into `hosts`
};

/// Locality weights first: a host's share is its weight within its locality times the locality's
/// share; localities of weight 0 have none. Source: the same file (normalizeLocalityWeights).
HashWeights normalize_weights(std::span<const BalancerHost> hosts,
                              std::span<const WeightedLocality> localities);

}  // namespace mesh
