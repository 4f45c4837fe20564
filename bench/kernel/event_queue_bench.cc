// The price of one pending event, with and without a timer armed and cancelled beside it.

// Names: hold/<pending set>/<pending>, hold_timer/<pending set>/<pending>/<timeout>. "hold" takes
// the earliest event, puts it back an exponential time with a mean of 1 ms later. "hold_timer"
// also cancels the previous timeout of the event's entity, arms a new one, as every request does.
// Compare within one run only: own / heap4 should be at most 0.7, 0.5, 0.2 at 1e2, 1e4, 1e6.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libmesh/base/distribution.h"
#include "libmesh/base/rng.h"
#include "libmesh/kernel/event_queue.h"
#include "libmesh/kernel/timer_lane.h"
#include "tests/support/heap4.h"

namespace mesh {
namespace {

/// Increments drawn beforehand, so that drawing is not measured.
class Increments {
 public:
  Increments() : table_(std::size_t{1} << 14) {
    const Distribution law(Exponential{milliseconds(1)});
    for (std::size_t i = 0; i < table_.size(); ++i) {
      table_[i] =
          static_cast<std::uint32_t>(1 + law.sample(Draws(1).at(Purpose::Disturbance, 0, i)).ns);
    }
  }
  std::uint32_t next() { return table_[used_++ & (table_.size() - 1)]; }

 private:
  std::vector<std::uint32_t> table_;
  std::size_t used_ = 0;
};

/// The engine's pending set behind the face of the heap.
class Own {
 public:
  void push(std::uint64_t at, std::uint32_t slot) {
    queue_.push(Event::make(Instant{static_cast<std::int64_t>(at)}, 1, 0, slot));
  }
  testing::Heap4::Entry pop() {
    Event event;
    queue_.pop_at_or_before(never, event);
    return {event.at, event.slot()};
  }

 private:
  EventQueue queue_;
};

template <class Queue>
struct Hold {
  Queue queue;
  Increments increments;

  explicit Hold(std::uint32_t pending) {
    for (std::uint32_t i = 0; i < pending; ++i) queue.push(increments.next(), i);
    for (std::uint32_t i = 0; i < 2 * pending + 200'000; ++i) step();
  }
  std::uint64_t step() {
    const testing::Heap4::Entry entry = queue.pop();
    queue.push(entry.at + increments.next(), entry.slot);
    return entry.at;
  }
};

template <class Queue>
void hold(benchmark::State& state, std::uint32_t pending) {
  const auto world = std::make_unique<Hold<Queue>>(pending);
  for (auto _ : state) benchmark::DoNotOptimize(world->step());
  state.SetItemsProcessed(state.iterations());
}

/// The engine's loop in miniature: the queue is asked for what is due before the next timeout.
struct HoldWithTimers {
  EventQueue queue;
  TimerLanes lanes;
  LaneId lane;
  Increments increments;
  std::vector<TimerRef> timeout;
  std::uint64_t fired = 0;

  HoldWithTimers(std::uint32_t pending, Duration timeout_after) : timeout(pending) {
    lane = lanes.lane(timeout_after);
    for (std::uint32_t i = 0; i < pending; ++i) {
      queue.push(Event::make(Instant{increments.next()}, 1, 0, i));
    }
    for (int i = 0; i < 200'000; ++i) step();
  }
  std::uint64_t step() {
    Event event;
    while (!queue.pop_at_or_before(lanes.earliest(), event)) {
      if (lanes.expire_one(lanes.earliest(), event)) {
        timeout[event.slot()] = TimerRef::none();
        fired += 1;
      }
    }
    const std::uint32_t slot = event.slot();
    lanes.cancel(timeout[slot]);
    timeout[slot] = lanes.arm(lane, event.time(), 2, 0, slot);
    queue.push(Event::make(event.time() + nanoseconds(increments.next()), 1, 0, slot));
    return event.at;
  }
};

void hold_timer(benchmark::State& state, std::uint32_t pending, Duration timeout_after) {
  const auto world = std::make_unique<HoldWithTimers>(pending, timeout_after);
  for (auto _ : state) benchmark::DoNotOptimize(world->step());
  state.SetItemsProcessed(state.iterations());
  state.counters["fired"] = static_cast<double>(world->fired);
}

[[maybe_unused]] const bool registered = [] {
  for (const std::uint32_t pending : {100u, 10'000u, 1'000'000u}) {
    const std::string size = "/" + std::to_string(pending);
    benchmark::RegisterBenchmark(("hold/own" + size).c_str(), hold<Own>, pending);
    benchmark::RegisterBenchmark(("hold/heap4" + size).c_str(), hold<testing::Heap4>, pending);
  }
  struct Timeout {
    const char* name;
    Duration after;
  };
  for (const std::uint32_t pending : {100u, 1'000u}) {
    for (const Timeout& t : {Timeout{"100ms", milliseconds(100)}, Timeout{"1s", seconds(1)},
                             Timeout{"15s", seconds(15)}}) {
      const std::string name = "hold_timer/own/" + std::to_string(pending) + "/" + t.name;
      benchmark::RegisterBenchmark(name.c_str(), hold_timer, pending, t.after);
    }
  }
  return true;
}();

}  // namespace
}  // namespace mesh
