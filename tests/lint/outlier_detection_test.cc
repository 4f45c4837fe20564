// Outlier detection that cannot eject anybody.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

using testing::findings;
using testing::linted_mesh;
using testing::rule_of_web;

TEST_CASE("lint: ten percent of three hosts ejects nobody, and the hint says what would") {
  const auto found =
      findings(linted_mesh(rule_of_web("{outlierDetection: {interval: 1s}}")), "MS0601");
  REQUIRE(found.size() == 3);  // web's three pods, v1's two, v2's one
  CHECK(found[0].path == "DestinationRule/web: outlierDetection");
  CHECK(found[0].place.line > 0);
  bool three = false;
  for (const Diagnostic& d : found) {
    three = three || d.hint == "set maxEjectionPercent to 34 or more";
    CHECK(d.what.find("10 %") != std::string::npos);
  }
  CHECK(three);
}

TEST_CASE("lint: a hundred percent ejects everybody that fails") {
  CHECK(
      findings(linted_mesh(rule_of_web("{outlierDetection: {maxEjectionPercent: 100}}")), "MS0601")
          .empty());
  CHECK(findings(linted_mesh(rule_of_web("{loadBalancer: {simple: RANDOM}}")), "MS0601").empty());
}

}  // namespace
}  // namespace mesh
