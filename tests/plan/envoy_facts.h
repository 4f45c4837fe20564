// The same facts read from an Envoy bootstrap and from our configuration, as comparable JSON.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "libmesh/plan/plan.h"
#include "libmesh/policy/retry_on.h"

namespace mesh::testing {

using nlohmann::json;

/// "0.350s" → 350 ms in nanoseconds.
inline std::int64_t seconds_text(const std::string& text) {
  return std::llround(std::stod(text) * 1e9);
}
inline std::int64_t duration_in(const json& object, const char* key, std::int64_t absent) {
  return object.contains(key) ? seconds_text(object[key].get<std::string>()) : absent;
}

// ---- routes -------------------------------------------------------------------------------------

inline json retry_facts(const std::optional<RetryPolicy>& policy) {
  if (!policy) return nullptr;
  return {{"on", static_cast<std::uint32_t>(policy->on)},
          {"codes", policy->status_codes},
          {"retries", policy->num_retries},
          {"per_try", policy->per_try_timeout.ns},
          {"base", policy->backoff_base.ns},
          {"max", policy->backoff_max.ns},
          {"host_attempts", policy->host_selection_attempts},
          {"previous_hosts", policy->previous_hosts},
          {"priorities", policy->previous_priorities_frequency}};
}

inline json retry_facts(const json& route) {
  if (!route.contains("retry_policy")) return nullptr;
  const json& policy = route["retry_policy"];
  const json backoff = policy.value("retry_back_off", json::object());
  const std::int64_t base = duration_in(backoff, "base_interval", milliseconds(25).ns);
  const json priority = policy.value("retry_priority", json::object());
  const json host_attempts = policy.value("host_selection_retry_max_attempts", json("1"));
  return {{"on", static_cast<std::uint32_t>(parse_retry_on(policy.value("retry_on", "")).on)},
          {"codes", policy.value("retriable_status_codes", json::array())},
          {"retries", policy.value("num_retries", 1u)},
          {"per_try", duration_in(policy, "per_try_timeout", 0)},
          {"base", base},
          {"max", duration_in(backoff, "max_interval", base * 10)},
          {"host_attempts", std::stoul(host_attempts.get<std::string>())},
          {"previous_hosts", policy.contains("retry_host_predicate")},
          {"priorities",
           priority.empty() ? 0u : priority["typed_config"].value("update_frequency", 2u)}};
}

inline std::uint32_t millionths_in(const json& percent) {
  const std::uint32_t numerator = percent.value("numerator", 0u);
  const std::string denominator = percent.value("denominator", "HUNDRED");
  return denominator == "MILLION"        ? numerator
         : denominator == "TEN_THOUSAND" ? numerator * 100
                                         : numerator * 10'000;
}

inline json fault_facts(const FaultPolicy& fault) {
  return {fault.delay_share.numerator, fault.delay_share.numerator > 0 ? fault.delay.ns : 0,
          fault.abort_share.numerator, fault.abort_share.numerator > 0 ? fault.abort_code : 0};
}

inline json fault_facts(const json& route) {
  const json config = route.value("typed_per_filter_config", json::object())
                          .value("envoy.filters.http.fault", json::object());
  const json delay = config.value("delay", json::object());
  const json abort = config.value("abort", json::object());
  const std::uint32_t delay_share = millionths_in(delay.value("percentage", json::object()));
  const std::uint32_t abort_share = millionths_in(abort.value("percentage", json::object()));
  return {delay_share, delay_share > 0 ? duration_in(delay, "fixed_delay", 0) : 0, abort_share,
          abort_share > 0 ? abort.value("http_status", 0) : 0};
}

inline json hash_facts(const std::vector<HashMethod>& methods) {
  json facts = json::array();
  for (const HashMethod& method : methods) {
    const std::int64_t ttl = method.ttl ? method.ttl->ns : -1;
    facts.push_back({static_cast<int>(method.kind), method.name, ttl, method.path});
  }
  return facts;
}

inline json hash_facts(const json& route) {
  json facts = json::array();
  for (const json& policy : route.value("hash_policy", json::array())) {
    const auto add = [&facts](HashMethodKind kind, const std::string& name, std::int64_t ttl,
                              const std::string& path) {
      facts.push_back({static_cast<int>(kind), name, ttl, path});
    };
    if (policy.contains("header")) {
      add(HashMethodKind::Header, policy["header"]["header_name"], -1, "");
    } else if (policy.contains("cookie")) {
      const json& cookie = policy["cookie"];
      add(HashMethodKind::Cookie, cookie["name"], duration_in(cookie, "ttl", -1),
          cookie.value("path", ""));
    } else if (policy.contains("query_parameter")) {
      add(HashMethodKind::QueryParameter, policy["query_parameter"]["name"], -1, "");
    } else {
      add(HashMethodKind::SourceIp, "", -1, "");
    }
  }
  return facts;
}

inline json route_facts(const Plan& plan, const RoutePlan& route) {
  json facts{{"name", route.name}, {"fault", fault_facts(route.fault)}};
  if (route.kind != RouteKind::Forward) {
    facts["answer"] = route.code;
    return facts;
  }
  facts["clusters"] = json::array();
  for (const WeightedCluster& target : route.clusters) {
    facts["clusters"].push_back(
        {plan.clusters[target.cluster], route.clusters.size() == 1 ? 1u : target.weight});
  }
  facts["timeout"] = route.timeout.ns;
  facts["retry"] = retry_facts(route.retry);
  facts["hash"] = hash_facts(route.hash);
  facts["mirrors"] = json::array();
  for (const MirrorPolicy& mirror : route.mirrors) {
    facts["mirrors"].push_back({plan.clusters[mirror.cluster], mirror.share.numerator});
  }
  return facts;
}

inline json route_facts(const json& route) {
  json facts{{"name", route.value("name", "")}, {"fault", fault_facts(route)}};
  if (route.contains("redirect")) {
    const std::string code = route["redirect"].value("response_code", "MOVED_PERMANENTLY");
    facts["answer"] = code == "MOVED_PERMANENTLY"    ? 301
                      : code == "FOUND"              ? 302
                      : code == "SEE_OTHER"          ? 303
                      : code == "TEMPORARY_REDIRECT" ? 307
                                                     : 308;
    return facts;
  }
  if (route.contains("direct_response")) {
    facts["answer"] = route["direct_response"]["status"];
    return facts;
  }
  const json& action = route["route"];
  facts["clusters"] = json::array();
  if (action.contains("cluster")) {
    facts["clusters"].push_back({action["cluster"], 1});
  } else {
    for (const json& target : action["weighted_clusters"]["clusters"]) {
      facts["clusters"].push_back({target["name"], target["weight"]});
    }
  }
  facts["timeout"] = duration_in(action, "timeout", seconds(15).ns);
  facts["retry"] = retry_facts(action);
  facts["hash"] = hash_facts(action);
  facts["mirrors"] = json::array();
  for (const json& mirror : action.value("request_mirror_policies", json::array())) {
    facts["mirrors"].push_back(
        {mirror["cluster"], millionths_in(mirror["runtime_fraction"]["default_value"])});
  }
  return facts;
}

// ---- clusters -----------------------------------------------------------------------------------

inline std::string balancer_name(LoadBalancerKind kind) {
  switch (kind) {
    case LoadBalancerKind::RoundRobin:
      return "ROUND_ROBIN";
    case LoadBalancerKind::LeastRequest:
      return "LEAST_REQUEST";
    case LoadBalancerKind::Random:
      return "RANDOM";
    case LoadBalancerKind::RingHash:
      return "RING_HASH";
    case LoadBalancerKind::Maglev:
      return "MAGLEV";
    case LoadBalancerKind::ClientSideWeightedRoundRobin:
      return "CLIENT_SIDE_WEIGHTED_ROUND_ROBIN";
    case LoadBalancerKind::OriginalDestination:
      return "CLUSTER_PROVIDED";
  }
  return "";
}

inline json outlier_facts(const std::optional<OutlierConfig>& outlier) {
  if (!outlier) return nullptr;
  const OutlierConfig& o = *outlier;
  return {
      {"interval", o.interval.ns},
      {"base", o.base_ejection_time.ns},
      {"percent", o.max_ejection_percent},
      {"split", o.split_external_local_origin_errors},
      {"5xx", {o.consecutive_5xx, o.enforcing_consecutive_5xx}},
      {"gateway", {o.consecutive_gateway_failure, o.enforcing_consecutive_gateway_failure}},
      {"local", {o.consecutive_local_origin_failure, o.enforcing_consecutive_local_origin_failure}},
      {"success_rate", o.enforcing_success_rate},
      {"failure_percentage", o.enforcing_failure_percentage}};
}

/// Absent fields are Envoy's defaults (source/common/upstream/outlier_detection_impl.h).
inline json outlier_facts(const json& cluster) {
  if (!cluster.contains("outlier_detection")) return nullptr;
  const json& o = cluster["outlier_detection"];
  return {{"interval", duration_in(o, "interval", seconds(10).ns)},
          {"base", duration_in(o, "base_ejection_time", seconds(30).ns)},
          {"percent", o.value("max_ejection_percent", 10)},
          {"split", o.value("split_external_local_origin_errors", false)},
          {"5xx", {o.value("consecutive_5xx", 5), o.value("enforcing_consecutive_5xx", 100)}},
          {"gateway",
           {o.value("consecutive_gateway_failure", 5),
            o.value("enforcing_consecutive_gateway_failure", 0)}},
          {"local",
           {o.value("consecutive_local_origin_failure", 5),
            o.value("enforcing_consecutive_local_origin_failure", 100)}},
          {"success_rate", o.value("enforcing_success_rate", 100)},
          {"failure_percentage", o.value("enforcing_failure_percentage", 0)}};
}

inline json cluster_facts(const ClusterConfig& c) {
  json facts{{"balancer", balancer_name(c.load_balancer.kind)},
             {"connect_timeout", c.connect_timeout.ns},
             {"limits",
              {c.breaker.max_connections, c.breaker.max_pending_requests, c.breaker.max_requests,
               c.breaker.max_retries}},
             {"outlier", outlier_facts(c.outlier)},
             {"panic", c.panic_threshold_percent},
             {"idle", c.idle_timeout.ns},
             {"max_duration", c.max_connection_duration.ns},
             {"per_connection", c.max_requests_per_connection},
             {"http2", c.protocol == UpstreamProtocol::Http2},
             {"warm_up", c.load_balancer.slow_start.window.ns}};
  if (c.breaker.retry_budget) {
    facts["budget"] = {c.breaker.retry_budget->percent, c.breaker.retry_budget->min_concurrency};
  }
  if (c.protocol == UpstreamProtocol::Http2) facts["streams"] = c.max_concurrent_streams;
  return facts;
}

inline json cluster_facts(const json& c) {
  const json options =
      c.value("typed_extension_protocol_options", json::object())
          .value("envoy.extensions.upstreams.http.v3.HttpProtocolOptions", json::object());
  const json common = options.value("common_http_protocol_options", json::object());
  const json explicit_http = options.value("explicit_http_config", json::object());
  const bool http2 = explicit_http.contains("http2_protocol_options");
  const json thresholds =
      c.value("circuit_breakers", json::object()).value("thresholds", json::array());
  const json limit = thresholds.empty() ? json::object() : thresholds[0];
  const json panic = c.value("common_lb_config", json::object())
                         .value("healthy_panic_threshold", json{{"value", 50}});
  json warm_up = json::object();
  for (const char* kind : {"round_robin_lb_config", "least_request_lb_config"}) {
    if (c.contains(kind)) warm_up = c[kind].value("slow_start_config", json::object());
  }
  json facts{{"balancer", c.value("lb_policy", "ROUND_ROBIN")},
             {"connect_timeout", duration_in(c, "connect_timeout", seconds(5).ns)},
             {"limits",
              {limit.value("max_connections", 1024u), limit.value("max_pending_requests", 1024u),
               limit.value("max_requests", 1024u), limit.value("max_retries", 3u)}},
             {"outlier", outlier_facts(c)},
             {"panic", panic.value("value", 0)},
             {"idle", duration_in(common, "idle_timeout", hours(1).ns)},
             {"max_duration", duration_in(common, "max_connection_duration", 0)},
             {"per_connection", common.value("max_requests_per_connection", 0)},
             {"http2", http2},
             {"warm_up", duration_in(warm_up, "slow_start_window", 0)}};
  if (limit.contains("retry_budget")) {
    const json& budget = limit["retry_budget"];
    facts["budget"] = {budget["budget_percent"].value("value", 20.0),
                       budget.value("min_retry_concurrency", 3)};
  }
  if (http2) {
    facts["streams"] =
        explicit_http["http2_protocol_options"].value("max_concurrent_streams", 1024);
  }
  return facts;
}

}  // namespace mesh::testing
