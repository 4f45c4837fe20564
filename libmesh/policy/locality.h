// Weighted choice among the localities of a priority, by what is left of each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libmesh/policy/load_balancer/edf.h"

namespace mesh {

/// One locality as the balancer has been told of it.
struct LocalityHosts {
  std::uint32_t weight = 0;
  std::uint32_t hosts = 0;
  std::uint32_t eligible = 0;  // healthy ones; for the degraded schedule the degraded ones
  std::uint32_t excluded = 0;
  bool operator==(const LocalityHosts&) const = default;
};

/// weight × min(1, overprovisioning/100 × eligible/(hosts - excluded)); 0 without hosts.
/// Source: source/extensions/load_balancing_policies/common/locality_wrr.cc
/// (effectiveLocalityWeight).
double effective_locality_weight(const LocalityHosts& locality,
                                 std::uint32_t overprovisioning_percent);

/// EDF over the localities with a positive effective weight; rebuilt, with a fresh seed, at every
/// update of the hosts. Source: the same file (rebuildLocalityScheduler, chooseLocality).
class LocalitySchedule {
 public:
  LocalitySchedule() = default;
  LocalitySchedule(std::span<const LocalityHosts> localities,
                   std::uint32_t overprovisioning_percent, std::uint64_t seed);

  /// Index of the next locality; nothing when no locality has any eligible host or weight, and
  /// then the hosts of all localities are used together.
  std::optional<std::uint32_t> pick();

 private:
  struct Entry {
    std::uint32_t locality;
    double weight;
  };
  std::vector<Entry> entries_;
  EdfSchedule schedule_;
};

}  // namespace mesh
