// Configuration versions: applied documents, scales, ids that stay.
#include "libmesh/plan/changes.h"

#include <doctest/doctest.h>

#include "tests/plan/plan_view.h"
#include "tests/plan/yaml_mesh.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using testing::PlanView;

std::vector<YamlNode> documents(const std::string& text) {
  Diagnostics problems;
  return parse_yaml(text, "change.yaml", problems);
}

ChangeSpec applied(std::int64_t second, const std::string& text) {
  ChangeSpec change;
  change.at = seconds(second);
  change.label = "weights-" + std::to_string(second) + ".yaml";
  change.documents = documents(text);
  return change;
}

std::string weights(int v1, int v2) {
  return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
         "spec: {hosts: [web], http: [{route: [{destination: {host: web, subset: v1}, weight: " +
         std::to_string(v1) +
         "}, {destination: {host: web, subset: v2}, weight: " + std::to_string(v2) + "}]}]}\n---\n";
}

/// The small mesh with a rule for web, called by a load.
Scenario canary() {
  Scenario scenario;
  scenario.resources = testing::resources_of(
      testing::small_mesh + weights(100, 0) +
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
      "spec: {host: web, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: "
      "v2}}]}\n");
  scenario.run.until = seconds(60);
  testing::ScenarioBuilder b;
  b.load("web");
  scenario.loads = b.scenario().loads;
  return scenario;
}
const std::string v1 = "outbound|80|v1|web.default.svc.cluster.local";
const std::string v2 = "outbound|80|v2|web.default.svc.cluster.local";

TEST_CASE("changes: each apply is a version from its time on, by time and not by order") {
  Scenario scenario = canary();
  scenario.changes = {applied(20, weights(50, 50)), applied(10, weights(90, 10))};
  const PlanView view(scenario);
  REQUIRE(view.plan->versions.size() == 3);
  CHECK(view.plan->versions[1].at == Instant{} + seconds(10));
  CHECK(view.targets("load", "GET web/", 0) == v1 + "=100");
  CHECK(view.targets("load", "GET web/", 1) == v1 + "=90 " + v2 + "=10");
  CHECK(view.targets("load", "GET web/", 2) == v1 + "=50 " + v2 + "=50");
  REQUIRE(view.plan->changes.size() == 2);
  CHECK(view.plan->changes[ChangeId{0}].text == "apply weights-10.yaml");
  CHECK(view.plan->changes[ChangeId{0}].version == 1);
  CHECK(view.plan->versions[2].change == ChangeId{1});
  CHECK(!view.plan->versions[0].change.valid());
}

TEST_CASE("changes: what does not change keeps its id over the versions") {
  Scenario scenario = canary();
  scenario.changes = {applied(10, weights(90, 10))};
  const PlanView view(scenario);
  const auto& before = view.plan->versions[0].proxies[view.id("load")].cluster_of;
  const auto& after = view.plan->versions[1].proxies[view.id("load")].cluster_of;
  CHECK(before == after);
}

TEST_CASE("changes: one more change at the end leaves all earlier ids alone") {
  Scenario scenario = canary();
  scenario.changes = {applied(10, weights(90, 10))};
  const auto shorter = compile(scenario).plan;
  scenario.changes.push_back(applied(
      20, weights(10, 90) + "apiVersion: v1\nkind: Service\nmetadata: {name: extra}\n"
                            "spec: {selector: {app: web}, ports: [{name: http, port: 81}]}\n"));
  const auto longer = compile(scenario).plan;
  REQUIRE(shorter != nullptr);
  REQUIRE(longer != nullptr);
  const auto is_prefix = [](const auto& a, const auto& b) {
    return a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](const auto& x, const auto& y) { return x == y; });
  };
  CHECK(is_prefix(shorter->routes, longer->routes));
  CHECK(is_prefix(shorter->clusters, longer->clusters));
  CHECK(is_prefix(shorter->cluster_configs, longer->cluster_configs));
  CHECK(shorter->routes.size() < longer->routes.size());
  CHECK(shorter->endpoints.size() == longer->endpoints.size());
}

TEST_CASE("changes: an applied Deployment with other replicas is a scale too") {
  Scenario scenario = canary();
  const std::string deployment =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-v2}\n"
      "spec: {replicas: 5, selector: {matchLabels: {app: web, version: v2}}, template: {metadata: "
      "{labels: {app: web, version: v2}}, spec: {containers: [{name: app, image: app}]}}}\n";
  scenario.changes = {applied(10, deployment)};
  const PlanView view(scenario);
  REQUIRE(view.plan->changes.size() == 2);
  const ChangePlan& scale = view.plan->changes[ChangeId{1}];
  CHECK(scale.workload == view.id("web-v2"));
  CHECK(scale.replicas == 5);
  CHECK(scale.version == 0);
  CHECK(view.workload("web-v2").reserved == 5);
  CHECK(view.workload("web-v2").replicas == 1);
}

TEST_CASE("changes: applying the same replicas undoes a scale in between, else it scales nothing") {
  Scenario scenario = canary();
  const std::string deployment =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-v2}\n"
      "spec: {replicas: 1, selector: {matchLabels: {app: web, version: v2}}, template: {metadata: "
      "{labels: {app: web, version: v2}}, spec: {containers: [{name: app, image: app}]}}}\n";
  scenario.changes = {applied(10, deployment)};
  CHECK(PlanView(scenario).plan->changes.size() == 1);
  scenario.changes.push_back({seconds(5), "", {}, "web-v2", 3, {}});
  const PlanView view(scenario);
  REQUIRE(view.plan->changes.size() == 3);
  CHECK(view.plan->changes[ChangeId{2}].replicas == 1);
}

TEST_CASE("changes: a workload that comes later starts with no pods and is no backend before") {
  Scenario scenario = canary();
  scenario.changes = {applied(
      10,
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-v3}\n"
      "spec: {replicas: 2, selector: {matchLabels: {app: web, version: v3}}, template: {metadata: "
      "{labels: {app: web, version: v3}}, spec: {containers: [{name: app, image: app}]}}}\n")};
  const PlanView view(scenario);
  const std::string all = "outbound|80||web.default.svc.cluster.local";
  CHECK(view.workload("web-v3").replicas == 0);
  CHECK(view.workload("web-v3").reserved == 2);
  CHECK(view.cluster("load", all, 0).hosts.size() == 3);
  CHECK(view.cluster("load", all, 1).hosts.size() == 5);
}

TEST_CASE("changes: a rule that is applied later is younger than those from the start") {
  Scenario scenario = canary();
  std::string second = weights(0, 100);
  second.replace(second.find("name: web}"), 10, "name: aaa}");
  scenario.changes = {applied(10, second)};
  // By name "aaa" would come first; but it is the newer one, so "web" goes on.
  CHECK(PlanView(scenario).targets("load", "GET web/", 1) == v1 + "=100");
}

TEST_CASE("changes: problems of applied documents carry the place of the change") {
  Scenario scenario = canary();
  std::string typo = weights(50, 50);
  typo.replace(typo.find("subset: v2"), 10, "subset: v9");
  scenario.changes = {applied(10, typo)};
  const CompileResult result = compile(scenario);
  REQUIRE(result.plan != nullptr);
  bool found = false;
  for (const Diagnostic& d : result.problems) {
    if (d.code != "MS0523") continue;
    CHECK(d.place.file == "change.yaml");
    found = true;
  }
  CHECK(found);
}

}  // namespace
}  // namespace mesh
