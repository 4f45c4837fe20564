// Active health checks of EnvoyFilters: what is read, what is refused.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using istio::ClusterPatch;
using istio::HealthCheckPatch;
using testing::cluster_patch;

ClusterPatch read(const std::string& value) {
  return std::get<ClusterPatch>(testing::patch_of(cluster_patch(value)).value);
}

TEST_CASE("envoy_health_checks: all fields, in both spellings") {
  const ClusterPatch patch = read(
      "{health_checks: [{timeout: 1s, interval: 2s, unhealthy_threshold: 3, healthyThreshold: 4, "
      "no_traffic_interval: 5s, no_traffic_healthy_interval: 6s, unhealthy_interval: 7s, "
      "unhealthy_edge_interval: 8s, healthy_edge_interval: 9s, initial_jitter: 0.1s, "
      "interval_jitter: 0.2s, interval_jitter_percent: 10, reuse_connection: false, "
      "httpHealthCheck: {host: h, path: /healthz, method: HEAD, expected_statuses: [{start: 200, "
      "end: 300}], retriable_statuses: [{start: 503, end: 504}]}}], "
      "ignore_health_on_host_removal: true, common_lb_config: {ignore_new_hosts_until_first_hc: "
      "true}, outlier_detection: {successful_active_health_check_uneject_host: false}}");
  REQUIRE(patch.health_checks.size() == 1);
  const HealthCheckPatch& check = patch.health_checks[0];
  CHECK(check.timing == HealthCheckConfig{seconds(1), seconds(2), 3, 4, seconds(5), seconds(6),
                                          seconds(7), seconds(8), seconds(9), milliseconds(100),
                                          milliseconds(200), 10});
  CHECK(check.kind == HealthCheckPatch::Kind::Http);
  CHECK(check.host == "h");
  CHECK(check.path == "/healthz");
  CHECK(check.method == "HEAD");
  CHECK(check.expected == std::vector<istio::StatusRangePatch>{{200, 300}});
  CHECK(check.retriable == std::vector<istio::StatusRangePatch>{{503, 504}});
  CHECK(!check.reuse_connection);
  CHECK(patch.ignore_health_on_host_removal);
  CHECK(patch.ignore_new_hosts_until_first_hc);
  CHECK(patch.outlier->successful_active_health_check_uneject_host == false);
}

TEST_CASE("envoy_health_checks: TCP, with Envoy's defaults") {
  const ClusterPatch patch = read(
      "{health_checks: [{timeout: 1s, interval: 60s, unhealthy_threshold: 2, healthy_threshold: 1, "
      "tcp_health_check: {}}]}");
  CHECK(patch.health_checks[0].kind == HealthCheckPatch::Kind::Tcp);
  CHECK(patch.health_checks[0].timing.no_traffic_interval == seconds(60));
  CHECK(patch.health_checks[0].reuse_connection);
}

TEST_CASE("envoy_health_checks: what surprises or is refused") {
  const std::string at = "spec.configPatches[0].patch.value.health_checks[0]";
  const std::string rest = "timeout: 1s, unhealthy_threshold: 2, healthy_threshold: 1";
  const std::string whole = rest + ", interval: 1s, no_traffic_interval: 1s";
  const std::vector<testing::Row> rows = {
      {"the second check comes late",
       "{health_checks: [{" + rest + ", interval: 1s, http_health_check: {path: /}}]}",
       "warning MS0304 " + at +
           ": the first check is at once and the second 60 s later, unless the proxy has opened a "
           "connection to the cluster by then: no_traffic_interval holds until that"},
      {"no interval",
       "{health_checks: [{" + rest + ", no_traffic_interval: 1s, tcp_health_check: {}}]}",
       "error MS0105 " + at + ": interval is required"},
      {"no kind", "{health_checks: [{" + whole + "}]}",
       "error MS0204 " + at + ": says no kind of check: Envoy refuses the cluster"},
      {"gRPC", "{health_checks: [{" + whole + ", grpc_health_check: {}}]}",
       "warning MS0301 " + at + ".grpc_health_check: is not simulated yet: nobody asks"},
      {"no path", "{health_checks: [{" + whole + ", http_health_check: {}}]}",
       "error MS0105 " + at + ".http_health_check: path is required"},
      {"a range without numbers",
       "{health_checks: [{" + whole +
           ", http_health_check: {path: /, expected_statuses: [{start: 200, end: 200}]}}]}",
       "error MS0108 " + at +
           ".http_health_check.expected_statuses[0]: must be within 100 and 600 with start below "
           "end: Envoy refuses it"},
      {"CONNECT", "{health_checks: [{" + whole + ", http_health_check: {path: /, method: FETCH}}]}",
       "error MS0106 " + at +
           ".http_health_check.method: must be one of GET, HEAD, POST, PUT, DELETE, OPTIONS, "
           "TRACE, PATCH, "
           "got \"FETCH\""},
      {"bytes of TCP", "{health_checks: [{" + whole + ", tcp_health_check: {send: {text: aa}}}]}",
       "warning MS0301 " + at +
           ".tcp_health_check.send: is not simulated yet: a connection is enough"},
  };
  testing::check_rows(rows, cluster_patch);
}

}  // namespace
}  // namespace mesh
