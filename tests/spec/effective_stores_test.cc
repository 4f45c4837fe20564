// Stores written with their defaults read back as they were meant.
#include <doctest/doctest.h>

#include "libmesh/spec/effective.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::scenario_of;

TEST_CASE("effective_stores: every default is visible") {
  const Scenario s = scenario_of(
      "behaviour:\n"
      "  caches: [{name: a, entries: 7}]\n"
      "  pools: [{name: b}]\n"
      "  topics: [{name: c, consumer: d}]\n"
      "  workloads:\n"
      "    w: {limiter: {vegas: {}}, script: [{cache: {name: a}}, {with: {pool: b, do: []}}]}\n"
      "faults:\n"
      "- {at: 1s, cacheWipe: {cache: a}}\n");
  CHECK(brief(s.diagnostics) == "");
  const std::string text = effective_yaml(s);
  for (const char* line :
       {"policy: lru", "scope: shared", "prefill: empty", "size: 10", "queue: unlimited",
        "wait: 30s", "scope: pod", "maxInFlight: 10", "redeliverAfter: 10s", "redeliveries: 5",
        "max: 1000", "probeMultiplier: 30", "key: one", "fill: always", "coalesce: false",
        "share: 100%"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
  const Scenario again = parse_scenario(text, "t.yaml");
  CHECK_FALSE(again.diagnostics.has_errors());
  CHECK(effective_yaml(again) == text);
  CHECK(config_digest(again) == config_digest(s));
}
