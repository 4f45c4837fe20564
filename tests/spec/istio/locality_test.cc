// Locality settings: checked and kept.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

std::string locality(const std::string& fields) {
  return testing::with_policy("loadBalancer:\n  localityLbSetting:\n" +
                              testing::indented(fields, 4));
}

TEST_CASE("locality: settings are checked inside") {
  const std::string path = "spec.trafficPolicy.loadBalancer.localityLbSetting";
  testing::check_rows(
      {
          {"valid shares", "distribute: [{from: a/b/*, to: {a/b/*: 80, c/*: 20}}]", ""},
          {"valid order", "{enabled: true, failover: [{from: a, to: b}], failoverPriority: [x]}",
           ""},
          {"shares that make 90", "distribute: [{from: a, to: {a: 90}}]",
           "error MS0211 " + path + ".distribute[0].to: the weights must add up to 100, got 90"},
          {"a share of nothing", "distribute: [{from: a, to: {a: 0, b: 100}}]",
           "error MS0108 " + path + ".distribute[0].to.a: must be at least 1, got 0"},
          {"both ways", "{distribute: [{from: a, to: {a: 100}}], failover: [{from: a, to: b}]}",
           "error MS0203 " + path + ": distribute and failover exclude each other"},
          {"to itself", "failover: [{from: a, to: a}]",
           "error MS0217 " + path + ".failover[0]: from and to are the same region"},
          {"to a zone", "failover: [{from: a, to: b/c}]",
           "error MS0217 " + path + ".failover[0]: from and to are regions, without / and *"},
      },
      locality);
}

TEST_CASE("locality: shares, regions and labels are kept") {
  const auto kept = [](const std::string& fields) {
    return *testing::read_text(locality(fields))
                .resources.destination_rules.front()
                .traffic_policy->groups.load_balancer->locality;
  };
  const istio::LocalityLb shares = kept("distribute: [{from: a/b/*, to: {c/*: 20, a/b/*: 80}}]");
  REQUIRE_EQ(shares.distribute.size(), 1);
  CHECK_EQ(shares.distribute.front(), istio::Distribute{"a/b/*", {{"c/*", 20u}, {"a/b/*", 80u}}});
  CHECK_FALSE(shares.enabled);
  const istio::LocalityLb order =
      kept("{enabled: false, failover: [{from: a, to: b}], failoverPriority: [x, y=1]}");
  CHECK_EQ(order.enabled, false);
  CHECK_EQ(order.failover, std::vector<istio::Failover>{{"a", "b"}});
  CHECK_EQ(order.failover_priority, std::vector<std::string>{"x", "y=1"});
}

TEST_CASE("locality: the zone-aware form, whose failover is not simulated") {
  const std::string at = "spec.trafficPolicy.loadBalancer.zoneAwareLbSetting";
  CHECK_EQ(testing::complaints(testing::with_policy(
               "loadBalancer: {zoneAwareLbSetting: {enabled: true, minClusterSize: 6}}")),
           "");
  CHECK_EQ(testing::complaints(
               testing::with_policy("loadBalancer: {zoneAwareLbSetting: {failoverPriority: [x]}}")),
           "warning MS0301 " + at +
               ".failoverPriority: is not simulated yet: its localities have no order");
}

}  // namespace
}  // namespace mesh
