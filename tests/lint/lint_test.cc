// The analyzers together: sorted findings, nothing on a clean mesh.
#include "libmesh/lint/lint.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

TEST_CASE("lint: a clean mesh has no findings") {
  testing::ScenarioBuilder b;
  b.service("web").deployment("web").behaviour("web");
  b.load("web");
  const CompileResult compiled = compile(b.scenario());
  REQUIRE(compiled.plan != nullptr);
  CHECK(lint(b.scenario(), *compiled.plan).empty());
}

TEST_CASE("lint: findings are warnings in the order of their places") {
  const Scenario scenario = testing::linted_mesh(testing::rule_of_web(
      "{outlierDetection: {interval: 1s}, connectionPool: {tcp: {maxConnections: 1}}}"));
  const CompileResult compiled = compile(scenario);
  REQUIRE(compiled.plan != nullptr);
  const Diagnostics found = lint(scenario, *compiled.plan);
  CHECK(found.count(Severity::Warning) == found.items().size());
  CHECK(found.items().size() >= 5);
  Diagnostics sorted = found;
  sorted.sort();
  CHECK(sorted == found);
}

}  // namespace
}  // namespace mesh
