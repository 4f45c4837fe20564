// How processes live, written with all defaults, is read again as the same.
#include <doctest/doctest.h>

#include "libmesh/spec/effective.h"
#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

TEST_CASE("effective_life: what is written is read again as the same") {
  WorkloadBehaviour b;
  b.workload = "w";
  b.start_up = Distribution(Exponential{seconds(3)});
  b.warm_up = WarmUp{seconds(30), 2.5};
  b.memory = MemorySpec{100u << 20, 12345};
  b.pauses = PausesSpec{Distribution(Constant{seconds(1)}), Distribution(Uniform{{0}, seconds(1)})};
  b.slowdown = Slowdown{SlowBy::Queue, {{0, 1.0}, {2.5, 1.25}, {100, 8.0}}};
  Diagnostics problems;
  WorkloadBehaviour again;
  again.workload = "w";
  workload_behaviour_table().read(to_node(b), Reading("", problems), again);
  CHECK_FALSE(problems.has_errors());
  again.place = b.place;
  CHECK(again == b);
  CHECK(life_entries(WorkloadBehaviour{}).empty());
}

}  // namespace
}  // namespace mesh
