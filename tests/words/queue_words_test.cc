// What each word of `queue` does, in scenarios small enough to work out by hand.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

/// One worker, 10 ms each.
std::string run(const std::string& queue, const std::string& load) {
  return answers(*SmallScenario{
      .server = "{workers: 1, time: 10ms, sidecar: false, queue: " + queue + "}", .load = load}
                      .run());
}

TEST_CASE("words: queue, who comes at 0, 1, 2, 3 ms to one worker of 10 ms") {
  struct Row {
    const char *name, *queue, *answers;
  };
  for (const Row& row : {
           Row{"a number is places", "100", "200@10 200@19 200@28 200@37"},
           Row{"no place", "0", "200@10 503@0 503@0 503@0"},
           Row{"fifo", "{places: 100, order: fifo}", "200@10 200@19 200@28 200@37"},
           Row{"lifo", "{order: lifo}", "200@10 200@39 200@28 200@17"},
           Row{"adaptive: the oldest until the queue was not empty for 15 ms, then the newest",
               "{order: adaptive, congestedAfter: 15ms}", "200@10 200@19 200@38 200@27"},
           Row{"dropNewest", "{places: 1, full: dropNewest}", "200@10 200@19 503@0 503@0"},
           Row{"dropOldest", "{places: 1, full: dropOldest}", "200@10 503@1 503@1 200@17"},
           Row{"dropOldest of no place", "{places: 0, full: dropOldest}",
               "200@10 503@0 503@0 503@0"},
           Row{"dropOldest in lifo", "{places: 2, order: lifo, full: dropOldest}",
               "200@10 503@2 200@28 200@17"},
           Row{"patience", "{patience: 15ms}", "200@10 200@19 503@15 503@15"},
           Row{"no patience at all", "{patience: 0s}", "200@10 503@0 503@0 503@0"},
           Row{"patience by a law", "{patience: {list: [0s, 50ms, 1ms, 20ms]}}",
               "200@10 200@19 503@1 200@27"},
           Row{"who is served at the last moment has not lost patience", "{patience: 9ms}",
               "200@10 200@19 503@9 503@9"},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(run(row.queue, "arrivals: [0s, 1ms, 2ms, 3ms]") == row.answers);
  }
}

TEST_CASE("words: codel, who comes to a queue not empty for 8 ms waits 3 ms at most, others 8 ms") {
  CHECK(run("{codel: 3ms, congestedAfter: 8ms}", "arrivals: [0s, 1ms, 2ms, 3ms, 9500us]") ==
        "200@10 503@8 200@18 503@8 503@3");
  // The shorter of both counts.
  CHECK(run("{codel: 3ms, congestedAfter: 8ms, patience: 5ms}", "arrivals: [0s, 1ms]") ==
        "200@10 503@5");
  CHECK(run("{codel: 3ms, congestedAfter: 8ms, patience: 50ms}", "arrivals: [0s, 1ms]") ==
        "200@10 503@8");
}

TEST_CASE("words: shedLate, whose caller has no more time than this is not begun") {
  const std::string load = "arrivals: [0s, 1ms, 2ms, 3ms], timeout: 25ms";
  // Request 2 would begin at 20 ms and be ready at 30 ms, when its caller has left at 27 ms.
  CHECK(run("{places: 9}", load) == "200@10 200@19 0@25 0@25");
  CHECK(run("{shedLate: 10ms}", load) == "200@10 200@19 503@18 503@17");
  CHECK(run("{shedLate: 0s}", load) == "200@10 200@19 0@25 0@25");
  CHECK(run("{shedLate: 17ms}", load) == "200@10 503@9 503@8 200@17");
  CHECK(run("{shedLate: 1s}", "arrivals: [0s, 1ms]") == "200@10 200@19");  // who waits for ever
}

TEST_CASE("words: priority, classes by header, path or load; within a class the oldest first") {
  const auto run_classes = [](const std::string& queue) {
    return answers(*SmallScenario{
        .server = "{workers: 1, time: 10ms, sidecar: false, priority: 2, queue: " + queue +
                  ", handlers: [{match: {headers: {x-class: gold}}, priority: 0}, "
                  "{match: {path: /silver}, priority: 1}]}",
        .load = "requests: [{name: plain}, {name: gold, headers: {x-class: gold}}, "
                "{name: silver, path: /silver}], "
                "arrivals: [0s, {at: 1ms, request: plain}, {at: 2ms, request: silver}, "
                "{at: 3ms, request: gold}, {at: 4ms, request: silver}, "
                "{at: 5ms, request: gold}]"}
                        .run());
  };
  CHECK(run_classes("{order: fifo}") == "200@10 200@19 200@28 200@37 200@46 200@55");
  // Order: gold 3, gold 5, silver 2, silver 4, plain 1.
  CHECK(run_classes("{order: priority}") == "200@10 200@59 200@38 200@17 200@46 200@25");
  // Two places: gold 3 drives out plain 1, gold 5 the newest silver.
  CHECK(run_classes("{order: priority, places: 2}") == "200@10 503@2 503@3 200@17 503@0 200@25");
  CHECK(run_classes("{order: priority, places: 2, full: dropOldest}") ==
        "200@10 503@2 503@2 200@17 503@1 200@25");
}

TEST_CASE("words: priority, who leaves the queue as the last of its class leaves no trace") {
  CHECK(answers(*SmallScenario{
            .server = "{workers: 1, time: 10ms, sidecar: false, priority: 2, queue: {order: "
                      "priority, patience: {list: [1s, 1s, 1ms, 1s, 1s]}}, handlers: [{match: "
                      "{path: /gold}, priority: 0}]}",
            .load = "requests: [{name: plain}, {name: gold, path: /gold}], arrivals: [0s, {at: "
                    "1ms, request: gold}, {at: 2ms, request: plain}, {at: 4ms, request: gold}, "
                    "{at: 5ms, request: plain}]"}
                     .run()) == "200@10 200@19 503@1 200@26 200@35");
}

TEST_CASE("words: what the queue lets go is counted and told") {
  const auto record =
      SmallScenario{.server = "{workers: 1, time: 10ms, sidecar: false, queue: {patience: 5ms}}",
                    .load = "arrivals: [0s, 1ms, 2ms]"}
          .run();
  std::uint64_t turned_away = 0;
  for (const std::uint64_t count : record->overflowed_by_workload) turned_away += count;
  CHECK(turned_away == 2);
}

}  // namespace
}  // namespace mesh
