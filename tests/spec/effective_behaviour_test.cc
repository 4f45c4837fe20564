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
