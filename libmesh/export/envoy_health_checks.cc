// Active health checks in Envoy's v3 JSON.
#include <nlohmann/json.hpp>

#include "libmesh/export/envoy_resources.h"

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;

Json ranges(const std::vector<StatusRange>& from) {
  Json out = Json::array();
  for (const StatusRange& range : from) {  // 64-bit numbers are strings in protobuf's JSON
    out.push_back({{"start", std::to_string(range.first)}, {"end", std::to_string(range.end)}});
  }
  return out;
}

}  // namespace

nlohmann::ordered_json health_checks_json(const Plan& plan, const HealthCheckPlan& check) {
  const HealthCheckConfig& timing = check.timing;
  Json out{{"timeout", seconds_json(timing.timeout)},
           {"interval", seconds_json(timing.interval)},
           {"unhealthy_threshold", timing.unhealthy_threshold},
           {"healthy_threshold", timing.healthy_threshold},
           {"no_traffic_interval", seconds_json(timing.no_traffic_interval)},
           {"reuse_connection", check.reuse_connection}};
  const auto add_time = [&out](const char* name, Duration time) {
    if (time.ns > 0) out[name] = seconds_json(time);
  };
  add_time("no_traffic_healthy_interval", timing.no_traffic_healthy_interval);
  add_time("unhealthy_interval", timing.unhealthy_interval);
  add_time("unhealthy_edge_interval", timing.unhealthy_edge_interval);
  add_time("healthy_edge_interval", timing.healthy_edge_interval);
  add_time("initial_jitter", timing.initial_jitter);
  add_time("interval_jitter", timing.interval_jitter);
  if (timing.interval_jitter_percent > 0) {
    out["interval_jitter_percent"] = timing.interval_jitter_percent;
  }
  if (check.kind == HealthCheckPlan::Kind::Tcp) {
    out["tcp_health_check"] = Json::object();
    return Json::array({std::move(out)});
  }
  const RequestTemplate& request = plan.templates[check.request];
  Json http{{"host", request.authority},
            {"path", request.path},
            {"method", request.method},
            {"expected_statuses", ranges(check.expected)}};
  if (!check.retriable.empty()) http["retriable_statuses"] = ranges(check.retriable);
  out["http_health_check"] = std::move(http);
  return Json::array({std::move(out)});
}

}  // namespace mesh
