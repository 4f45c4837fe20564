// Locality settings that lead nowhere or are not used.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

/// web-v1 and the client in r1/z1, web-v2 in r2/z2.
Scenario placed(const std::string& setting, const std::string& more = "") {
  Scenario scenario = testing::linted_mesh(
      testing::rule_of_web("{loadBalancer: {localityLbSetting: " + setting + "}" + more + "}"));
  for (const auto& [workload, locality] :
       {std::pair{"web-v1", "r1/z1"}, {"web-v2", "r2/z2"}, {"client", "r1/z1"}}) {
    WorkloadBehaviour behaviour;
    behaviour.workload = workload;
    behaviour.locality = locality;
    scenario.behaviour.push_back(behaviour);
  }
  return scenario;
}

TEST_CASE("lint: places of distribute and failover where nobody is") {
  const std::string outliers = ", outlierDetection: {maxEjectionPercent: 50}";
  struct Row {
    const char* name;
    Scenario scenario;
    const char* path;  // empty: clean
    const char* what;
  };
  const Row rows[] = {
      {"all are known", placed("{distribute: [{from: r1/z1, to: {r1/z1: 80, r2/*: 20}}]}"), "", ""},
      {"any place", placed("{distribute: [{from: '*', to: {'*': 100}}]}"), "", ""},
      {"nobody to send to", placed("{distribute: [{from: r1/z1, to: {r1/z1: 80, r3/z9: 20}}]}"),
       "distribute.to", "no pod is in \"r3/z9\": 20 % of the requests stay"},
      {"nobody that sends", placed("{distribute: [{from: r1/z9, to: {r1/z1: 100}}]}"),
       "distribute.from", "no pod is in \"r1/z9\": no caller is there"},
      {"regions are known", placed("{failover: [{from: r1, to: r2}]}", outliers), "", ""},
      {"nobody to fail over to", placed("{failover: [{from: r1, to: r7}]}", outliers),
       "failover.to", "no pod is in \"r7\""},
      {"nobody that fails over", placed("{failover: [{from: r8, to: r2}]}", outliers),
       "failover.from", "no pod is in \"r8\""},
      {"switched off", placed("{enabled: false, failover: [{from: r8, to: r9}]}", outliers), "",
       ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto found = testing::findings(row.scenario, "MS0610");
    REQUIRE(found.size() == (*row.path == 0 ? 0u : 1u));
    if (*row.path == 0) continue;
    CHECK(found[0].path == "DestinationRule/web: localityLbSetting." + std::string(row.path));
    CHECK(found[0].what.find(row.what) != std::string::npos);
    CHECK(found[0].hint == "pods are in r1/z1 r2/z2");
    CHECK(found[0].place.line > 0);
  }
}

TEST_CASE("lint: failover without outlier detection") {
  const std::string outliers = ", outlierDetection: {maxEjectionPercent: 50}";
  struct Row {
    const char* name;
    Scenario scenario;
    std::size_t findings;
  };
  const Row rows[] = {
      {"by region", placed("{failover: [{from: r1, to: r2}]}"), 1},
      {"by labels", placed("{failoverPriority: [topology.kubernetes.io/zone]}"), 1},
      {"beside it", placed("{failover: [{from: r1, to: r2}]}", outliers), 0},
      {"shares need none", placed("{distribute: [{from: r1/z1, to: {r1/z1: 100}}]}"), 0},
      {"switched off", placed("{enabled: false, failover: [{from: r1, to: r2}]}"), 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto found = testing::findings(row.scenario, "MS0612");
    CHECK(found.size() == row.findings);
    for (const Diagnostic& d : found) CHECK(d.hint == "add outlierDetection");
  }
}

}  // namespace
}  // namespace mesh
