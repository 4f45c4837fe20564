// Services and workloads that do not find each other.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

using testing::ScenarioBuilder;

TEST_CASE("lint: a workload that no Service selects, unless it sends a load") {
  ScenarioBuilder b;
  b.service("web").deployment("web").deployment("batch").deployment("client");
  b.behaviour("web");
  b.load("web").from = "client";
  const auto found = testing::findings(b.scenario(), "MS0605");
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "batch");
  CHECK(found[0].place.line > 0);
}

TEST_CASE("lint: a Service without pods") {
  ScenarioBuilder b;
  b.service("web").deployment("web").behaviour("web");
  b.service("typo").load("web");
  const auto found = testing::findings(b.scenario(), "MS0606");
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "Service/typo");
}

}  // namespace
}  // namespace mesh
