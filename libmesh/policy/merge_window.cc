// The clock between deliveries of merged updates.
#include "libmesh/policy/merge_window.h"

namespace mesh {

Delivery on_change(MergeWindow& state, Instant now, bool mergeable, Duration window) {
  if (window.ns <= 0) return Delivery::Now;
  const bool outside = !state.delivered || whole_milliseconds(elapsed(state.delivered_at, now)) >
                                               whole_milliseconds(window);
  if (outside || !mergeable) {
    state = {.delivered_at = now, .delivered = true, .waiting = false};
    return Delivery::Now;
  }
  if (state.waiting) return Delivery::Wait;
  state.waiting = true;
  return Delivery::StartTimer;
}

void on_merge_timer(MergeWindow& state, Instant now) {
  state = {.delivered_at = now, .delivered = true, .waiting = false};
}

}  // namespace mesh
