// Least request: the emptier of N random choices, or a full scan; unequal weights use edf.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "libmesh/base/math.h"

namespace mesh {

/// Which of `choices` hosts, drawn with replacement, has the fewest active requests; the first one
/// wins ties. `active(i)` is the count of host i (streams on connections, shared by the proxy's
/// workers; queued requests do not count), `next_word()` one uniform 64-bit word.
/// `n` > 0, `choices` > 0.
/// Source: source/extensions/load_balancing_policies/least_request/least_request_lb.cc
/// (unweightedHostPickNChoices).
template <class Active, class WordSource>
constexpr std::uint32_t least_request_pick(std::uint32_t n, std::uint32_t choices, Active&& active,
                                           WordSource&& next_word) {
  auto best = static_cast<std::uint32_t>(next_word() % n);
  for (std::uint32_t choice = 1; choice < choices; ++choice) {
    const auto rival = static_cast<std::uint32_t>(next_word() % n);
    if (active(rival) < active(best)) best = rival;
  }
  return best;
}

/// The minimum over all hosts; among k tied ones each with chance 1/k by reservoir sampling, one
/// word per tie met. Source: the same file (unweightedHostPickFullScan).
template <class Active, class WordSource>
constexpr std::uint32_t least_request_full_scan(std::uint32_t n, Active&& active,
                                                WordSource&& next_word) {
  std::uint32_t best = 0;
  std::uint64_t tied = 1;
  for (std::uint32_t i = 1; i < n; ++i) {
    if (active(i) < active(best)) {
      best = i;
      tied = 1;
    } else if (active(i) == active(best)) {
      if (next_word() % ++tied == 0) best = i;
    }
  }
  return best;
}

/// Weight of a host in the schedule of unequal weights: weight / (active + 1)^bias, evaluated when
/// the host is put (back) into the schedule. Source: the same file (hostWeight).
inline double least_request_weight(double weight, std::uint64_t active, double bias) {
  const double load = static_cast<double>(active) + 1.0;
  if (bias == 1.0) return weight / load;
  if (bias == 0.0) return weight;
  return weight / pow(load, bias);
}

struct LeastRequestBalancer {
  static constexpr std::string_view name = "LEAST_REQUEST";
  static constexpr bool weighted = true;
};

}  // namespace mesh
