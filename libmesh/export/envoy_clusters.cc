// Clusters in Envoy's v3 JSON: balancer, limits, outlier detection, endpoints.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libmesh/export/envoy_resources.h"

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;

const char* policy_name(LoadBalancerKind kind) {
  switch (kind) {
    case LoadBalancerKind::RoundRobin:
    case LoadBalancerKind::ClientSideWeightedRoundRobin:
      return "ROUND_ROBIN";
    case LoadBalancerKind::LeastRequest:
      return "LEAST_REQUEST";
    case LoadBalancerKind::Random:
      return "RANDOM";
    case LoadBalancerKind::RingHash:
      return "RING_HASH";
    case LoadBalancerKind::Maglev:
      return "MAGLEV";
    case LoadBalancerKind::OriginalDestination:
      return "CLUSTER_PROVIDED";
  }
  return "";
}

bool is_number_address(const std::string& address) {
  return address.find_first_not_of("0123456789.") == std::string::npos ||
         address.find(':') != std::string::npos;
}

/// Pods that a scale-up may bring later are not there yet.
bool exists_at_start(const Plan& plan, EndpointId endpoint) {
  const WorkloadPlan& workload = plan.workloads[plan.endpoints[endpoint].workload];
  return endpoint.value - workload.first_endpoint.value < workload.replicas;
}

Json endpoint_json(const Plan& plan, const HostPlan& host) {
  const EndpointPlan& endpoint = plan.endpoints[host.endpoint];
  Json out;
  out["endpoint"]["address"]["socket_address"] = {{"address", endpoint.address},
                                                  {"port_value", host.port}};
  out["health_status"] = "HEALTHY";
  out["load_balancing_weight"] = host.weight;
  return out;
}

Json locality_json(const std::string& name) {
  Json out = Json::object();
  std::size_t from = 0;
  for (const char* key : {"region", "zone", "sub_zone"}) {
    const std::size_t slash = std::min(name.find('/', from), name.size());
    if (slash > from) out[key] = name.substr(from, slash - from);
    from = std::min(slash + 1, name.size());
  }
  return out;
}

Json load_assignment(const Plan& plan, const ClusterConfig& config) {
  std::vector<LocalityPlan> localities = config.localities;
  if (localities.empty()) localities.emplace_back();
  // Balancers take hosts in the order of the document, which is not that of the localities.
  std::vector<std::uint16_t> order;
  for (const HostPlan& host : config.hosts) {
    if (std::find(order.begin(), order.end(), host.locality) == order.end()) {
      order.push_back(host.locality);
    }
  }
  Json groups = Json::array();
  for (const std::uint16_t l : order) {
    Json endpoints = Json::array();
    std::uint32_t weight = 0;
    for (const HostPlan& host : config.hosts) {
      if (host.locality != l || !exists_at_start(plan, host.endpoint)) continue;
      endpoints.push_back(endpoint_json(plan, host));
      weight += host.weight;
    }
    if (endpoints.empty() && !config.locality_weighted) continue;
    Json group;
    group["locality"] = locality_json(localities[l].name);
    group["priority"] = localities[l].priority;
    group["load_balancing_weight"] =
        config.locality_weighted ? localities[l].weight : std::max(weight, 1u);
    group["lb_endpoints"] = std::move(endpoints);
    groups.push_back(std::move(group));
  }
  return {{"cluster_name", plan.clusters[config.cluster]}, {"endpoints", std::move(groups)}};
}

Json circuit_breakers(const CircuitBreakerConfig& limits) {
  Json threshold{{"max_connections", limits.max_connections},
                 {"max_pending_requests", limits.max_pending_requests},
                 {"max_requests", limits.max_requests},
                 {"max_retries", limits.max_retries},
                 {"track_remaining", true}};
  if (limits.retry_budget) {
    threshold["retry_budget"] = {{"budget_percent", {{"value", limits.retry_budget->percent}}},
                                 {"min_retry_concurrency", limits.retry_budget->min_concurrency}};
  }
  return {{"thresholds", Json::array({std::move(threshold)})}};
}

Json outlier_detection(const OutlierConfig& o) {
  Json out{
      {"interval", seconds_json(o.interval)},
      {"base_ejection_time", seconds_json(o.base_ejection_time)},
      {"max_ejection_time", seconds_json(o.max_ejection_time)},
      {"max_ejection_percent", o.max_ejection_percent},
      {"consecutive_5xx", o.consecutive_5xx},
      {"enforcing_consecutive_5xx", o.enforcing_consecutive_5xx},
      {"consecutive_gateway_failure", o.consecutive_gateway_failure},
      {"enforcing_consecutive_gateway_failure", o.enforcing_consecutive_gateway_failure},
      {"consecutive_local_origin_failure", o.consecutive_local_origin_failure},
      {"enforcing_consecutive_local_origin_failure", o.enforcing_consecutive_local_origin_failure},
      {"success_rate_minimum_hosts", o.success_rate_minimum_hosts},
      {"success_rate_request_volume", o.success_rate_request_volume},
      {"success_rate_stdev_factor", o.success_rate_stdev_factor},
      {"enforcing_success_rate", o.enforcing_success_rate},
      {"enforcing_local_origin_success_rate", o.enforcing_local_origin_success_rate},
      {"failure_percentage_threshold", o.failure_percentage_threshold},
      {"failure_percentage_minimum_hosts", o.failure_percentage_minimum_hosts},
      {"failure_percentage_request_volume", o.failure_percentage_request_volume},
      {"enforcing_failure_percentage", o.enforcing_failure_percentage},
      {"enforcing_failure_percentage_local_origin", o.enforcing_failure_percentage_local_origin}};
  if (o.max_ejection_time_jitter.ns > 0) {
    out["max_ejection_time_jitter"] = seconds_json(o.max_ejection_time_jitter);
  }
  if (o.always_eject_one_host) out["always_eject_one_host"] = true;
  if (o.split_external_local_origin_errors) out["split_external_local_origin_errors"] = true;
  return out;
}

/// Null where Envoy's own defaults are meant.
Json protocol_options(const ClusterConfig& config) {
  Json common = Json::object();
  if (config.idle_timeout != hours(1)) common["idle_timeout"] = seconds_json(config.idle_timeout);
  if (config.max_connection_duration.ns > 0) {
    common["max_connection_duration"] = seconds_json(config.max_connection_duration);
  }
  if (config.max_stream_duration.ns > 0) {
    common["max_stream_duration"] = seconds_json(config.max_stream_duration);
  }
  if (config.max_requests_per_connection > 0) {
    common["max_requests_per_connection"] = config.max_requests_per_connection;
  }
  const bool http2 = config.protocol == UpstreamProtocol::Http2;
  if (config.protocol == UpstreamProtocol::Tcp || (common.empty() && !http2)) return nullptr;
  Json options = typed_config("extensions.upstreams.http.v3.HttpProtocolOptions");
  options["common_http_protocol_options"] = std::move(common);
  Json& explicit_config = options["explicit_http_config"];
  if (http2) {
    explicit_config["http2_protocol_options"]["max_concurrent_streams"] =
        config.max_concurrent_streams;
  } else {
    explicit_config["http_protocol_options"] = Json::object();
  }
  return {{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions", std::move(options)}};
}

Json client_side_wrr(const ClientSideWrrConfig& wrr) {
  Json config = typed_config(
      "extensions.load_balancing_policies.client_side_weighted_round_robin.v3."
      "ClientSideWeightedRoundRobin");
  config["blackout_period"] = seconds_json(wrr.blackout_period);
  config["weight_expiration_period"] = seconds_json(wrr.weight_expiration_period);
  config["weight_update_period"] = seconds_json(wrr.weight_update_period);
  config["error_utilization_penalty"] = wrr.error_utilization_penalty;
  if (!wrr.metric_names.empty()) {
    config["metric_names_for_computing_utilization"] = wrr.metric_names;
  }
  Json extension = {{"name", "envoy.load_balancing_policies.client_side_weighted_round_robin"},
                    {"typed_config", std::move(config)}};
  Json policies = Json::array();
  policies.push_back({{"typed_extension_config", std::move(extension)}});
  return {{"policies", std::move(policies)}};
}

void add_balancer(const LoadBalancerConfig& balancer, Json& out) {
  using Kind = LoadBalancerKind;
  out["lb_policy"] = policy_name(balancer.kind);
  if (balancer.kind == Kind::RingHash) {
    out["ring_hash_lb_config"] = {
        {"minimum_ring_size", std::to_string(balancer.minimum_ring_size)},
        {"maximum_ring_size", std::to_string(balancer.maximum_ring_size)},
        {"hash_function",
         balancer.hash_function == HashFunction::XxHash ? "XX_HASH" : "MURMUR_HASH_2"}};
  }
  if (balancer.kind == Kind::Maglev) {
    out["maglev_lb_config"] = {{"table_size", std::to_string(balancer.table_size)}};
  }
  if (balancer.kind == Kind::ClientSideWeightedRoundRobin) {
    out["load_balancing_policy"] = client_side_wrr(balancer.client_side_wrr);
  }
  Json config = Json::object();
  if (balancer.kind == Kind::LeastRequest) {
    config["choice_count"] = balancer.choices;
    config["active_request_bias"] = {{"default_value", balancer.active_request_bias},
                                     {"runtime_key", "meshsim.active_request_bias"}};
  }
  const SlowStartConfig& slow = balancer.slow_start;
  if (slow.window.ns > 0) {
    config["slow_start_config"] = {
        {"slow_start_window", seconds_json(slow.window)},
        {"aggression", {{"default_value", slow.aggression}, {"runtime_key", "meshsim.aggression"}}},
        {"min_weight_percent", {{"value", slow.min_weight_percent}}}};
  }
  if (balancer.kind == Kind::LeastRequest) {
    out["least_request_lb_config"] = std::move(config);
  } else if (balancer.kind == Kind::RoundRobin && !config.empty()) {
    out["round_robin_lb_config"] = std::move(config);
  }
  if (balancer.hash_balance_percent > 0) {
    out["common_lb_config"]["consistent_hashing_lb_config"]["hash_balance_factor"] =
        balancer.hash_balance_percent;
  }
}

}  // namespace

std::string seconds_json(Duration duration) {
  const std::int64_t whole = duration.ns / 1'000'000'000, rest = duration.ns % 1'000'000'000;
  if (rest == 0) return fmt::format("{}s", whole);
  if (rest % 1'000'000 == 0) return fmt::format("{}.{:03}s", whole, rest / 1'000'000);
  return fmt::format("{}.{:09}s", whole, rest);
}

nlohmann::ordered_json typed_config(std::string_view message) {
  return {{"@type", fmt::format("type.googleapis.com/envoy.{}", message)}};
}

nlohmann::ordered_json cluster_json(const Plan& plan, const ClusterConfig& config) {
  const bool original = config.load_balancer.kind == LoadBalancerKind::OriginalDestination;
  const bool named = std::any_of(config.hosts.begin(), config.hosts.end(), [&](const HostPlan& h) {
    return !is_number_address(plan.endpoints[h.endpoint].address);
  });
  Json out;
  out["name"] = plan.clusters[config.cluster];
  out["type"] = original ? "ORIGINAL_DST" : named ? "STRICT_DNS" : "STATIC";
  out["connect_timeout"] = seconds_json(config.connect_timeout);
  add_balancer(config.load_balancer, out);
  if (!original) out["load_assignment"] = load_assignment(plan, config);
  out["circuit_breakers"] = circuit_breakers(config.breaker);
  if (config.panic_threshold_percent != 50) {
    out["common_lb_config"]["healthy_panic_threshold"] = {
        {"value", config.panic_threshold_percent}};
  }
  if (config.locality_weighted) {
    out["common_lb_config"]["locality_weighted_lb_config"] = Json::object();
  }
  if (config.preconnect_ratio > 1.0) {
    out["preconnect_policy"]["per_upstream_preconnect_ratio"] = config.preconnect_ratio;
  }
  if (config.outlier) out["outlier_detection"] = outlier_detection(*config.outlier);
  const HealthCheckPlan& check = config.health_check;
  if (check.kind != HealthCheckPlan::Kind::None) {
    out["health_checks"] = health_checks_json(plan, check);
    if (!check.keeps_removed_hosts) out["ignore_health_on_host_removal"] = true;
    if (check.ignore_new_hosts) out["common_lb_config"]["ignore_new_hosts_until_first_hc"] = true;
  }
  if (config.outlier && !check.returns_ejected) {
    out["outlier_detection"]["successful_active_health_check_uneject_host"] = false;
  }
  Json options = protocol_options(config);
  if (!options.is_null()) out["typed_extension_protocol_options"] = std::move(options);
  return out;
}

}  // namespace mesh
