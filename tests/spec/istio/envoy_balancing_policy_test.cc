// Balancing policies of clusters: weights from load reports.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using istio::ClusterPatch;
using testing::cluster_patch;

ClusterPatch read(const std::string& value) {
  return std::get<ClusterPatch>(testing::patch_of(cluster_patch(value)).value);
}

std::string policy(const std::string& type, const std::string& fields) {
  return "{load_balancing_policy: {policies: [{typed_extension_config: {name: lb, typed_config: "
         "{'@type': type.googleapis.com/envoy.extensions.load_balancing_policies.x.v3." +
         type + fields + "}}}]}}";
}

TEST_CASE("envoy_balancing_policy: weights from load reports") {
  const auto& wrr =
      read(policy("ClientSideWeightedRoundRobin",
                  ", blackout_period: 3s, weight_expiration_period: 60s, weight_update_period: 2s, "
                  "error_utilization_penalty: 0.5, metric_names_for_computing_utilization: "
                  "[named_metrics.queue]"))
          .load_balancer.client_side_wrr;
  REQUIRE(wrr.has_value());
  CHECK(*wrr ==
        ClientSideWrrConfig{seconds(3), seconds(60), seconds(2), 0.5, {"named_metrics.queue"}});
  CHECK(read(policy("ClientSideWeightedRoundRobin", "")).load_balancer.client_side_wrr ==
        ClientSideWrrConfig{});
  // Envoy waits a tenth of a second at least.
  CHECK(read(policy("ClientSideWeightedRoundRobin", ", weight_update_period: 0.01s"))
            .load_balancer.client_side_wrr->weight_update_period == milliseconds(100));
}

TEST_CASE("envoy_balancing_policy: what is not obeyed or refused") {
  const std::vector<testing::Row> rows = {
      {"a policy that no run obeys", policy("WrrLocality", ""),
       "warning MS0301 spec.configPatches[0].patch.value.load_balancing_policy: this policy is not "
       "simulated"},
      {"no policy", "{load_balancing_policy: {policies: []}}",
       "error MS0103 spec.configPatches[0].patch.value.load_balancing_policy: expected policies "
       "with a typed_extension_config, found a mapping"},
  };
  testing::check_rows(rows, cluster_patch);
}

}  // namespace
}  // namespace mesh
