// Wipes of caches, purges of queues, shedding of loads.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::scenario_of;
using Kind = FaultSpec::Kind;

TEST_CASE("cache_fault_table: each kind with its parameters") {
  const Scenario s = scenario_of(
      "faults:\n"
      "- {at: 1m, cacheWipe: {cache: pages}}\n"
      "- {at: 2m, cacheWipe: {cache: pages, share: 5%}}\n"
      "- {at: 3m, purgeQueue: {workload: db, replicas: 2}}\n"
      "- {at: 3m, for: 60s, shed: {load: users, share: 80%}}\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.faults.size() == 4);
  CHECK(s.faults[0].kind == Kind::CacheWipe);
  CHECK(s.faults[0].cache == "pages");
  CHECK(s.faults[0].share == 1.0);
  CHECK(s.faults[1].share == 0.05);
  CHECK(s.faults[2].kind == Kind::PurgeQueue);
  CHECK(s.faults[2].pods.workload == "db");
  CHECK(s.faults[2].pods.replicas == 2u);
  CHECK(s.faults[3].kind == Kind::Shed);
  CHECK(s.faults[3].load == "users");
  CHECK(s.faults[3].share == 0.8);
  CHECK(s.faults[3].lasting == seconds(60));
  CHECK(s.faults[3].place == Place{"t.yaml", 8, 5});
}

TEST_CASE("cache_fault_table: one kind in one fault, and what it needs") {
  const auto code_of = [](const std::string& fault) {
    const std::string all = brief(scenario_of("faults: [{at: 1s, " + fault + "}]\n").diagnostics);
    return all.substr(0, all.find(' ', all.find(' ') + 1));
  };
  CHECK(code_of("cacheWipe: {cache: a}, shed: {load: b, share: 1%}").ends_with("MS0203"));
  CHECK(code_of("cacheWipe: {}").ends_with("MS0105"));
  CHECK(code_of("shed: {load: b}").ends_with("MS0105"));
  CHECK(code_of("purgeQueue: {workload: a, load: b}").ends_with("MS0104"));
}
