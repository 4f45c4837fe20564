// Subsets of Envoy's own that an EnvoyFilter adds to clusters.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libmesh/spec/resource.h"

namespace mesh::istio {

enum class SubsetFallback : std::uint8_t { NoFallback, AnyEndpoint, DefaultSubset };

/// One set of keys that makes subsets.
struct SubsetSelector {
  std::vector<std::string> keys;
  bool operator==(const SubsetSelector&) const = default;
};

/// lb_subset_config, as far as it decides anything: endpoints from istiod carry no metadata that a
/// subset could be made of. Names as in api/envoy/config/cluster/v3/cluster.proto.
struct SubsetPatch {
  std::optional<SubsetFallback> fallback;
  std::vector<SubsetSelector> selectors;
  bool has_default_subset = false;  // with at least one key
  bool panic_mode_any = false;
  Place place;
  bool operator==(const SubsetPatch&) const = default;
};

}  // namespace mesh::istio
