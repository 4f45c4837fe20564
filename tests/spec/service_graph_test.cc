// Isotope's graphs of services as Services, Deployments and behaviours.
#include "libmesh/spec/service_graph.h"

#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

Scenario read(const std::string& graph) {
  return parse_scenario(
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: a}\nspec:\n"
      "  platform: {network: {sameZone: {rtt: 0s}}, sidecar: {cost: 0s}}\n"
      "  load: [{name: users, to: {service: d}, arrivals: [0s]}]\n  run: {until: 5s}\n---\n" +
          graph,
      "a.yaml");
}

// The example of isotope's README.
const std::string example =
    "apiVersion: v1alpha1\nkind: MockServiceGraph\ndefaults:\n  type: grpc\n  requestSize: 1 KB\n"
    "  responseSize: 16 KB\nservices:\n- name: a\n  errorRate: 0.01%\n  script:\n  - sleep: 100ms\n"
    "- name: b\n  type: http\n- name: c\n  numReplicas: 3\n  script:\n  - call:\n      service: a\n"
    "      size: 10K\n  - call: b\n- name: d\n  script:\n  - - call: a\n    - call: c\n"
    "  - sleep: 10ms\n  - call: b\n";

TEST_CASE("service_graph: the example of isotope runs as it is") {
  const Scenario scenario = read(example);
  CHECK(testing::brief(scenario.diagnostics) == "");
  CHECK(scenario.resources.services.size() == 4);
  CHECK(scenario.resources.workloads.size() == 4);
  REQUIRE(scenario.behaviour.size() == 4);
  const WorkloadBehaviour& a = scenario.behaviour[0];
  CHECK(a.workload == "a");
  CHECK(a.response_bytes == 16 * 1024);
  REQUIRE(a.rules.size() == 1);
  CHECK(a.rules[0].when.chance == doctest::Approx(0.0001));
  const Script& c = scenario.behaviour[2].script.value();
  const CallStep& first = std::get<CallStep>(c[0]);
  CHECK(first.request.body_bytes == 10 * 1024);
  CHECK(first.request.headers.size() == 1);  // a is gRPC
  CHECK(std::get<CallStep>(c[1]).request.body_bytes == 1024);
  CHECK(std::get<CallStep>(c[1]).request.headers.empty());
}

TEST_CASE("service_graph: kind and version may be missing, as in isotope's own examples") {
  const Scenario scenario = read(
      "defaults:\n  requestSize: 1 KB\n  numRbacPolicies: 3\nservices:\n- name: a\n- name: d\n"
      "  isEntrypoint: true\n  script:\n  - - call: a\n    - call: a\n");
  CHECK(testing::brief(scenario.diagnostics) == "");
  CHECK(scenario.behaviour.size() == 2);
  CHECK(scenario.resources.services[0].ports.size() == 1);
}

TEST_CASE("service_graph: what the scenario says of a service itself counts") {
  Scenario scenario = parse_scenario(
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: a}\nspec:\n"
      "  behaviour: {workloads: {a: {workers: 3}}}\n---\nservices: [{name: a}, {name: b}]\n",
      "a.yaml");
  REQUIRE(scenario.behaviour.size() == 2);
  CHECK(scenario.behaviour[0].workers == 3);
  // With every default it is the same scenario.
  CHECK(effective_yaml(scenario).find("workers: unlimited") != std::string::npos);
}

TEST_CASE("service_graph: what cannot be is named with its place, once") {
  struct Row {
    const char *graph, *problems;
  };
  for (const Row& row : {
           Row{"services: [{name: a, errorRate: 2}]", "MS0"},
           Row{"services: [{name: a, responseSize: many}]", "MS0107"},
           Row{"services: [{name: a}, {name: a}]", "MS0205"},
           Row{"services: [{script: [{sleep: 1s}]}]", "MS0105"},
           Row{"services: [{name: a, script: [{wait: 1s}]}]", "MS0104"},
           Row{"services: [{name: a, script: [{sleep: 1s, call: a}]}]", "MS0"},
           Row{"services: [{name: a, memory: 5%}]", "MS0104"},
       }) {
    CAPTURE(std::string(row.graph));
    const std::string found = testing::brief(read(row.graph).diagnostics);
    CHECK(found.find(row.problems) != std::string::npos);
    CHECK(found.find(row.problems) == found.rfind(row.problems));
  }
}

}  // namespace
}  // namespace mesh
