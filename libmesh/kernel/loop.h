// The loop that gives a handler what happens next, until an instant.
#pragma once

#include <algorithm>
#include <cstdint>

#include "libmesh/base/check.h"
#include "libmesh/kernel/event_queue.h"
#include "libmesh/kernel/fingerprint.h"
#include "libmesh/kernel/timer_lane.h"

namespace mesh {

/// Pending events, timers, the present instant. A value type: copy it together with the state of
/// its handler, run both, and both live through the same history.
///
/// The order is total: by time; at the same nanosecond events before timers (a completion beats the
/// timeout that waits for it); events in the order they were scheduled; timers by lane, then in the
/// order they were armed.
class Loop {
 public:
  Instant now() const { return now_; }

  void schedule(Instant at, std::uint8_t kind, std::uint32_t generation, std::uint32_t slot) {
    MESH_CHECK(at >= now_);
    events.push(Event::make(at, kind, generation, slot));
  }
  TimerRef arm(LaneId lane, std::uint8_t kind, std::uint32_t generation, std::uint32_t slot) {
    return timers.arm(lane, now_, kind, generation, slot);
  }

  /// Handles everything up to and including `until`; afterwards now() is `until`, or the last
  /// instant at which anything happened when `until` is `never`. The handler offers
  /// on_event(const Event&) and on_timer(const Fired&), and may schedule, arm and cancel.
  template <class Handler>
  void run_until(Instant until, Handler&& handler) {
    while (step(until, handler)) {
    }
  }

  /// The same for at most `count` events and timers. Returns how many were handled: when fewer,
  /// `until` is reached.
  template <class Handler>
  std::uint64_t run_some(Instant until, std::uint64_t count, Handler&& handler) {
    std::uint64_t handled = 0;
    while (handled < count && step(until, handler)) handled += 1;
    return handled;
  }

  /// Changes with every event and timer handled so far, their times, their order.
  std::uint64_t fingerprint() const { return fingerprint_.value(); }
  /// Events and timers handled so far.
  std::uint64_t handled() const { return handled_; }

  EventQueue events;
  TimerLanes timers;

 private:
  /// Handles one event or timer; when none is due, time passes to `until`.
  template <class Handler>
  bool step(Instant until, Handler& handler) {
    for (;;) {
      Event next;
      const Instant limit = std::min(until, timers.earliest());
      if (events.pop_at_or_before(limit, next)) {
        enter(next);
        handler.on_event(static_cast<const Event&>(next));
        return true;
      }
      if (timers.earliest() > until || timers.earliest() == never) {
        if (until != never && now_ < until) now_ = until;
        return false;
      }
      if (timers.expire_one(limit, next)) {
        enter(next);
        handler.on_timer(static_cast<const Fired&>(next));
        return true;
      }
      // The bound was that of a cancelled timer; it is a later one now.
    }
  }
  void enter(const Event& next) {
    now_ = next.time();
    handled_ += 1;
    fingerprint_.mix(next.at);
    fingerprint_.mix(next.word);
  }

  Instant now_{};
  Fingerprint fingerprint_;
  std::uint64_t handled_ = 0;
};

}  // namespace mesh
