// Active health checks as an Envoy reads them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "libmesh/export/envoy_resources.h"

namespace mesh {
namespace {

TEST_CASE("envoy_health_checks: HTTP with all that is set, TCP with nothing but times") {
  Plan plan;
  HealthCheckPlan check;
  check.kind = HealthCheckPlan::Kind::Http;
  check.timing = {.timeout = seconds(1),
                  .interval = seconds(2),
                  .unhealthy_threshold = 3,
                  .healthy_threshold = 4,
                  .unhealthy_edge_interval = milliseconds(500),
                  .interval_jitter_percent = 20};
  check.request = plan.templates.add({.method = "HEAD", .authority = "h", .path = "/healthz"});
  check.retriable = {{503, 504}};
  CHECK(health_checks_json(plan, check).dump() ==
        R"([{"timeout":"1s","interval":"2s","unhealthy_threshold":3,"healthy_threshold":4,)"
        R"("no_traffic_interval":"60s","reuse_connection":true,"unhealthy_edge_interval":"0.500s",)"
        R"("interval_jitter_percent":20,"http_health_check":{"host":"h","path":"/healthz",)"
        R"("method":"HEAD","expected_statuses":[{"start":"200","end":"201"}],)"
        R"("retriable_statuses":[{"start":"503","end":"504"}]}}])");
  check.kind = HealthCheckPlan::Kind::Tcp;
  const nlohmann::ordered_json tcp = health_checks_json(plan, check);
  CHECK(tcp[0]["tcp_health_check"].empty());
  CHECK(!tcp[0].contains("http_health_check"));
}

}  // namespace
}  // namespace mesh
