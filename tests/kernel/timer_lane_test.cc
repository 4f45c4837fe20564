// Timer lanes against a plain list of timers.
#include "libmesh/kernel/timer_lane.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "libmesh/base/rng.h"

namespace mesh {
namespace {

/// A timer as the obvious implementation keeps it.
struct Armed {
  Instant deadline;
  std::uint32_t lane;
  std::uint64_t sequence;
  TimerRef ref;
  std::uint32_t slot;
  auto order() const { return std::tuple(deadline, lane, sequence); }
};

bool sooner(const Armed& a, const Armed& b) {
  return a.order() < b.order();
}

}  // namespace

TEST_CASE("timer_lane: agrees with a naive list under random arming, cancelling and expiring") {
  Draws draws(21);
  const std::vector<Duration> durations = {nanoseconds(0), nanoseconds(7), nanoseconds(50),
                                           nanoseconds(51), nanoseconds(900)};
  for (std::uint64_t round = 0; round < 20; ++round) {
    CAPTURE(round);
    TimerLanes lanes;
    std::vector<Armed> shadow;
    std::vector<LaneId> ids;
    for (const Duration d : durations) ids.push_back(lanes.lane(d));
    Instant now{};
    for (std::uint64_t step = 0; step < 3'000; ++step) {
      Draw draw = draws.at(Purpose::Disturbance, round, step);
      const std::uint64_t what = draw.modulo(10);
      if (what < 4) {
        const auto lane = static_cast<std::uint32_t>(draw.modulo(ids.size()));
        const auto slot = static_cast<std::uint32_t>(step);
        const TimerRef ref = lanes.arm(ids[lane], now, 3, slot & 0xffffff, slot);
        shadow.push_back({now + durations[lane], lane, step, ref, slot});
      } else if (what < 7 && !shadow.empty()) {
        const auto victim = shadow.begin() + static_cast<long>(draw.modulo(shadow.size()));
        REQUIRE(lanes.deadline(victim->ref) == victim->deadline);
        lanes.cancel(victim->ref);
        shadow.erase(victim);
      } else {
        now = now + nanoseconds(static_cast<std::int64_t>(draw.modulo(40)));
        Fired fired;
        while (lanes.expire_one(now, fired)) {
          const auto first = std::min_element(shadow.begin(), shadow.end(), sooner);
          REQUIRE(first != shadow.end());
          REQUIRE(fired == Event::make(first->deadline, 3, first->slot, first->slot));
          shadow.erase(first);
        }
        for (const Armed& a : shadow) REQUIRE(a.deadline > now);
      }
      REQUIRE(lanes.size() == shadow.size());
      for (const Armed& a : shadow) REQUIRE(lanes.earliest() <= a.deadline);
    }
  }
}

TEST_CASE("timer_lane: after a refused expiry the bound is exact") {
  TimerLanes lanes;
  const LaneId slow = lanes.lane(seconds(15)), fast = lanes.lane(milliseconds(1));
  lanes.arm(slow, Instant{0}, 1, 0, 1);
  const TimerRef ref = lanes.arm(fast, Instant{0}, 1, 0, 2);
  CHECK(lanes.earliest() == Instant{milliseconds(1).ns});
  lanes.cancel(ref);
  Fired fired;
  CHECK_FALSE(lanes.expire_one(Instant{milliseconds(1).ns}, fired));
  CHECK(lanes.earliest() == Instant{seconds(15).ns});
}

TEST_CASE("timer_lane: equal durations share a lane, ids follow the order of asking") {
  TimerLanes lanes;
  CHECK(lanes.lane(seconds(15)) == LaneId{0});
  CHECK(lanes.lane(seconds(1)) == LaneId{1});
  CHECK(lanes.lane(seconds(15)) == LaneId{0});
  CHECK(lanes.lane_count() == 2);
}

TEST_CASE("timer_lane: at one deadline the lower lane fires first, then the order of arming") {
  TimerLanes lanes;
  const LaneId late = lanes.lane(nanoseconds(10)), early = lanes.lane(nanoseconds(20));
  lanes.arm(early, Instant{0}, 1, 0, 3);
  lanes.arm(early, Instant{0}, 1, 0, 4);
  lanes.arm(late, Instant{10}, 1, 0, 1);
  lanes.arm(late, Instant{10}, 1, 0, 2);
  std::vector<std::uint32_t> order;
  Fired fired;
  while (lanes.expire_one(Instant{20}, fired)) order.push_back(fired.slot());
  CHECK(order == std::vector<std::uint32_t>{1, 2, 3, 4});
}

TEST_CASE("timer_lane: a deadline beyond the end of time never fires") {
  TimerLanes lanes;
  const LaneId endless = lanes.lane(Duration{never.ns});
  const TimerRef ref = lanes.arm(endless, Instant{5}, 1, 0, 1);
  CHECK(lanes.earliest() == never);
  Fired fired;
  CHECK_FALSE(lanes.expire_one(never, fired));
  lanes.cancel(ref);
  lanes.cancel(TimerRef::none());
  CHECK(lanes.empty());
}

TEST_CASE("timer_lane: references are reused, so a steady state does not grow") {
  TimerLanes lanes;
  const LaneId lane = lanes.lane(seconds(1));
  const TimerRef first = lanes.arm(lane, Instant{0}, 1, 0, 1);
  lanes.cancel(first);
  for (std::int64_t t = 1; t < 1'000; ++t) {
    const TimerRef ref = lanes.arm(lane, Instant{t}, 1, 0, 1);
    CHECK(ref == first);
    lanes.cancel(ref);
  }
}

TEST_CASE("timer_lane: a copy fires on its own") {
  TimerLanes lanes;
  const LaneId lane = lanes.lane(nanoseconds(5));
  const TimerRef ref = lanes.arm(lane, Instant{0}, 1, 0, 1);
  TimerLanes copy = lanes;
  lanes.cancel(ref);
  Fired fired;
  CHECK_FALSE(lanes.expire_one(Instant{5}, fired));
  CHECK(copy.expire_one(Instant{5}, fired));
}

}  // namespace mesh
