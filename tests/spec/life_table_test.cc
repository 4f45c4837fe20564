// How processes live, as one writes it, and what cannot be.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

using testing::brief;

WorkloadBehaviour behaviour(const std::string& text, Diagnostics& problems) {
  WorkloadBehaviour b;
  workload_behaviour_table().read(testing::node_of(text), Reading("", problems), b);
  return b;
}

TEST_CASE("life_table: every word") {
  Diagnostics problems;
  const WorkloadBehaviour b = behaviour(
      "{startUp: {time: 20s}, warmUp: {for: 1m, factor: 5}, memory: {base: 1Mi, perRequest: 2Ki}, "
      "pauses: {every: {exponential: {mean: 5s}}, for: 100ms}, "
      "slowdown: {by: memory, points: [[0, 1], [1Mi, 1.5]]}}",
      problems);
  CHECK(brief(problems) == "");
  CHECK(b.start_up == Distribution(Constant{seconds(20)}));
  CHECK(b.warm_up == WarmUp{minutes(1), 5.0});
  CHECK(b.memory == MemorySpec{1 << 20, 2 << 10});
  CHECK(b.pauses == PausesSpec{Distribution(Exponential{seconds(5)}),
                               Distribution(Constant{milliseconds(100)})});
  CHECK(b.slowdown == Slowdown{SlowBy::Memory, {{0, 1.0}, {1 << 20, 1.5}}});
}

TEST_CASE("life_table: what cannot be has its code") {
  struct Row {
    const char *text, *code;
  };
  for (const Row& row : {
           Row{"{startUp: 20s}", "MS0103"},
           Row{"{startUp: {}}", "MS0105"},
           Row{"{warmUp: {for: 0s, factor: 2}}", "MS0108"},
           Row{"{warmUp: {for: 1s, factor: 0.5}}", "MS0108"},
           Row{"{memory: {base: -1}}", "MS0108"},
           Row{"{pauses: {every: 0s, for: 1ms}}", "MS0405"},
           Row{"{pauses: {every: 1ms, for: 1s}}", "MS0402"},
           Row{"{pauses: {every: 1s}}", "MS0105"},
           Row{"{slowdown: {by: cpu, points: [[1, 2]]}}", "MS0106"},
           Row{"{slowdown: {by: queue, points: []}}", "MS0105"},
           Row{"{slowdown: {by: queue, points: [[5, 1], [5, 2]]}}", "MS0108"},
           Row{"{slowdown: {by: queue, points: [[5]]}}", "MS0103"},
           Row{"{slowdown: {by: queue, points: [[5, 0]]}}", "MS0108"},
       }) {
    CAPTURE(std::string(row.text));
    Diagnostics problems;
    behaviour(row.text, problems);
    REQUIRE(problems.items().size() == 1);
    CHECK(problems.begin()->code == row.code);
    CHECK(problems.begin()->place.line == 1);
  }
}

TEST_CASE("life_table: a crash that restarts has no end") {
  CHECK(testing::problems_of("faults: [{at: 1s, crash: {workload: a, restart: true}}]")
            .find("MS0203") == std::string::npos);
  CHECK(testing::problems_of("faults: [{at: 1s, for: 2s, crash: {workload: a, restart: true}}]")
            .find("MS0203") != std::string::npos);
}

}  // namespace
}  // namespace mesh
