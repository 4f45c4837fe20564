// Panic: when so few hosts are well that a proxy stops looking at health.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libmesh/policy/priority_load.h"

namespace mesh {

/// Is the share of healthy and degraded hosts below the threshold? No overprovisioning here; a
/// priority without hosts has a share of 0. Source:
/// source/extensions/load_balancing_policies/common/load_balancer_impl.cc (isHostSetInPanic).
bool is_below_panic_threshold(const PriorityHosts& priority, std::uint32_t threshold_percent);

struct PriorityConfig {
  std::uint32_t overprovisioning_percent = default_overprovisioning_percent;
  /// Envoy: 50; istiod writes 0 unless asked, which disables panic (`istio.md` §1.2.4).
  std::uint32_t panic_threshold_percent = 50;
};

/// What a balancer knows of its priorities after a health change, one entry per priority.
struct PriorityTable {
  std::vector<Availability> available;
  std::vector<PriorityShare> share;
  /// 1: all hosts of the priority are picked regardless of health, ejected ones included.
  std::vector<std::uint8_t> panic;

  bool operator==(const PriorityTable&) const = default;
};

/// Loads and panic of all priorities (`envoy.md` §6.2, §6.3): no priority panics while the total
/// availability is 100; when every priority panics the load goes by number of hosts; with threshold
/// 0 and nothing available everything goes to priority 0, which has no host to give.
/// `counts` are hosts, `weights` the same by weight when weighted_priority_health is set, else
/// empty. `out` keeps its memory when it has the size already. Source: the same file
/// (recalculatePerPriorityState, recalculatePerPriorityPanic, recalculateLoadInTotalPanic).
void assess_priorities(const PriorityConfig& config, std::span<const PriorityHosts> counts,
                       std::span<const PriorityHosts> weights, PriorityTable& out);

}  // namespace mesh
