// Envoy's weighted clusters: one stable word chooses the cluster of a request.
#pragma once

#include <cstdint>
#include <span>

#include "libmesh/base/check.h"

namespace mesh {

/// Index of the half-open interval, in configured order, that holds `value` mod the sum of weights;
/// the sum must not be 0. `value` is the stream's stable random word, a header's number or the
/// route's hash; it is drawn once per request, so retries stay in their cluster.
/// Source: source/common/router/weighted_cluster_specifier.cc (pickWeightedCluster).
constexpr std::uint32_t weighted_cluster_pick(std::span<const std::uint32_t> weights,
                                              std::uint64_t value) {
  std::uint64_t total = 0;
  for (const std::uint32_t weight : weights) total += weight;
  MESH_CHECK(total > 0);
  std::uint64_t rest = value % total;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    if (rest < weights[i]) return i;
    rest -= weights[i];
  }
  return 0;  // not reached: the intervals cover the sum
}

}  // namespace mesh
