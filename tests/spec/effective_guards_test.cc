// What a caller keeps around a call, with every default.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario.h"

namespace mesh {
namespace {

std::string effective(const std::string& words) {
  const Scenario scenario = parse_scenario(
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: a}\nspec:\n"
      "  behaviour: {workloads: {a: {script: [{call: {service: b, timeout: 1s, " +
          words + "}}]}}}\n",
      "a.yaml");
  REQUIRE(!scenario.diagnostics.has_errors());
  return effective_yaml(scenario);
}

TEST_CASE("effective_guards: breakers show the way that they take") {
  const std::string counted = effective("breaker: {failures: 2}");
  CHECK(counted.find("failures: 2") != std::string::npos);
  CHECK(counted.find("failureShare: 0%") != std::string::npos);  // of the probes
  CHECK(counted.find("minimumCalls") == std::string::npos);
  const std::string shared = effective("breaker: resilience4j");
  CHECK(shared.find("failures:") == std::string::npos);
  CHECK(shared.find("windowCalls: 100") != std::string::npos);
}

TEST_CASE("effective_guards: throttle, hedge, balance, deadline") {
  const std::string all =
      effective("throttle: {}, hedge: {after: p99.9}, balance: random, deadline: ignore");
  for (const char* line : {"k: 2", "window: 2m", "p99.9", "tied: false", "by: random", "choices: 2",
                           "deadline: ignore"}) {
    CAPTURE(std::string(line));
    CHECK(all.find(line) != std::string::npos);
  }
}

}  // namespace
}  // namespace mesh
