// Shared cores: who is ready when, alone, together, with a quota.
#include "libmesh/policy/processor_sharing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <random>
#include <vector>

namespace mesh {
namespace {

constexpr Instant at(std::int64_t ms) {
  return Instant{} + milliseconds(ms);
}

TEST_CASE("processor_sharing: n tasks on c cores get min(1, c / n) each") {
  struct Row {
    std::uint32_t cores, tasks;
    std::int64_t ready_ms;
  };
  for (const Row& row : {Row{1, 1, 30}, Row{1, 2, 60}, Row{1, 3, 90}, Row{2, 1, 30}, Row{2, 2, 30},
                         Row{2, 3, 45}, Row{4, 3, 30}}) {
    CAPTURE(row.cores);
    CAPTURE(row.tasks);
    const ProcessorConfig config{.cores = row.cores};
    ProcessorState state;
    state.tasks = row.tasks;
    const std::uint64_t finish = work_of(milliseconds(30));
    const Instant ready = completion(config, state, finish);
    CHECK(ready == at(row.ready_ms));
    ProcessorState before = state;
    advance(config, before, ready - nanoseconds(1));
    CHECK_FALSE(before.has_done(finish));
    advance(config, state, ready);
    CHECK(state.has_done(finish));
  }
}

TEST_CASE("processor_sharing: a quota stops all tasks until its next period") {
  struct Row {
    const char* name;
    std::uint32_t cores, limit_milli, tasks;
    std::int64_t work_ms, ready_ms;
  };
  for (const Row& row : {
           Row{"half a core", 1, 500, 1, 120, 220},  // 50 + 50 + 20
           Row{"all of the last part", 1, 500, 1, 100, 150},
           Row{"within the first period", 1, 500, 1, 50, 50},
           Row{"two cores empty it in half the time", 2, 500, 2, 60, 210},  // 25 + 25 + 10
           Row{"shared and throttled", 1, 500, 2, 60, 220},                 // 25 + 25 + 10 each
           Row{"a limit of all cores stops nobody", 2, 2000, 2, 250, 250},
       }) {
    CAPTURE(row.name);
    const ProcessorConfig config{.cores = row.cores, .limit_milli = row.limit_milli};
    ProcessorState state;
    state.tasks = row.tasks;
    const std::uint64_t finish = work_of(milliseconds(row.work_ms));
    CHECK(completion(config, state, finish) == at(row.ready_ms));
    ProcessorState before = state;
    advance(config, before, at(row.ready_ms) - nanoseconds(1));
    CHECK_FALSE(before.has_done(finish));
    advance(config, state, at(row.ready_ms));
    CHECK(state.has_done(finish));
  }
}

TEST_CASE("processor_sharing: idle time costs no quota") {
  const ProcessorConfig config{.cores = 1, .limit_milli = 100};
  ProcessorState state;
  advance(config, state, at(1'234));
  state.tasks = 1;
  CHECK(completion(config, state, state.service + work_of(milliseconds(10))) == at(1'244));
  CHECK(completion(config, state, state.service + work_of(milliseconds(11))) == at(1'301));
}

TEST_CASE("processor_sharing: what is predicted happens, however often one looks in between") {
  std::mt19937_64 random(31);
  for (int round = 0; round < 2'000; ++round) {
    const ProcessorConfig config{
        .cores = 1 + static_cast<std::uint32_t>(random() % 4),
        .limit_milli = static_cast<std::uint32_t>(random() % 3 * 700),
        .period = milliseconds(1 + static_cast<std::int64_t>(random() % 50))};
    ProcessorState state;
    advance(config, state, Instant{static_cast<std::int64_t>(random() % 1'000'000'000)});
    state.service = random();
    state.tasks = 1 + static_cast<std::uint32_t>(random() % 9);
    const std::uint64_t finish =
        state.service + work_of(Duration{1 + static_cast<std::int64_t>(random() % 400'000'000)});
    const Instant ready = completion(config, state, finish);
    ProcessorState often = state;
    for (int look = 0; look < 5; ++look) {
      const auto half = static_cast<std::uint64_t>(elapsed(often.at, ready).ns / 2);
      advance(config, often, often.at + Duration{static_cast<std::int64_t>(random() % (half + 1))});
      // Each look rounds the counter down by less than a part of a nanosecond; with a quota that
      // nanosecond may fall into the next period.
      const Instant again = completion(config, often, finish);
      CHECK(again >= ready);
      CHECK(elapsed(ready, again) <= (config.limit_milli == 0 ? nanoseconds(1) : config.period));
    }
    advance(config, state, ready);
    CHECK(state.has_done(finish));
  }
}

}  // namespace
}  // namespace mesh
