// What is merged into clusters, and what protobuf makes of zeros and lists.
#include "libmesh/plan/cluster_patches.h"

#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using testing::envoy_filter;
using testing::envoy_patch;
using testing::patched;
using testing::PlanView;
using testing::web_cluster;
using testing::web_rule;

std::string merge(const std::string& value, const std::string& match = "") {
  return envoy_filter(envoy_patch("CLUSTER", match, "MERGE", value));
}
ClusterConfig cluster(const std::string& objects) {
  return patched(objects).cluster("client", web_cluster);
}

TEST_CASE("cluster_patches: which clusters are meant") {
  struct Row {
    const char* name;
    istio::PatchMatch match;
    bool meant;
  };
  const ClusterIdentity v1{"outbound|80|v1|web", "web", "v1", 80};
  const Row rows[] = {
      {"no word", {}, true},
      {"the whole name", {.cluster = "outbound|80|v1|web"}, true},
      {"another name, whatever else is said",
       {.cluster = "outbound|80||web", .service = "web"},
       false},
      {"service and port", {.service = "web", .port = 80}, true},
      {"another port", {.service = "web", .port = 81}, false},
      {"another service", {.service = "cart"}, false},
      {"the subset", {.subset = "v1"}, true},
      {"another subset", {.subset = "v2"}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(is_meant(row.match, v1) == row.meant);
  }
}

TEST_CASE("cluster_patches: success-rate ejection beside istiod's outlier detection") {
  const ClusterConfig config = cluster(
      web_rule("{outlierDetection: {interval: 1s, maxEjectionPercent: 50}}") +
      merge("{outlier_detection: {enforcing_success_rate: 100, success_rate_minimum_hosts: 4, "
            "success_rate_request_volume: 20, failure_percentage_threshold: 60, "
            "enforcing_failure_percentage: 80}}"));
  REQUIRE(config.outlier.has_value());
  CHECK(config.outlier->interval == seconds(1));
  CHECK(config.outlier->max_ejection_percent == 50);
  CHECK(config.outlier->enforcing_success_rate == 100);
  CHECK(config.outlier->success_rate_minimum_hosts == 4);
  CHECK(config.outlier->success_rate_request_volume == 20);
  CHECK(config.outlier->failure_percentage_threshold == 60);
  CHECK(config.outlier->enforcing_failure_percentage == 80);
  CHECK(config.panic_threshold_percent == 0);
}

TEST_CASE("cluster_patches: without a DestinationRule all of Envoy's defaults hold") {
  const ClusterConfig config = cluster(merge("{outlier_detection: {consecutive_5xx: 2}}"));
  REQUIRE(config.outlier.has_value());
  OutlierConfig expected;
  expected.consecutive_5xx = 2;
  CHECK(*config.outlier == expected);
  CHECK(config.outlier->enforcing_success_rate == 100);  // istiod would have switched it off
  CHECK(config.panic_threshold_percent == 50);
}

TEST_CASE("cluster_patches: a zero over a written number changes nothing, and is reported") {
  const PlanView view = patched(
      web_rule("{outlierDetection: {consecutive5xxErrors: 3}}") +
      merge("{outlier_detection: {enforcing_consecutive_5xx: 0, max_ejection_percent: 0}}"));
  const OutlierConfig outlier = view.cluster("client", web_cluster).outlier.value();
  CHECK(outlier.enforcing_consecutive_5xx == 100);
  CHECK(outlier.max_ejection_percent == 0);  // istiod wrote none, so the zero is one
  CHECK(testing::warnings_of(view) ==
        "MS0526 EnvoyFilter default/limits[0]: enforcing_consecutive_5xx: 0 changes nothing: "
        "merging a zero leaves the 100 of the DestinationRule\n");
}

TEST_CASE("cluster_patches: split by a patch switches local-origin success rates on") {
  const std::string patch =
      merge("{outlier_detection: {split_external_local_origin_errors: true}}");
  CHECK(cluster(web_rule("{outlierDetection: {interval: 1s}}") + patch)
            .outlier->enforcing_local_origin_success_rate == 100);
  CHECK(cluster(web_rule("{outlierDetection: {splitExternalLocalOriginErrors: true}}") + patch)
            .outlier->enforcing_local_origin_success_rate == 0);
}

TEST_CASE("cluster_patches: a longer base raises the longest stay; a shorter maximum is refused") {
  const ClusterConfig config = cluster(merge("{outlier_detection: {base_ejection_time: 400s}}"));
  CHECK(config.outlier->max_ejection_time == seconds(400));
  const CompileResult refused = compile(testing::scenario_of(
      testing::small_mesh + testing::web_load +
      merge("{outlier_detection: {base_ejection_time: 40s, max_ejection_time: 20s}}")));
  CHECK(refused.problems.has_errors());
  CHECK(refused.plan == nullptr);
}

TEST_CASE("cluster_patches: HttpProtocolOptions replace what istiod wrote as a whole") {
  const ClusterConfig config = cluster(
      web_rule("{connectionPool: {http: {maxRequestsPerConnection: 3, idleTimeout: 7s}}}") +
      merge("{typed_extension_protocol_options: "
            "{envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {explicit_http_config: "
            "{http2_protocol_options: {max_concurrent_streams: 9}}, common_http_protocol_options: "
            "{max_stream_duration: 2s}}}}"));
  CHECK(config.max_requests_per_connection == 0);
  CHECK(config.idle_timeout == hours(1));
  CHECK(config.max_stream_duration == seconds(2));
  CHECK(config.protocol == UpstreamProtocol::Http2);
  CHECK(config.max_concurrent_streams == 9);
}

TEST_CASE("cluster_patches: older fields count only where istiod wrote no HttpProtocolOptions") {
  const std::string patch =
      merge("{common_http_protocol_options: {idle_timeout: 9s}, max_requests_per_connection: 2}");
  const ClusterConfig plain = cluster(patch);
  CHECK(plain.idle_timeout == seconds(9));
  CHECK(plain.max_requests_per_connection == 2);
  const PlanView beside = patched(web_rule("{connectionPool: {http: {idleTimeout: 7s}}}") + patch);
  CHECK(beside.cluster("client", web_cluster).idle_timeout == seconds(7));
  CHECK(testing::warnings_of(beside).starts_with("MS0527 EnvoyFilter default/limits[0]"));
}

TEST_CASE("cluster_patches: balancer, panic threshold, connections ahead, connect timeout") {
  const ClusterConfig config = cluster(
      merge("{connect_timeout: 0.3s, lb_policy: MAGLEV, maglev_lb_config: {table_size: 13}, "
            "common_lb_config: {healthy_panic_threshold: {value: 30}}, preconnect_policy: "
            "{per_upstream_preconnect_ratio: 2}}"));
  CHECK(config.connect_timeout == milliseconds(300));
  CHECK(config.load_balancer.kind == LoadBalancerKind::Maglev);
  CHECK(config.load_balancer.table_size == 13);
  CHECK(config.panic_threshold_percent == 30);
  CHECK(config.preconnect_ratio == 2.0);
}

TEST_CASE("cluster_patches: weights from load reports take the place of warm-up and all else") {
  const ClusterConfig config =
      cluster(web_rule("{loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 60s}}}") +
              merge("{load_balancing_policy: {policies: [{typed_extension_config: {name: lb, "
                    "typed_config: {'@type': type.googleapis.com/envoy.extensions."
                    "load_balancing_policies.client_side_weighted_round_robin.v3."
                    "ClientSideWeightedRoundRobin, blackout_period: 1s}}}]}}"));
  CHECK(config.load_balancer.kind == LoadBalancerKind::ClientSideWeightedRoundRobin);
  CHECK(config.load_balancer.client_side_wrr.blackout_period == seconds(1));
  CHECK(config.load_balancer.client_side_wrr.error_utilization_penalty == 1.0);
  CHECK(config.load_balancer.slow_start == SlowStartConfig{});
}

TEST_CASE("cluster_patches: only the clusters that match, only the proxies that are selected") {
  const PlanView view = patched(merge("{connect_timeout: 1s}", "cluster: {portNumber: 8080}"));
  CHECK(view.cluster("client", "outbound|8080||other.default.svc.cluster.local").connect_timeout ==
        seconds(1));
  CHECK(view.cluster("client", web_cluster).connect_timeout == seconds(10));
  const PlanView selected = patched(
      "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: limits}\n"
      "spec:\n  workloadSelector: {labels: {app: other}}\n  configPatches:\n" +
      envoy_patch("CLUSTER", "", "MERGE", "{connect_timeout: 1s}") + "---\n");
  CHECK(selected.cluster("client", web_cluster).connect_timeout == seconds(10));
  CHECK(selected.cluster("other", web_cluster).connect_timeout == seconds(1));
}

}  // namespace
}  // namespace mesh
