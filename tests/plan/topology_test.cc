// Call graphs: edges, order, depth, circles, Graphviz.
#include "libmesh/plan/topology.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/plan/plan_view.h"
#include "tests/support/golden.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using testing::PlanView;
using testing::ScenarioBuilder;

/// front calls a and b, both call db; "alone" is never called.
ScenarioBuilder diamond() {
  ScenarioBuilder b;
  for (const char* name : {"db", "b", "a", "front", "alone"}) b.service(name).deployment(name);
  b.calls("front", {"a", "b"}).calls("a", {"db"}).calls("b", {"db"}).behaviour("db");
  b.gateway("edge");
  istio::VirtualService& rule = b.virtual_service("front", {"*"});
  rule.gateways = {"edge"};
  rule.http.push_back(b.to("front"));
  b.gateway_load("edge", "shop.example");
  return b;
}

TEST_CASE("topology: edges lead from callers to those they call, by service") {
  ScenarioBuilder b = diamond();
  const PlanView view(b.scenario());
  std::vector<std::string> edges;
  for (const CallEdge& edge : call_graph(*view.plan)) {
    edges.push_back(view.plan->workloads[edge.from].name + "-" +
                    view.plan->workloads[edge.to].name + ":" +
                    view.plan->services[edge.service].name);
  }
  std::sort(edges.begin(), edges.end());
  CHECK(edges == std::vector<std::string>{"a-db:db", "b-db:db", "front-a:a", "front-b:b",
                                          "istio-ingressgateway-front:front"});
}

TEST_CASE("topology: depth counts calls from the load's entry") {
  ScenarioBuilder b = diamond();
  const PlanView view(b.scenario());
  const auto depth = depths(*view.plan);
  CHECK(depth[view.id("istio-ingressgateway")] == 0);
  CHECK(depth[view.id("front")] == 1);
  CHECK(depth[view.id("a")] == 2);
  CHECK(depth[view.id("db")] == 3);
  CHECK(depth[view.id("alone")] == 0);
}

TEST_CASE("topology: callers come before the ones they call") {
  ScenarioBuilder b = diamond();
  const PlanView view(b.scenario());
  const std::vector<WorkloadId> order = topological_order(*view.plan);
  REQUIRE(order.size() == view.plan->workloads.size());
  const auto place = [&order](WorkloadId id) {
    return std::find(order.begin(), order.end(), id) - order.begin();
  };
  for (const CallEdge& edge : call_graph(*view.plan)) CHECK(place(edge.from) < place(edge.to));
}

TEST_CASE("topology: the graph for Graphviz") {
  ScenarioBuilder b = diamond();
  testing::check_golden("topology_diamond.dot", topology_dot(*PlanView(b.scenario()).plan));
}

TEST_CASE("topology: requests that cause themselves again are refused, with the way and places") {
  ScenarioBuilder b = diamond();
  b.scenario().behaviour.pop_back();  // db's
  b.calls("db", {"a"});
  const CompileResult result = compile(b.scenario());
  CHECK(result.plan == nullptr);
  std::string what;
  for (const Diagnostic& d : result.problems) {
    if (d.code != "MS0515") continue;
    what = d.what;
    CHECK(d.place.line > 0);
  }
  CHECK(what.find("a (test.yaml:") != std::string::npos);
  CHECK(what.find("calls GET db/") != std::string::npos);
  CHECK(what.ends_with("→ a"));
}

TEST_CASE("topology: a way back on another path that ends is no circle") {
  ScenarioBuilder b;
  b.service("a").deployment("a").service("b").deployment("b");
  b.behaviour("a").script = Script{b.call("b")};
  HandlerSpec quiet;
  quiet.path = testing::exact("/data");
  quiet.script = Script{};
  b.scenario().behaviour.back().handlers.push_back(quiet);
  b.behaviour("b").script = Script{b.call("a", "/data")};
  b.load("a");
  const PlanView view(b.scenario());
  CHECK(call_circles(*view.plan).empty());
  CHECK(call_graph(*view.plan).size() == 3);
  CHECK(depths(*view.plan)[view.id("a")] == 1);
}

TEST_CASE("topology: a mirror to oneself is a circle") {
  ScenarioBuilder b;
  b.service("a").deployment("a").service("b").deployment("b");
  b.calls("a", {"b"}).behaviour("b");
  istio::VirtualService& rule = b.virtual_service("b", {"b"});
  rule.http.push_back(b.to("b"));
  rule.http.back().mirrors.push_back({{"a", "", 80, {}}, 100.0});
  b.load("a");
  CHECK(compile(b.scenario()).plan == nullptr);
}

}  // namespace
}  // namespace mesh
