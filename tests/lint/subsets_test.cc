// Weights that lead to subsets without pods.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

Scenario split(const std::string& a, const std::string& b) {
  return testing::linted_mesh(
      testing::rule_of_web("{loadBalancer: {simple: RANDOM}}") +
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
      "spec: {hosts: [web], http: [{route: [{destination: {host: web, subset: " +
      a + "}, weight: 90}, {destination: {host: web, subset: " + b + "}, weight: 10}]}]}\n");
}

TEST_CASE("lint: a share of requests that goes to no pods") {
  const auto found = testing::findings(split("v1", "none"), "MS0604");
  REQUIRE(found.size() == 1);
  CHECK(found[0].what.starts_with("10 of 100 requests go to outbound|80|none|web"));
  CHECK(found[0].place.line > 0);
}

TEST_CASE("lint: subsets with pods, and empty ones that nothing leads to, are fine") {
  CHECK(testing::findings(split("v1", "v2"), "MS0604").empty());
}

}  // namespace
}  // namespace mesh
