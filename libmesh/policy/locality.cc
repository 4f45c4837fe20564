// Effective locality weights with their schedule.
#include "libmesh/policy/locality.h"

#include <algorithm>

namespace mesh {

double effective_locality_weight(const LocalityHosts& locality,
                                 std::uint32_t overprovisioning_percent) {
  const std::uint32_t counted = locality.hosts - locality.excluded;
  if (counted == 0) return 0.0;
  const double available = 1.0 * locality.eligible / counted;
  return locality.weight * std::min(1.0, (overprovisioning_percent / 100.0) * available);
}

LocalitySchedule::LocalitySchedule(std::span<const LocalityHosts> localities,
                                   std::uint32_t overprovisioning_percent, std::uint64_t seed) {
  for (std::uint32_t i = 0; i < localities.size(); ++i) {
    const double weight = effective_locality_weight(localities[i], overprovisioning_percent);
    if (weight > 0.0) entries_.push_back({i, weight});
  }
  schedule_ =
      EdfSchedule::fast_forward(static_cast<std::uint32_t>(entries_.size()), seed,
                                [this](std::uint32_t item) { return entries_[item].weight; });
}

std::optional<std::uint32_t> LocalitySchedule::pick() {
  if (schedule_.empty()) return std::nullopt;
  const std::uint32_t item = schedule_.pick([this](std::uint32_t i) { return entries_[i].weight; });
  return entries_[item].locality;
}

}  // namespace mesh
