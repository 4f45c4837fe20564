// Behaviour written with its defaults is read again as the same.
#include <doctest/doctest.h>

#include "libmesh/spec/effective.h"
#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/random_scenario.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;

TEST_CASE("effective_behaviour: laws survive writing and reading bit by bit") {
  testing::RandomScenario random(5);
  for (int i = 0; i < 2'000; ++i) {
    const Distribution law = random.law();
    CAPTURE(to_string(law));
    Diagnostics problems;
    Distribution again;
    distribution().read(to_node(law), Reading("", problems), again);
    CHECK_FALSE(problems.has_errors());
    CHECK(again == law);
  }
}

TEST_CASE("effective_behaviour: branches of one step need no brackets, lone parallel ones do") {
  struct Row {
    const char* given;
    const char* written;
  };
  const Row rows[] = {
      {"script: [[{call: a}, [{work: 1ms}, {work: 2ms}]]]",
       "- - call:\n      service: a\n      path: /\n      method: GET\n      body: 0\n      "
       "onError: fail\n      statusOnError: 500\n  - - work: 1ms\n    - work: 2ms\n"},
      {"script: [[[[{work: 1ms}, {work: 2ms}]], {work: 3ms}]]",
       "- - - - work: 1ms\n      - work: 2ms\n  - work: 3ms\n"},
      {"script: [[{work: 1ms}]]", "- - work: 1ms\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.given);
    Diagnostics problems;
    WorkloadBehaviour b = testing::read_text(object(workload_behaviour_table), row.given, problems);
    CHECK(brief(problems) == "");
    CHECK(to_yaml(*to_node(b).find("script")) == row.written);
  }
}

TEST_CASE("effective_behaviour: what is unlimited is written so") {
  WorkloadBehaviour b;
  b.workers = 0;
  b.queue = 0xffffffffu;
  b.sidecar = true;
  b.sides = SidecarSides::OutboundOnly;
  const YamlNode node = to_node(b);
  CHECK(node.find("workers")->scalar == "unlimited");
  CHECK(node.find("queue")->find("places")->scalar == "unlimited");
  CHECK(node.find("queue")->find("order")->scalar == "fifo");
  CHECK(node.find("sidecar")->scalar == "outbound");
  CHECK(node.find("time") == nullptr);  // the defaults' own
}
