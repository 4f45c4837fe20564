// One step of each limit, worked out from the formulas of Netflix concurrency-limits.
#include "libmesh/policy/concurrency_limit.h"

#include <doctest/doctest.h>

#include <string>

namespace mesh {
namespace {

LimiterState at(double limit) {
  LimiterState state;
  state.limit = limit;
  return state;
}

double step(const LimiterConfig& config, LimiterState state, const LimiterSample& sample) {
  update(config, state, sample, 0.5);
  return state.limit;
}

TEST_CASE("concurrency_limit: AIMD goes up by one and down to nine tenths") {
  const LimiterConfig aimd{.kind = LimiterKind::Aimd, .min = 5, .max = 50};
  struct Row {
    const char* name;
    double limit;
    LimiterSample sample;
    double next;
  };
  for (const Row& row : {
           Row{"in time, half full", 20, {seconds(1), 10, false}, 21},
           Row{"in time, less than half full", 20, {seconds(1), 9, false}, 20},
           Row{"dropped", 25, {seconds(1), 25, true}, 22},
           Row{"too slow", 20, {seconds(5) + nanoseconds(1), 20, false}, 18},
           Row{"just in time", 20, {seconds(5), 20, false}, 21},
           Row{"not below the least", 5, {seconds(1), 5, true}, 5},
           Row{"not above the most", 50, {seconds(1), 50, false}, 50},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(step(aimd, at(row.limit), row.sample) == row.next);
  }
}

TEST_CASE("concurrency_limit: Vegas steps by the queue that it estimates") {
  const LimiterConfig vegas{.kind = LimiterKind::Vegas, .max = 1000, .smoothing = 1.0};
  // ⌊log10 100⌋ = 2: threshold 2, alpha 6, beta 12.
  struct Row {
    const char* name;
    std::int64_t ms;  // the least is 10
    std::uint32_t in_flight;
    bool dropped;
    double next;
  };
  for (const Row& row : {
           Row{"no queue", 10, 80, false, 112},  // + beta
           Row{"a queue of 100·(1 - 10/10.2) = 2", 0, 80, false, 112},
           Row{"a queue of 5", -5, 80, false, 102},  // + log10
           Row{"a queue of 9: left alone", -9, 80, false, 100},
           Row{"a queue of 50", 20, 80, false, 98},  // - log10
           Row{"not half full", 20, 49, false, 100},
           Row{"dropped", 20, 10, true, 98},
       }) {
    CAPTURE(std::string(row.name));
    LimiterState state = at(100);
    state.least = 10'000'000;
    // Times of estimated queues that are no round numbers: least / (1 - queue / 100), cut.
    Duration time = milliseconds(row.ms);
    if (row.ms == 0) time = nanoseconds(10'204'081);
    if (row.ms == -5) time = nanoseconds(10'526'315);
    if (row.ms == -9) time = nanoseconds(10'989'010);
    CHECK(step(vegas, state, {time, row.in_flight, row.dropped}) == row.next);
  }
  LimiterState first = at(20);
  update(vegas, first, {milliseconds(30), 20, false}, 0.5);
  CHECK(first.limit == 20);  // the first answer is the least
  CHECK(first.least == 30'000'000);
  update(vegas, first, {milliseconds(20), 20, false}, 0.5);
  CHECK(first.least == 20'000'000);
  CHECK(first.limit == 20);
}

TEST_CASE(
    "concurrency_limit: Vegas measures the least time anew after about 30 limits of answers") {
  const LimiterConfig vegas{.kind = LimiterKind::Vegas, .max = 1000, .smoothing = 1.0};
  LimiterState state = at(20);
  state.least = 10'000'000;
  std::uint32_t answers = 0;
  while (state.least == 10'000'000) {
    // Too few in flight for any step.
    update(vegas, state, {milliseconds(40), 1, false}, 0.5);
    ++answers;
  }
  CHECK(answers == 450);  // 0.75 · 30 · 20
  CHECK(state.least == 40'000'000);
  CHECK(state.limit == 20);
  CHECK(state.probe_jitter == 0.75);
}

TEST_CASE("concurrency_limit: Gradient2 follows the long average of answer times") {
  const LimiterConfig gradient{.kind = LimiterKind::Gradient2, .min = 10, .max = 400};
  // The long average is that of ten answers of 10 ms so far; the next one has weight 2/601.
  LimiterState state = at(100);
  state.samples = 10;
  state.long_time = 10e6;
  // As long as before: gradient 1, 100 + 4, of which a fifth.
  CHECK(step(gradient, state, {milliseconds(10), 100, false}) == doctest::Approx(100.8));
  // 40 ms: long average 10.0998 ms, 1.5 · 10.0998 / 40 = 0.3787, at least one half.
  CHECK(step(gradient, state, {milliseconds(40), 100, false}) ==
        doctest::Approx(100 * 0.8 + (100 * 0.5 + 4) * 0.2));
  // 20 ms: long average 10.0333 ms, gradient 0.7525.
  CHECK(step(gradient, state, {milliseconds(20), 100, false}) ==
        doctest::Approx(80 + (100 * 1.5 * (10 + 20.0 / 601) / 20 + 4) * 0.2).epsilon(1e-6));
  CHECK(step(gradient, state, {milliseconds(40), 49, false}) == 100);  // not half full
  // The first ten are a plain mean.
  LimiterState fresh = at(20);
  update(gradient, fresh, {milliseconds(10), 1, false}, 0.5);
  update(gradient, fresh, {milliseconds(30), 1, false}, 0.5);
  CHECK(fresh.long_time == doctest::Approx(20e6));
  // More than twice as long as the answer: the average shrinks.
  update(gradient, fresh, {milliseconds(5), 1, false}, 0.5);
  CHECK(fresh.long_time == doctest::Approx(15e6 * 0.95));
}

TEST_CASE("concurrency_limit: a fixed limit stays and admits that many") {
  const LimiterConfig fixed{.kind = LimiterKind::Fixed, .initial = 3};
  LimiterState state;
  begin(fixed, state);
  CHECK(admits(state, 2));
  CHECK_FALSE(admits(state, 3));
  update(fixed, state, {seconds(100), 3, true}, 0.5);
  CHECK(state.limit == 3);
}

}  // namespace
}  // namespace mesh
