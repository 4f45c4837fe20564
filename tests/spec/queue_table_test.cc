// The queue of a workload: places, discipline, patience, and what cannot be.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

using testing::brief;
using testing::read_text;

TEST_CASE("queue_table: a number is places; a mapping says more") {
  Diagnostics problems;
  const WorkloadBehaviour plain =
      read_text(object(workload_behaviour_table), "{queue: 7}", problems);
  CHECK(plain.queue == 7u);
  CHECK(plain.discipline == QueueDiscipline{});
  const WorkloadBehaviour b = read_text(
      object(workload_behaviour_table),
      "{priority: 3, queue: {places: unlimited, order: adaptive, full: dropOldest, patience: 2s,\n"
      " codel: 5ms, congestedAfter: 200ms, shedLate: 1ms}}",
      problems);
  CHECK(brief(problems) == "");
  CHECK(b.priority == 3);
  CHECK(b.queue == 0xffffffffu);
  CHECK(b.patience == Distribution(Constant{seconds(2)}));
  CHECK(b.discipline == QueueDiscipline{.order = QueueOrder::Adaptive,
                                        .when_full = QueueFull::DropOldest,
                                        .codel = milliseconds(5),
                                        .congested_after = milliseconds(200),
                                        .shed_late = true,
                                        .margin = milliseconds(1)});
}

TEST_CASE("queue_table: what cannot be is named with its place and a hint") {
  testing::check_mistakes(object(workload_behaviour_table),
                          {
                              {"{queue: many}", "2:9 MS0103"},
                              {"{queue: {order: random}}", "2:17 MS0106"},
                              {"{queue: {size: 4}}", "2:10 MS0104"},
                              {"{queue: {codel: 0s}}", "2:17 MS0108"},
                              {"{queue: {codel: 100ms}}", "2:17 MS0405"},
                              {"{queue: {congestedAfter: 1s}}", "2:26 MS0402"},
                              {"{queue: {places: -1}}", "2:18 MS0108"},
                              {"{priority: 8}", "2:12 MS0108"},
                          });
}

}  // namespace
}  // namespace mesh
