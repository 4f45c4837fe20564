// How a cluster's load is divided among priorities by their health.
#pragma once

#include <cstdint>
#include <span>

namespace mesh {

/// Hosts of one priority as the balancer has been told of them. With weighted_priority_health the
/// numbers are sums of weights instead (but panic counts hosts, panic.h).
struct PriorityHosts {
  std::uint32_t hosts = 0;  // all of them
  std::uint32_t healthy = 0, degraded = 0;
  std::uint32_t excluded = 0;  // pending first check, immediate health check fail, EDS draining
};

/// Percent of a priority that can be used, each part capped at 100.
struct Availability {
  std::uint8_t healthy = 0, degraded = 0;
  bool operator==(const Availability&) const = default;
};

/// Percent of the load that goes to the healthy and to the degraded hosts of a priority.
struct PriorityShare {
  std::uint8_t healthy = 0, degraded = 0;
  bool operator==(const PriorityShare&) const = default;
};

/// Envoy's factor: 1.4 times the healthy share counts. Source: envoy/upstream/upstream.h
/// (kDefaultOverProvisioningFactor).
inline constexpr std::uint32_t default_overprovisioning_percent = 140;

/// floor(factor × healthy / (hosts - excluded)) capped at 100; 0 without hosts (`envoy.md` §6.2).
/// Source: source/extensions/load_balancing_policies/common/load_balancer_impl.cc
/// (recalculatePerPriorityState).
Availability availability(const PriorityHosts& priority, std::uint32_t overprovisioning_percent =
                                                             default_overprovisioning_percent);

/// Sum over all priorities, capped at 100.
std::uint32_t total_availability(std::span<const Availability> priorities);

/// Divides 100 % by availability, in order of priority, healthy before degraded; what rounding
/// leaves goes to the first priority with healthy hosts, else with degraded ones. Needs a total
/// availability above 0. Source: the same function with distributeLoad.
void distribute_load(std::span<const Availability> priorities, std::span<PriorityShare> out);

struct PriorityChoice {
  std::uint32_t priority = 0;
  bool degraded = false;
};

/// `random` mod 100 + 1 against the cumulated shares, healthy ones first. `random` is the hash for
/// balancers that hash. Source: the same file (choosePriority).
PriorityChoice choose_priority(std::span<const PriorityShare> shares, std::uint64_t random);

}  // namespace mesh
