// Locality settings: checked, named as not simulated.
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
  const std::string named =
      "warning MS0301 " + path + ": is not simulated yet: localities are not told apart";
  testing::check_rows(
      {
          {"valid shares", "distribute: [{from: a/b/*, to: {a/b/*: 80, c/*: 20}}]", named},
          {"valid order", "{enabled: true, failover: [{from: a, to: b}], failoverPriority: [x]}",
           named},
          {"shares that make 90", "distribute: [{from: a, to: {a: 90}}]",
           named + "\nerror MS0211 " + path +
               ".distribute[0].to: the weights must add up to 100, got 90"},
          {"a share of nothing", "distribute: [{from: a, to: {a: 0, b: 100}}]",
           named + "\nerror MS0108 " + path + ".distribute[0].to.a: must be at least 1, got 0"},
          {"both ways", "{distribute: [{from: a, to: {a: 100}}], failover: [{from: a, to: b}]}",
           named + "\nerror MS0203 " + path + ": distribute and failover exclude each other"},
          {"to itself", "failover: [{from: a, to: a}]",
           named + "\nerror MS0217 " + path + ".failover[0]: from and to are the same region"},
          {"to a zone", "failover: [{from: a, to: b/c}]",
           named + "\nerror MS0217 " + path +
               ".failover[0]: from and to are regions, without / and *"},
      },
      locality);
}

TEST_CASE("locality: the zone-aware form is known") {
  CHECK_EQ(testing::complaints(testing::with_policy(
               "loadBalancer: {zoneAwareLbSetting: {enabled: true, minClusterSize: 6}}")),
           "warning MS0301 spec.trafficPolicy.loadBalancer.zoneAwareLbSetting: is not simulated "
           "yet: localities are not told apart");
}

}  // namespace
}  // namespace mesh
