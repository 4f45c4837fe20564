// Round robin among hosts of equal weight; unequal weights use edf.h.
#pragma once

#include <cstdint>
#include <string_view>

namespace mesh {

/// One cursor of one worker. Envoy keeps one per host source (healthy hosts, degraded, all, each
/// locality of a priority) and keeps it when the members change.
/// Source: source/extensions/load_balancing_policies/round_robin/round_robin_lb.h.
struct RoundRobinState {
  std::uint64_t next = 0;
  bool operator==(const RoundRobinState&) const = default;
};

/// All cursors of a balancer start at its random seed.
constexpr RoundRobinState round_robin_start(std::uint64_t seed) {
  return {seed};
}

/// hosts[index++ mod n]; `n` > 0.
constexpr std::uint32_t round_robin_pick(RoundRobinState& state, std::uint32_t n) {
  return static_cast<std::uint32_t>(state.next++ % n);
}

struct RoundRobinBalancer {
  static constexpr std::string_view name = "ROUND_ROBIN";
  static constexpr bool weighted = true;
};

}  // namespace mesh
