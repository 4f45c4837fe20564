// Failures and changes at a time.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::problems_of;
using mesh::testing::scenario_of;
using Kind = FaultSpec::Kind;

TEST_CASE("fault_table: each kind with its parameters") {
  const Scenario s = scenario_of(
      "faults:\n"
      "- {at: 3m, for: 45s, crash: {workload: ratings-v1, replicas: 1}}\n"
      "- {at: 4m, slow: {workload: a, factor: 8}}\n"
      "- {at: 5m, delay: {workload: a, time: {exponential: {mean: 1s}}}}\n"
      "- {at: 6m, errors: {workload: a.prod, share: 20%, status: 503}}\n"
      "- {at: 7m, hang: {workload: a}}\n"
      "- {at: 8m, errors: {workload: a}}\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.faults.size() == 6);
  CHECK(s.faults[0].kind == Kind::Crash);
  CHECK(s.faults[0].at == minutes(3));
  CHECK(s.faults[0].lasting == seconds(45));
  CHECK(s.faults[0].workload == "ratings-v1");
  CHECK(s.faults[0].replicas == 1u);
  CHECK(s.faults[0].place == Place{"t.yaml", 5, 5});
  CHECK(s.faults[1].kind == Kind::Slow);
  CHECK(s.faults[1].factor == 8);
  CHECK_FALSE(s.faults[1].lasting.has_value());
  CHECK_FALSE(s.faults[1].replicas.has_value());
  CHECK(s.faults[2].kind == Kind::Delay);
  CHECK(to_string(s.faults[2].delay) == "{exponential: {mean: 1s}}");
  CHECK(s.faults[3].kind == Kind::Errors);
  CHECK(s.faults[3].share == 0.2);
  CHECK(s.faults[3].status == 503);
  CHECK(s.faults[4].kind == Kind::Hang);
  CHECK(s.faults[5].share == 1.0);
  CHECK(s.faults[5].status == 500);
}

TEST_CASE("fault_table: changes scale, or apply objects") {
  const Scenario s = scenario_of(
      "changes:\n"
      "- {at: 6m, scale: {workload: reviews-v2, replicas: 4}}\n"
      "- at: 7m\n"
      "  apply: {apiVersion: v1, kind: Namespace, metadata: {name: prod}}\n"
      "- at: 8m\n"
      "  label: all of it\n"
      "  apply:\n"
      "  - {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n"
      "  - {apiVersion: v1, kind: Namespace, metadata: {name: b}}\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.changes.size() == 3);
  CHECK(s.changes[0].at == minutes(6));
  CHECK(s.changes[0].scale_workload == "reviews-v2");
  CHECK(s.changes[0].replicas == 4);
  CHECK(s.changes[0].label == "scale reviews-v2 to 4");
  CHECK(s.changes[1].label == "apply Namespace/prod");
  CHECK(s.changes[1].documents.size() == 1);
  CHECK(s.changes[2].label == "all of it");
  CHECK(s.changes[2].documents.size() == 2);
  CHECK(s.resources.namespaces.empty());  // not yet
}

TEST_CASE("fault_table: what is refused, at its place") {
  struct Row {
    const char* spec;
    const char* problems;
  };
  const Row rows[] = {
      {"faults: [{crash: {workload: a}}]",
       "1:10 MS0105 spec.faults[0]: at is required (add at (duration): Begins.)\n"},
      {"faults: [{at: 1s}]",
       "1:10 MS0204 spec.faults[0]: one of crash, hang, slow, delay, errors, cacheWipe, "
       "purgeQueue, shed is needed\n"},
      {"faults: [{at: 1s, crash: {workload: a}, hang: {workload: a}}]",
       "1:10 MS0203 spec.faults[0]: only one kind of fault may be set (write "
       "one list item for each fault)\n"},
      {"faults: [{at: 1s, for: 0s, hang: {workload: a}}]",
       "1:24 MS0108 spec.faults[0].for: must be above 0\n"},
      {"faults: [{at: -1s, hang: {workload: a}}]",
       "1:15 MS0206 spec.faults[0].at: must not be negative, got -1s\n"},
      {"faults: [{at: 1s, slow: {workload: a}}]",
       "1:25 MS0105 spec.faults[0].slow: factor is required (add factor (number): 8: eight times "
       "slower.)\n"},
      {"faults: [{at: 1s, slow: {workload: a, factor: 0}}]",
       "1:47 MS0108 spec.faults[0].slow.factor: must be at least 0.001, got 0\n"},
      {"faults: [{at: 1s, errors: {workload: a, share: 120%}}]",
       "1:48 MS0207 spec.faults[0].errors.share: must lie between 0% and 100%, got 120%\n"},
      {"faults: [{at: 1s, crash: {workload: a, replicas: 0}}]",
       "1:50 MS0108 spec.faults[0].crash.replicas: must be at least 1, got 0\n"},
      {"faults: [{at: 1s, crash: {workload: a, replicas: 2000000}}]",
       "1:50 MS0108 spec.faults[0].crash.replicas: must be at most 1000000, got 2000000\n"},
      {"faults: [{at: 1s, explode: {workload: a}}]",
       "1:10 MS0204 spec.faults[0]: one of crash, hang, slow, delay, errors, cacheWipe, "
       "purgeQueue, shed is needed\n"
       "1:19 MS0104 spec.faults[0].explode: FaultSpec has no field of this name (FaultSpec has at, "
       "for, crash, hang, slow, delay, errors, cacheWipe, purgeQueue, shed)\n"},
      {"changes: [{at: 1s}]", "1:11 MS0204 spec.changes[0]: one of apply, scale is needed\n"},
      {"changes: [{at: 1s, scale: {workload: a, replicas: -1}}]",
       "1:51 MS0108 spec.changes[0].scale.replicas: must be at least 0, got -1\n"},
      {"changes: [{at: 1s, apply: []}]", "1:27 MS0105 spec.changes[0].apply: must not be empty\n"},
      {"changes: [{at: 1s, apply: [[]]}]",
       "1:28 MS0103 spec.changes[0].apply[0]: expected a file name or an object, found a list\n"},
      {"changes: [{at: 1s, apply: none.yaml}]",
       "1:27 MS0109 none.yaml does not exist (paths in a scenario are relative to its file)\n"},
      {"changes: [{at: 1s, apply: {kind: Namespace}}]",
       "1:27 MS0112 Namespace: apiVersion is missing (every object says apiVersion and kind)\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.spec);
    CHECK(problems_of(row.spec) == row.problems);
  }
}
