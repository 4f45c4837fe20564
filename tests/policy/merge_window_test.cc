// When a balancer hears of a change.
#include "libmesh/policy/merge_window.h"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <vector>

using namespace mesh;

namespace {

constexpr Instant at_ms(std::int64_t ms) {
  return {milliseconds(ms).ns};
}

}  // namespace

TEST_CASE("merge_window: the second ejection within a second waits for a whole window") {
  MergeWindow state;
  CHECK(on_change(state, at_ms(5'000), true) == Delivery::Now);
  CHECK(on_change(state, at_ms(5'020), true) == Delivery::StartTimer);
  CHECK(on_change(state, at_ms(5'400), true) == Delivery::Wait);
  on_merge_timer(state, at_ms(6'020));
  // The clock runs from the merged delivery.
  CHECK(on_change(state, at_ms(6'500), true) == Delivery::StartTimer);
  on_merge_timer(state, at_ms(7'500));
  CHECK(on_change(state, at_ms(8'501), true) == Delivery::Now);
}

TEST_CASE("merge_window: exactly one window later is still inside, in whole milliseconds") {
  MergeWindow state;
  on_change(state, at_ms(0), true);
  MergeWindow other = state;
  CHECK(on_change(other, at_ms(1'000), true) == Delivery::StartTimer);
  other = state;
  CHECK(on_change(other, at_ms(1'001) - nanoseconds(1), true) == Delivery::StartTimer);
  other = state;
  CHECK(on_change(other, at_ms(1'001), true) == Delivery::Now);
}

TEST_CASE("merge_window: a change of members goes out at once, and what waited with it") {
  MergeWindow state;
  on_change(state, at_ms(0), true);
  CHECK(on_change(state, at_ms(10), true) == Delivery::StartTimer);
  CHECK(state.waiting);
  CHECK(on_change(state, at_ms(20), false) == Delivery::Now);
  CHECK_FALSE(state.waiting);
  CHECK(on_change(state, at_ms(30), true) == Delivery::StartTimer);
}

TEST_CASE("merge_window: a window of zero merges nothing") {
  MergeWindow state;
  for (int i = 0; i < 5; ++i) {
    CHECK(on_change(state, at_ms(i), true, Duration{0}) == Delivery::Now);
  }
}

TEST_CASE("merge_window: no change waits longer than a window; against a list of deadlines") {
  std::mt19937 random(11);
  MergeWindow state;
  std::optional<Instant> timer;
  std::vector<Instant> undelivered;
  Instant now{};
  for (int step = 0; step < 20'000; ++step) {
    now = now + milliseconds(static_cast<int>(random() % 700));
    if (timer && *timer <= now) {
      for (const Instant change : undelivered) REQUIRE(elapsed(change, *timer) <= seconds(1));
      on_merge_timer(state, *timer);
      timer.reset();
      undelivered.clear();
    }
    undelivered.push_back(now);
    switch (on_change(state, now, random() % 10 != 0)) {
      case Delivery::Now:
        timer.reset();
        undelivered.clear();
        break;
      case Delivery::StartTimer:
        REQUIRE_FALSE(timer);
        timer = now + seconds(1);
        break;
      case Delivery::Wait:
        REQUIRE(timer);
        break;
    }
    REQUIRE(state.waiting == timer.has_value());
  }
}
