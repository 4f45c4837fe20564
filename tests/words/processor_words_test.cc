// What `cpu` of a workload does, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

std::string run(const std::string& words, const std::string& load, const std::string& more = "") {
  return answers(*SmallScenario{
      .server = "{workers: unlimited, sidecar: outbound, cpu: " + words + more + "}", .load = load}
                      .run());
}

TEST_CASE("words: cpu, requests of 10 ms at 0, 0, 5 ms") {
  struct Row {
    const char *cpu, *answers;
  };
  for (const Row& row : {
           Row{"unlimited", "200@10 200@10 200@10"},
           // To 5 ms: 2.5 each. Then thirds: 7.5 ms more of the first two need 22.5 ms: 27.5. The
           // third has had 7.5 by then and is alone: 2.5 ms more, at 30, 25 after it came.
           Row{"1", "200@27.5 200@27.5 200@25"},
           // To 5 ms: 5 each. Then 2/3 each: 5 more take 7.5: 12.5. The third has had 5 and has a
           // core of its own: 5 more, at 17.5, 12.5 after it came.
           Row{"2", "200@12.5 200@12.5 200@12.5"},
           Row{"3", "200@10 200@10 200@10"},
       }) {
    CAPTURE(std::string(row.cpu));
    CHECK(run(row.cpu, "arrivals: [0s, 0s, 5ms]", ", time: 10ms") == row.answers);
  }
}

TEST_CASE("words: cpu, a limit stops all work until the next period") {
  const std::string half = "{cores: 4, limit: 500m, period: 100ms}";
  // 50 ms of core time for each 100 ms.
  CHECK(run(half, "arrivals: [0s]", ", time: 120ms") == "200@220");
  CHECK(run(half, "arrivals: [0s, 0s]", ", time: 40ms") == "200@115 200@115");
  CHECK(run(half, "arrivals: [90ms]", ", time: 60ms") == "200@60");  // ten here, fifty in the next
  CHECK(run("4", "arrivals: [0s]", ", time: 120ms") == "200@120");
}

TEST_CASE("words: cpu, sleep and calls take no core, work does") {
  CHECK(run("1", "arrivals: [0s, 0s]", ", script: [{sleep: 10ms}]") == "200@10 200@10");
  CHECK(run("1", "arrivals: [0s, 0s]", ", script: [{work: 10ms}]") == "200@20 200@20");
  CHECK(run("1", "arrivals: [0s, 0s]", ", script: [{call: store}, {work: 5ms}]") ==
        "200@12 200@12");
}

TEST_CASE("words: cpu, who is cancelled leaves its share to the others") {
  const auto record =
      SmallScenario{.server =
                        "{workers: unlimited, sidecar: false, cpu: 1, cancel: true, "
                        "handlers: [{match: {path: /long}, time: 100ms}], time: 10ms}",
                    .load =
                        "timeout: 17ms, requests: [{name: long, path: /long}, {name: short, "
                        "path: /}], arrivals: [{at: 0s, request: long}, "
                        "{at: 13ms, request: short}]"}
          .run();
  // The short one gets half until 17 ms, then all: ready at 13 + 4 + 8 = 25.
  CHECK(answers(*record) == "0@17 200@12");
}

TEST_CASE("words: cpu, a slow fault makes work longer, a hang keeps no core busy") {
  const auto run_with = [](const std::string& fault) {
    return answers(
        *SmallScenario{.server = "{workers: unlimited, sidecar: false, cpu: 1, time: 10ms}",
                       .load = "arrivals: [0s, 4ms]",
                       .more = "  faults: [{at: 0s, for: 2ms, " + fault + "}]\n"}
             .run());
  };
  // The first is alone for 4 ms, then both have halves: 6 more by 16; the other has had 6 then.
  CHECK(run_with("crash: {workload: store}") == "200@16 200@16");
  // 20 ms of work: 4 alone, then halves until the other has had its 10, at 24; 6 more alone.
  CHECK(run_with("slow: {workload: server, factor: 2}") == "200@30 200@20");
  // It waits for the end of the fault beside its 10 ms, and no core is shared with it.
  CHECK(run_with("hang: {workload: server}") == "200@12 200@10");
}

}  // namespace
}  // namespace mesh
