// The load of a retry without the priorities that were attempted.
#include "libmesh/policy/retry_selection.h"

#include "libmesh/base/check.h"

namespace mesh {
namespace {

std::uint32_t availability_left(std::span<const Availability> health,
                                std::span<const std::uint8_t> excluded) {
  std::uint32_t total = 0;
  for (std::size_t p = 0; p < health.size(); ++p) {
    if (!excluded[p]) total += health[p].healthy + health[p].degraded;
  }
  return std::min(total, 100u);
}

/// Envoy hands out rounding rests by going round again, priority by priority.
void share_out(std::span<const Availability> health, std::span<const std::uint8_t> excluded,
               std::uint32_t total, std::span<PriorityShare> share) {
  std::fill(share.begin(), share.end(), PriorityShare{});
  std::uint32_t left = 100;
  const auto give = [&](std::uint8_t availability, std::uint8_t& to) {
    const std::uint32_t part = std::min<std::uint32_t>(left, availability * 100u / total);
    to = static_cast<std::uint8_t>(to + part);
    left -= part;
  };
  while (left > 0) {
    for (std::size_t p = 0; p < health.size(); ++p) {
      if (!excluded[p]) give(health[p].healthy, share[p].healthy);
    }
    for (std::size_t p = 0; p < health.size(); ++p) {
      if (!excluded[p]) give(health[p].degraded, share[p].degraded);
    }
  }
}

}  // namespace

void note_attempt(PreviousPriorities& state, std::span<std::uint8_t> tried,
                  std::uint32_t priority) {
  MESH_CHECK(priority < tried.size());
  state.attempted += 1;
  tried[priority] = 1;
}

bool previous_priorities_load(PreviousPriorities& state, std::uint32_t frequency,
                              std::span<const Availability> health, std::span<std::uint8_t> tried,
                              std::span<std::uint8_t> excluded, std::span<PriorityShare> share) {
  if (frequency == 0 || state.attempted < frequency) return false;
  if (state.attempted % frequency != 0) return state.adjusted;

  for (std::size_t p = 0; p < excluded.size(); ++p) excluded[p] |= tried[p];
  std::uint32_t total = availability_left(health, excluded);
  if (total == 0) {
    std::fill(excluded.begin(), excluded.end(), std::uint8_t{0});
    std::fill(tried.begin(), tried.end(), std::uint8_t{0});
    state.attempted = 0;
    total = availability_left(health, excluded);
  }
  state.adjusted = total > 0;
  if (state.adjusted) share_out(health, excluded, total, share);
  return state.adjusted;
}

}  // namespace mesh
