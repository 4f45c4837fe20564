// The hosts of one source (healthy, degraded, all, one locality) as balancers are built over them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mesh {

/// What a pick returns when there is no host at all.
inline constexpr std::uint32_t no_host = 0xffffffffu;

struct BalancerHost {
  std::string_view key;  // address:port, hostname or metadata hash_key; read by hashing ones only
  std::uint32_t weight = 1;
};

/// What one pick may look at besides the hosts' active requests.
struct Selection {
  std::uint64_t hash = 0;            // of the route's hash policy, else a random word
  std::uint32_t attempt = 0;         // number of picks that predicates refused just before
  std::uint32_t cluster_active = 0;  // active requests of the whole cluster, for bounded load
};

/// Source: source/extensions/load_balancing_policies/common/load_balancer_impl.cc
/// (hostWeightsAreEqual).
constexpr bool weights_are_equal(std::span<const BalancerHost> hosts) {
  for (const BalancerHost& host : hosts) {
    if (host.weight != hosts.front().weight) return false;
  }
  return true;
}

}  // namespace mesh
