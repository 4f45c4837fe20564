// Failures of the network, and which pods a failure hits.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::problems_of;
using mesh::testing::scenario_of;

TEST_CASE("link_fault_table: pods by name or more, and what happens between them") {
  const Scenario s = scenario_of(
      "faults:\n"
      "- at: 1m\n"
      "  network: {from: web, to: {workload: db, zone: eu/a, replicas: 50%}, delay: 5ms, loss: "
      "5%}\n"
      "- at: 2m\n"
      "  network: {to: {zone: eu/b, replicas: 2}, direction: to, partition: true}\n"
      "- {at: 3m, network: {to: db, bandwidth: 10Mbit}}\n"
      "- {at: 3m, network: {to: db, bandwidth: 800kbit, hold: true}}\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.faults.size() == 4);
  const LinkFaultSpec& first = s.faults[0].link;
  CHECK(first.from == PodSelector{.workload = "web"});
  CHECK(first.to == PodSelector{.workload = "db", .zone = "eu/a", .share = 0.5});
  CHECK(first.both_ways);
  CHECK(to_string(*first.delay) == "5ms");
  CHECK(first.loss == 0.05);
  CHECK_FALSE(first.partition);
  CHECK(s.faults[1].link.from == PodSelector{});
  CHECK(s.faults[1].link.to == PodSelector{.zone = "eu/b", .replicas = 2});
  CHECK_FALSE(s.faults[1].link.both_ways);
  CHECK(s.faults[1].link.partition);
  CHECK(s.faults[2].link.bits_per_second == 10'000'000);
  CHECK(s.faults[3].link.bits_per_second == 800'000);
  CHECK(s.faults[3].link.hold);
}

TEST_CASE("link_fault_table: what is refused, at its place") {
  struct Row {
    const char *spec, *problems;
  };
  for (const Row& row : {
           Row{"faults: [{at: 1s, network: {to: db}}]",
               "1:28 MS0204 spec.faults[0].network: says nothing that happens to the messages (add "
               "delay, "
               "loss, partition, hold or bandwidth)\n"},
           Row{"faults: [{at: 1s, network: {to: db, bandwidth: 10}}]",
               "1:48 MS0103 spec.faults[0].network.bandwidth: expected a rate, found the number 10 "
               "(write "
               "10Mbit for ten million bits per second)\n"},
           Row{"faults: [{at: 1s, network: {to: [db], loss: 1%}}]",
               "1:33 MS0103 spec.faults[0].network.to: expected a mapping (PodSelector), found a "
               "list\n"},
       }) {
    CAPTURE(std::string(row.spec));
    CHECK(problems_of(row.spec) == row.problems);
  }
}
