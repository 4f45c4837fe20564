// Integer percentages of priorities, truncated where Envoy truncates.
#include "libmesh/policy/priority_load.h"

#include <algorithm>

#include "libmesh/base/check.h"

namespace mesh {
namespace {

std::uint8_t percent(std::uint32_t part, std::uint32_t whole, std::uint32_t factor) {
  const std::uint64_t scaled = std::uint64_t{factor} * part / whole;
  return static_cast<std::uint8_t>(std::min<std::uint64_t>(100, scaled));
}

}  // namespace

Availability availability(const PriorityHosts& priority, std::uint32_t overprovisioning_percent) {
  MESH_CHECK(priority.hosts >= priority.excluded);
  const std::uint32_t counted = priority.hosts - priority.excluded;
  if (counted == 0) return {};
  return {percent(priority.healthy, counted, overprovisioning_percent),
          percent(priority.degraded, counted, overprovisioning_percent)};
}

std::uint32_t total_availability(std::span<const Availability> priorities) {
  std::uint32_t total = 0;
  for (const Availability& p : priorities) total += p.healthy + p.degraded;
  return std::min(total, 100u);
}

void distribute_load(std::span<const Availability> priorities, std::span<PriorityShare> out) {
  MESH_CHECK(out.size() == priorities.size());
  const std::uint32_t total = total_availability(priorities);
  MESH_CHECK(total > 0);
  std::uint32_t left = 100;
  const auto take = [&](std::uint8_t available) {
    const std::uint32_t part = std::min<std::uint32_t>(left, available * 100u / total);
    left -= part;
    return static_cast<std::uint8_t>(part);
  };
  for (std::size_t p = 0; p < out.size(); ++p) out[p].healthy = take(priorities[p].healthy);
  for (std::size_t p = 0; p < out.size(); ++p) out[p].degraded = take(priorities[p].degraded);

  const auto has_healthy = [](const Availability& a) { return a.healthy > 0; };
  const auto has_degraded = [](const Availability& a) { return a.degraded > 0; };
  const auto healthy = std::find_if(priorities.begin(), priorities.end(), has_healthy);
  if (healthy != priorities.end()) {
    auto& first = out[static_cast<std::size_t>(healthy - priorities.begin())].healthy;
    first = static_cast<std::uint8_t>(first + left);
    return;
  }
  const auto degraded = std::find_if(priorities.begin(), priorities.end(), has_degraded);
  auto& first = out[static_cast<std::size_t>(degraded - priorities.begin())].degraded;
  first = static_cast<std::uint8_t>(first + left);
}

PriorityChoice choose_priority(std::span<const PriorityShare> shares, std::uint64_t random) {
  const std::uint64_t draw = random % 100 + 1;
  std::uint64_t cumulated = 0;
  for (std::uint32_t p = 0; p < shares.size(); ++p) {
    cumulated += shares[p].healthy;
    if (draw <= cumulated) return {p, false};
  }
  for (std::uint32_t p = 0; p < shares.size(); ++p) {
    cumulated += shares[p].degraded;
    if (draw <= cumulated) return {p, true};
  }
  return {};  // no priority at all; the shares of others add up to 100
}

}  // namespace mesh
