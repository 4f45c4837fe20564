// Envoy's update merge window: when a balancer hears of a health change.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

/// update_merge_window; Istio does not change it.
/// Source: source/common/upstream/cluster_manager_impl.cc (postInitializeCluster).
inline constexpr Duration default_merge_window = seconds(1);

/// One cluster as one proxy's main thread sees it; the clock of all its priorities, because a
/// change of one host re-publishes every priority. Default = nothing delivered yet.
struct MergeWindow {
  Instant delivered_at{};
  bool delivered = false;
  bool waiting = false;  // a timer runs
  bool operator==(const MergeWindow&) const = default;
};

enum class Delivery : std::uint8_t {
  Now,         // deliver all that is known, and cancel a timer that runs
  StartTimer,  // wait one full window from now
  Wait,        // a timer runs already
};

/// A change at `now`. `mergeable`: no host came or went (ejection, return, health check result,
/// weight). Delivered at once when more than a window has passed since the last delivery, in whole
/// milliseconds, or when it is not mergeable; a window of 0 delivers everything at once.
/// Source: the same file (scheduleUpdate).
Delivery on_change(MergeWindow& state, Instant now, bool mergeable,
                   Duration window = default_merge_window);

/// The timer fired: deliver all that is known. Source: the same file (applyUpdates).
void on_merge_timer(MergeWindow& state, Instant now);

}  // namespace mesh
