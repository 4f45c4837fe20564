// Active health checks of clusters: what becomes of an EnvoyFilter's, and whom they reach.
#include "libmesh/plan/health_checks.h"

#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using testing::envoy_filter;
using testing::envoy_patch;
using testing::patched;
using testing::PlanView;
using testing::warnings_of;
using testing::web_cluster;

const std::string timing =
    "timeout: 1s, interval: 2s, no_traffic_interval: 2s, unhealthy_threshold: 3, "
    "healthy_threshold: 4";
const std::string http = "{health_checks: [{" + timing + ", http_health_check: {path: /healthz}}]}";

std::string merge(const std::string& value,
                  const std::string& match = "context: SIDECAR_OUTBOUND") {
  return envoy_filter(envoy_patch("CLUSTER", match, "MERGE", value));
}

TEST_CASE("health_checks: a check by HTTP asks each host's application") {
  const PlanView view = patched(merge(http));
  const HealthCheckPlan& check = view.cluster("client", web_cluster).health_check;
  CHECK(check.kind == HealthCheckPlan::Kind::Http);
  CHECK(check.timing.interval == seconds(2));
  CHECK(check.timing.healthy_threshold == 4);
  CHECK(check.expected == std::vector<StatusRange>{{200, 201}});
  CHECK(check.returns_ejected);
  CHECK(check.keeps_removed_hosts);
  const RequestTemplate& request = view.plan->templates[check.request];
  CHECK(request.path == "/healthz");
  CHECK(request.authority == web_cluster);
  for (const WorkloadPlan& workload : view.plan->workloads) {
    if (workload.name != "web") continue;
    REQUIRE(workload.handler_of.contains(check.request));
    CHECK(workload.handler_of[check.request].valid());
  }
}

TEST_CASE("health_checks: TCP needs no request") {
  const PlanView view = patched(merge("{health_checks: [{" + timing + ", tcp_health_check: {}}]}"));
  const HealthCheckPlan& check = view.cluster("client", web_cluster).health_check;
  CHECK(check.kind == HealthCheckPlan::Kind::Tcp);
  CHECK(!check.request.valid());
}

TEST_CASE("health_checks: settings beside them, in whatever order the patches come") {
  const std::string settings =
      "{ignore_health_on_host_removal: true, common_lb_config: {ignore_new_hosts_until_first_hc: "
      "true}, outlier_detection: {successful_active_health_check_uneject_host: false}}";
  const std::string outbound = "context: SIDECAR_OUTBOUND";
  for (const bool first : {true, false}) {
    CAPTURE(first);
    const PlanView view =
        patched(envoy_filter(envoy_patch("CLUSTER", outbound, "MERGE", first ? settings : http) +
                             envoy_patch("CLUSTER", outbound, "MERGE", first ? http : settings)));
    const HealthCheckPlan check = view.cluster("client", web_cluster).health_check;
    CHECK(check.kind == HealthCheckPlan::Kind::Http);
    CHECK(!check.keeps_removed_hosts);
    CHECK(check.ignore_new_hosts);
    CHECK(!check.returns_ejected);
  }
}

TEST_CASE("health_checks: a second one is refused, those of the receiving side are named") {
  const Diagnostics twice =
      compile(testing::scenario_of(
                  testing::small_mesh + testing::web_load +
                  envoy_filter(envoy_patch("CLUSTER", "cluster: {name: \"" + web_cluster + "\"}",
                                           "MERGE", http) +
                               envoy_patch("CLUSTER", "cluster: {name: \"" + web_cluster + "\"}",
                                           "MERGE", http))))
          .problems;
  CHECK(twice.has_errors());
  bool found = false;
  for (const Diagnostic& d : twice) {
    found =
        found || (d.code == "MS0525" &&
                  d.what == "a second health check: Envoy takes one and refuses " + web_cluster &&
                  d.place.line > 0);
  }
  CHECK(found);
  const std::string inbound = warnings_of(patched(merge(http, "context: SIDECAR_INBOUND")));
  CHECK(inbound.find("health checks of the receiving side are not simulated") != std::string::npos);
}

}  // namespace
}  // namespace mesh
