// DestinationRules: host, subsets, scope.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;

std::string rule(const std::string& spec) {
  return testing::istio_object("DestinationRule", spec);
}

TEST_CASE("destination_rule: what is written is kept") {
  const auto result = read_text(rule(R"(host: cart
subsets:
- name: v1
  labels: {version: v1}
- name: v2
  labels: {version: v2}
  trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}
exportTo: ['.']
workloadSelector: {matchLabels: {app: web}})"));
  CHECK(result.problems.empty());
  const istio::DestinationRule& r = result.resources.destination_rules.at(0);
  CHECK(r.host == "cart");
  REQUIRE(r.subsets.size() == 2);
  CHECK(r.subsets[0].name == "v1");
  CHECK(r.subsets[0].labels == Labels{{"version", "v1"}});
  CHECK(r.subsets[0].place == Place{"test.yaml", 7, 5});
  CHECK(r.subsets[1].traffic_policy->groups.load_balancer->simple ==
        istio::SimpleLoadBalancer::RoundRobin);
  CHECK_FALSE(r.traffic_policy);
  CHECK(r.export_to == std::vector<std::string>{"."});
  CHECK(r.workload_selector == Labels{{"app", "web"}});
  CHECK(r.place == Place{"test.yaml", 1, 1});
}

TEST_CASE("destination_rule: what istiod refuses or what surprises") {
  check_rows(
      {
          {"no host", "subsets: []", "error MS0105 spec: host is required"},
          {"every host", "host: '*'", ""},
          {"a domain", "host: '*.shop.io'", ""},
          {"a host with a path", "host: cart/x",
           "error MS0208 spec.host: \"cart/x\" is not a valid host: a part of it is not a DNS "
           "label"},
          {"a subset without name", "{host: cart, subsets: [{labels: {a: b}}]}",
           "error MS0105 spec.subsets[0]: name is required"},
          {"a subset with a dot", "{host: cart, subsets: [{name: v1.0}]}",
           "error MS0202 spec.subsets[0].name: \"v1.0\" is not the name of a subset"},
          {"a subset called like a number", "{host: cart, subsets: [{name: 1}]}",
           "error MS0103 spec.subsets[0].name: expected text, found the number 1"},
          {"a subset twice", "{host: cart, subsets: [{name: a}, {name: a}]}",
           "error MS0205 spec.subsets[1]: another subset is called \"a\" too"},
          {"a subset's policy without field",
           "{host: cart, subsets: [{name: a, trafficPolicy: {}}]}",
           "error MS0204 spec.subsets[0].trafficPolicy: a traffic policy needs at least one field"},
          {"a selector and another namespace",
           "{host: cart, workloadSelector: {matchLabels: {a: b}}, exportTo: [shop]}",
           "error MS0203 spec.exportTo: a rule with workloadSelector holds in its own namespace "
           "only"},
          {"a selector of nobody", "{host: cart, workloadSelector: {}}",
           "warning MS0304 spec.workloadSelector: a selector without labels"},
          {"policy fields outside the policy", "{host: cart, outlierDetection: {}}",
           "error MS0104 spec.outlierDetection: DestinationRuleSpec has no field of this name"},
      },
      rule);
}

TEST_CASE("destination_rule: the message that the manual shows") {
  const auto problems =
      read_text(testing::with_policy("outlierDetection:\n  interval: 0s")).problems;
  REQUIRE(problems.items().size() == 1);
  CHECK_EQ(to_string(problems.items()[0]),
           "test.yaml:8:17: error [MS0206] DestinationRule/cart: "
           "spec.trafficPolicy.outlierDetection.interval: must be at least 1ms, got 0s\n"
           "  fix: leave the field out for no limit");
}

}  // namespace
}  // namespace mesh
