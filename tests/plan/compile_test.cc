// Whole scenarios compiled: what a plan holds, in which order, and what is refused.
#include "libmesh/plan/compile.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/plan/plan_view.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using testing::PlanView;
using testing::ScenarioBuilder;

/// productpage calls details and reviews; reviews v2 and v3 call ratings.
ScenarioBuilder bookinfo() {
  ScenarioBuilder b;
  for (const char* name : {"productpage", "details", "reviews", "ratings"}) b.service(name, 9080);
  b.deployment("productpage", "v1").deployment("details", "v1").deployment("ratings", "v1");
  b.deployment("reviews", "v1").deployment("reviews", "v2").deployment("reviews", "v3");
  b.calls("productpage-v1", {"details", "reviews"});
  b.calls("reviews-v2", {"ratings"}).calls("reviews-v3", {"ratings"});
  for (const char* name : {"details-v1", "ratings-v1", "reviews-v1"}) b.behaviour(name);
  b.gateway("bookinfo-gateway");
  istio::VirtualService& rule = b.virtual_service("bookinfo", {"*"});
  rule.gateways = {"bookinfo-gateway"};
  rule.http.push_back(b.to("productpage", "", 9080));
  return b;
}

TEST_CASE("compile: a load by a Gateway makes the ingress workload") {
  ScenarioBuilder b = bookinfo();
  b.gateway_load("bookinfo-gateway", "bookinfo.example", "/productpage");
  const PlanView view(b.scenario());
  const WorkloadPlan& ingress = view.workload("istio-ingressgateway");
  CHECK(ingress.name_space == "istio-system");
  CHECK(ingress.is_gateway);
  CHECK(ingress.replicas == 1);
  CHECK(view.plan->loads[LoadId{0}].entry == view.id("istio-ingressgateway"));
  CHECK(view.route("istio-ingressgateway", "GET bookinfo.example/productpage").clusters.size() ==
        1);
  CHECK(view.targets("istio-ingressgateway", "GET bookinfo.example/productpage") ==
        "outbound|9080||productpage.default.svc.cluster.local=1");
}

TEST_CASE(
    "compile: every request on the way has a route at its sender and a handler where it ends") {
  ScenarioBuilder b = bookinfo();
  b.gateway_load("bookinfo-gateway", "bookinfo.example", "/productpage");
  const PlanView view(b.scenario());
  CHECK(view.targets("productpage-v1", "GET reviews:9080/") ==
        "outbound|9080||reviews.default.svc.cluster.local=1");
  CHECK(view.targets("reviews-v3", "GET ratings:9080/") ==
        "outbound|9080||ratings.default.svc.cluster.local=1");
  CHECK(view.handler("productpage-v1", "GET bookinfo.example/productpage").name == "default");
  CHECK(view.handler("ratings-v1", "GET ratings:9080/").name == "default");
}

TEST_CASE("compile: a load on a service gets a client with a sidecar, named after the load") {
  ScenarioBuilder b;
  b.service("cart.shop").deployment("cart.shop", "v1", 3).behaviour("cart-v1");
  b.load("cart.shop").name = "shoppers";
  const PlanView view(b.scenario());
  CHECK(view.workload("shoppers").has_sidecar);
  CHECK(view.workload("shoppers").name_space == "shop");
  CHECK(view.targets("shoppers", "GET cart.shop/") == "outbound|80||cart.shop.svc.cluster.local=1");
}

TEST_CASE("compile: pods of a workload are neighbours and are named by index") {
  ScenarioBuilder b;
  b.service("a").deployment("a", "v1", 2).deployment("b", "v1", 1);
  const PlanView view(b.scenario());
  REQUIRE(view.plan->endpoints.size() == 3);
  CHECK(view.plan->endpoints[EndpointId{1}].name == "a-v1-1");
  CHECK(view.workload("b-v1").first_endpoint == EndpointId{2});
  CHECK(view.plan->endpoints[EndpointId{2}].workload == view.id("b-v1"));
}

TEST_CASE("compile: a scale reserves pods from the start") {
  ScenarioBuilder b;
  b.service("a").deployment("a", "", 2).behaviour("a");
  b.load("a");
  b.scenario().changes.push_back({seconds(5), "", {}, "a", 6, {}});
  b.scenario().changes.push_back({seconds(9), "", {}, "a", 1, {}});
  const PlanView view(b.scenario());
  CHECK(view.workload("a").reserved == 6);
  CHECK(view.workload("a").replicas == 2);
  REQUIRE(view.plan->changes.size() == 2);
  CHECK(view.plan->changes[ChangeId{0}].text == "scale a to 6");
  CHECK(view.plan->changes[ChangeId{1}].replicas == 1);
  CHECK(view.cluster("load", "outbound|80||a.default.svc.cluster.local").hosts.size() == 6);
}

TEST_CASE("compile: sidecars are injected unless something forbids it") {
  struct Row {
    const char* name;
    const char* label;
    const char* annotation;
    bool host_network;
    std::optional<bool> behaviour;
    bool expected;
  };
  const Row rows[] = {
      {"nothing is said", "", "", false, {}, true},
      {"the label forbids", "false", "", false, {}, false},
      {"the annotation forbids", "", "false", false, {}, false},
      {"the label wins over the annotation", "true", "false", false, {}, true},
      {"the host's network forbids", "", "", true, true, false},
      {"the behaviour forbids", "true", "", false, false, false},
      {"the behaviour wins over the label", "false", "", false, true, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ScenarioBuilder b;
    b.deployment("a");
    k8s::Workload& spec = b.scenario().resources.workloads.back();
    if (*row.label != 0) spec.pod_labels["sidecar.istio.io/inject"] = row.label;
    if (*row.annotation != 0) spec.pod_annotations["sidecar.istio.io/inject"] = row.annotation;
    spec.host_network = row.host_network;
    b.behaviour("a").sidecar = row.behaviour;
    CHECK(PlanView(b.scenario()).workload("a").has_sidecar == row.expected);
  }
}

TEST_CASE("compile: mistakes are refused with a suggestion, all at once") {
  ScenarioBuilder b;
  b.service("cart").deployment("cart", "v1").behaviour("crat-v1");
  b.load("crat");
  b.gateway_load("gateway");
  b.scenario().faults.push_back({});
  b.scenario().faults.back().pods.workload = "nothing";
  b.scenario().thresholds.push_back({"p99", "load->kart", "", {}, 5.0, "", "", {}});
  b.scenario().run.until.reset();
  const CompileResult result = compile(b.scenario());
  CHECK(result.plan == nullptr);
  std::vector<std::string> codes;
  for (const Diagnostic& d : result.problems) {
    if (d.severity == Severity::Error) codes.push_back(d.code);
  }
  std::sort(codes.begin(), codes.end());
  CHECK(codes ==
        std::vector<std::string>{"MS0500", "MS0501", "MS0501", "MS0504", "MS0505", "MS0509"});
  const bool suggests =
      std::any_of(result.problems.begin(), result.problems.end(),
                  [](const Diagnostic& d) { return d.hint == "did you mean \"cart-v1\"?"; });
  CHECK(suggests);
}

TEST_CASE("compile: without load no duration is needed") {
  ScenarioBuilder b = bookinfo();
  b.scenario().run.until.reset();
  CHECK(compile(b.scenario()).plan != nullptr);
}

TEST_CASE("compile: a workload without behaviour is warned of once, when requests reach it") {
  ScenarioBuilder b;
  b.service("a").deployment("a").deployment("never");
  b.load("a");
  b.load("a");
  const CompileResult result = compile(b.scenario());
  REQUIRE(result.problems.items().size() == 1);
  CHECK(result.problems.items()[0].code == "MS0512");
  CHECK(result.problems.items()[0].path == "a");
}

TEST_CASE("compile: equal scenarios give equal plans, other loads leave the rest alone") {
  ScenarioBuilder b = bookinfo();
  b.gateway_load("bookinfo-gateway", "bookinfo.example", "/productpage");
  const auto first = compile(b.scenario()).plan;
  const auto second = compile(b.scenario()).plan;
  REQUIRE(first != nullptr);
  CHECK(first->routes == second->routes);
  CHECK(first->clusters == second->clusters);
  CHECK(first->cluster_configs == second->cluster_configs);
}

}  // namespace
}  // namespace mesh
