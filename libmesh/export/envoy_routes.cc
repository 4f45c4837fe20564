// Virtual hosts and routes in Envoy's v3 JSON: conditions, actions, retries, faults, rewrites.
#include <nlohmann/json.hpp>

#include "libmesh/export/envoy_resources.h"
#include "libmesh/plan/cors.h"
#include "libmesh/plan/retries.h"

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

// ---- conditions ---------------------------------------------------------------------------------

Json string_match(const TextCondition& condition) {
  switch (condition.kind) {
    case StringMatchKind::Exact:
      return {{"exact", condition.text}};
    case StringMatchKind::Prefix:
      return {{"prefix", condition.text}};
    case StringMatchKind::Suffix:
      return {{"suffix", condition.text}};
    case StringMatchKind::Contains:
      return {{"contains", condition.text}};
    case StringMatchKind::Regex:
      return {{"safe_regex", {{"regex", condition.text}}}};
  }
  return nullptr;
}

Json header_match(const NamedCondition& header) {
  Json out{{"name", header.name}};
  if (header.value) {
    out["string_match"] = string_match(*header.value);
  } else {
    out["present_match"] = true;
  }
  if (header.invert) out["invert_match"] = true;
  if (header.missing_is_empty) out["treat_missing_header_as_empty"] = true;
  return out;
}

Json query_match(const NamedCondition& parameter) {
  Json out{{"name", parameter.name}};
  if (parameter.value) {
    out["string_match"] = string_match(*parameter.value);
  } else {
    out["present_match"] = true;
  }
  return out;
}

Json match_json(const RouteConditions& conditions) {
  Json out;
  switch (conditions.path_kind) {
    case PathMatchKind::Prefix:
      out["prefix"] = conditions.path;
      break;
    case PathMatchKind::Exact:
      out["path"] = conditions.path;
      break;
    case PathMatchKind::Regex:
      out["safe_regex"] = {{"regex", conditions.path}};
      break;
    case PathMatchKind::SeparatedPrefix:
      out["path_separated_prefix"] = conditions.path;
      break;
  }
  if (conditions.ignore_case) out["case_sensitive"] = false;
  for (const NamedCondition& header : conditions.headers) {
    out["headers"].push_back(header_match(header));
  }
  for (const NamedCondition& parameter : conditions.query) {
    out["query_parameters"].push_back(query_match(parameter));
  }
  return out;
}

// ---- headers ------------------------------------------------------------------------------------

bool is_authority(const std::string& header) {
  return same_header_name(header, ":authority") || same_header_name(header, "host");
}

void add_values(const Pairs& values, const char* action, Json& out) {
  for (const auto& [name, value] : values) {
    if (is_authority(name)) continue;
    out.push_back({{"header", {{"key", name}, {"value", value}}}, {"append_action", action}});
  }
}

Json values_json(const Pairs& set, const Pairs& add) {
  Json out = Json::array();
  add_values(set, "OVERWRITE_IF_EXISTS_OR_ADD", out);
  add_values(add, "APPEND_IF_EXISTS_OR_ADD", out);
  return out;
}

/// Adds to what is there: a rule's operations and those of its only destination go together.
void append(Json values, const char* key, Json& out) {
  for (Json& value : values) out[key].push_back(std::move(value));
}

void add_headers(const istio::HeaderOperations& operations, Json& out) {
  append(values_json(operations.request_set, operations.request_add), "request_headers_to_add",
         out);
  append(Json(operations.request_remove), "request_headers_to_remove", out);
  append(values_json(operations.response_set, operations.response_add), "response_headers_to_add",
         out);
  append(Json(operations.response_remove), "response_headers_to_remove", out);
}

/// The authority that the upstream sees, when something changes it; a rewrite wins.
std::string new_authority(const istio::HttpRoute& rule) {
  std::string authority;
  const auto look = [&authority](const istio::HeaderOperations& operations) {
    for (const auto& [name, value] : operations.request_set) {
      if (is_authority(name) && authority.empty()) authority = value;
    }
  };
  if (rule.rewrite) authority = rule.rewrite->authority;
  look(rule.headers);
  if (rule.route.size() == 1) look(rule.route.front().headers);
  return authority;
}

// ---- actions ------------------------------------------------------------------------------------

Json fraction(Millionths share) {
  return {{"numerator", share.numerator}, {"denominator", "MILLION"}};
}

Json hash_policy(const HashMethod& method) {
  Json out;
  switch (method.kind) {
    case HashMethodKind::Header:
      out["header"] = {{"header_name", method.name}};
      break;
    case HashMethodKind::Cookie:
      out["cookie"] = {{"name", method.name}};
      if (method.ttl) out["cookie"]["ttl"] = seconds_json(*method.ttl);
      if (!method.path.empty()) out["cookie"]["path"] = method.path;
      break;
    case HashMethodKind::SourceIp:
      out["connection_properties"] = {{"source_ip", true}};
      break;
    case HashMethodKind::QueryParameter:
      out["query_parameter"] = {{"name", method.name}};
      break;
  }
  if (method.terminal) out["terminal"] = true;
  return out;
}

/// Destinations without weight are not in the plan; the others keep their order.
Json weighted_clusters(const Plan& plan, const RouteEntry& entry) {
  Json clusters = Json::array();
  std::size_t next = 0;
  for (const WeightedCluster& target : entry.action.clusters) {
    Json cluster{{"name", plan.clusters[target.cluster]}, {"weight", target.weight}};
    while (next < entry.rule.route.size() && entry.rule.route[next].weight == 0) ++next;
    if (next < entry.rule.route.size()) add_headers(entry.rule.route[next++].headers, cluster);
    clusters.push_back(std::move(cluster));
  }
  return {{"clusters", std::move(clusters)}};
}

void add_rewrite(const istio::Rewrite& rewrite, Json& out) {
  if (!rewrite.regex_match.empty()) {
    out["regex_rewrite"] = {{"pattern", {{"regex", rewrite.regex_match}}},
                            {"substitution", rewrite.regex_rewrite}};
  } else if (!rewrite.uri.empty()) {
    out["prefix_rewrite"] = rewrite.uri;
  }
}

Json forward(const Plan& plan, const RouteEntry& entry) {
  const RoutePlan& route = entry.action;
  Json out;
  if (route.clusters.size() == 1) {
    out["cluster"] = plan.clusters[route.clusters.front().cluster];
  } else {
    out["weighted_clusters"] = weighted_clusters(plan, entry);
  }
  out["timeout"] = seconds_json(route.timeout);
  out["max_grpc_timeout"] = seconds_json(route.timeout);
  if (route.retry) out["retry_policy"] = retry_policy_json(*route.retry);
  if (route.retry && route.retry->hedge_on_per_try_timeout) {
    out["hedge_policy"]["hedge_on_per_try_timeout"] = true;
  }
  for (const HashMethod& method : route.hash) out["hash_policy"].push_back(hash_policy(method));
  for (const MirrorPolicy& mirror : route.mirrors) {
    out["request_mirror_policies"].push_back(
        {{"cluster", plan.clusters[mirror.cluster]},
         {"runtime_fraction", {{"default_value", fraction(mirror.share)}}},
         {"trace_sampled", false}});
  }
  if (entry.rule.rewrite) add_rewrite(*entry.rule.rewrite, out);
  const std::string authority = new_authority(entry.rule);
  if (!authority.empty()) out["host_rewrite_literal"] = authority;
  return out;
}

const char* redirect_code(std::uint16_t code) {
  switch (code) {
    case 302:
      return "FOUND";
    case 303:
      return "SEE_OTHER";
    case 307:
      return "TEMPORARY_REDIRECT";
    case 308:
      return "PERMANENT_REDIRECT";
    default:
      return "MOVED_PERMANENTLY";
  }
}

Json redirect(const RouteEntry& entry) {
  Json out{{"response_code", redirect_code(entry.action.code)}};
  if (!entry.rule.redirect) {  // a gateway's httpsRedirect
    out["https_redirect"] = true;
    return out;
  }
  const istio::Redirect& redirect = *entry.rule.redirect;
  out["path_redirect"] = redirect.uri;
  if (!redirect.authority.empty()) out["host_redirect"] = redirect.authority;
  if (!redirect.scheme.empty()) out["scheme_redirect"] = redirect.scheme;
  if (redirect.port != 0) out["port_redirect"] = redirect.port;
  return out;
}

Json fault_json(const FaultPolicy& fault) {
  Json out = typed_config("extensions.filters.http.fault.v3.HTTPFault");
  if (fault.delay.ns > 0) {
    out["delay"] = {{"fixed_delay", seconds_json(fault.delay)},
                    {"percentage", fraction(fault.delay_share)}};
  }
  if (fault.abort_grpc_status >= 0) {
    out["abort"] = {{"grpc_status", fault.abort_grpc_status},
                    {"percentage", fraction(fault.abort_share)}};
  } else if (fault.abort_code != 0) {
    out["abort"] = {{"http_status", fault.abort_code}, {"percentage", fraction(fault.abort_share)}};
  }
  if (fault.max_active != FaultPolicy{}.max_active) out["max_active_faults"] = fault.max_active;
  return out;
}

Json cors_json(const istio::CorsRule& rule) {
  const CorsPolicy policy = cors_policy(rule);
  Json out = typed_config("extensions.filters.http.cors.v3.CorsPolicy");
  for (const StringMatcher& origin : policy.allow_origins) {
    switch (origin.kind()) {
      case StringMatchKind::Prefix:
        out["allow_origin_string_match"].push_back({{"prefix", origin.text()}});
        break;
      case StringMatchKind::Regex:
        out["allow_origin_string_match"].push_back({{"safe_regex", {{"regex", origin.text()}}}});
        break;
      default:
        out["allow_origin_string_match"].push_back({{"exact", origin.text()}});
    }
  }
  if (!policy.allow_methods.empty()) out["allow_methods"] = policy.allow_methods;
  if (!policy.allow_headers.empty()) out["allow_headers"] = policy.allow_headers;
  if (!policy.expose_headers.empty()) out["expose_headers"] = policy.expose_headers;
  if (!policy.max_age.empty()) out["max_age"] = policy.max_age;
  if (policy.allow_credentials) out["allow_credentials"] = *policy.allow_credentials;
  if (!policy.forward_unmatched_preflights) out["forward_not_matching_preflights"] = false;
  return out;
}

Json route_json(const Plan& plan, const RouteEntry& entry) {
  const RoutePlan& action = entry.action;
  Json out;
  if (!action.name.empty()) out["name"] = action.name;
  out["match"] = match_json(entry.conditions);
  if (!action.place.empty()) out["metadata"]["filter_metadata"]["meshsim"]["place"] = action.place;
  switch (action.kind) {
    case RouteKind::Forward:
      out["route"] = forward(plan, entry);
      break;
    case RouteKind::Redirect:
      out["redirect"] = redirect(entry);
      break;
    case RouteKind::DirectResponse:
      out["direct_response"]["status"] = action.code;
      if (entry.rule.direct_response && !entry.rule.direct_response->body.empty()) {
        out["direct_response"]["body"]["inline_string"] = entry.rule.direct_response->body;
      }
      break;
  }
  if (!(action.fault == FaultPolicy{})) {
    out["typed_per_filter_config"]["envoy.filters.http.fault"] = fault_json(action.fault);
  }
  if (entry.rule.cors) {
    out["typed_per_filter_config"]["envoy.filters.http.cors"] = cors_json(*entry.rule.cors);
  }
  add_headers(entry.rule.headers, out);
  if (entry.rule.route.size() == 1) add_headers(entry.rule.route.front().headers, out);
  return out;
}

/// What Istio has no field for: conditions on response headers, waiting times that they name.
void add_header_conditions(const RetryPolicy& policy, Json& out) {
  for (const RetriableHeader& header : policy.headers) {
    Json match{{"name", header.name}};
    if (header.value) {
      match["string_match"]["exact"] = *header.value;
    } else {
      match["present_match"] = true;
    }
    out["retriable_headers"].push_back(std::move(match));
  }
  if (policy.reset_headers.empty()) return;
  Json& limited = out["rate_limited_retry_back_off"];
  for (const ResetHeaderName& header : policy.reset_headers) {
    const bool seconds = header.format == ResetHeaderFormat::Seconds;
    limited["reset_headers"].push_back(
        {{"name", header.name}, {"format", seconds ? "SECONDS" : "UNIX_TIMESTAMP"}});
  }
  limited["max_interval"] = seconds_json(policy.reset_max_interval);
}

}  // namespace

nlohmann::ordered_json retry_policy_json(const RetryPolicy& policy) {
  Json out{{"retry_on", retry_on_text(policy.on)}, {"num_retries", policy.num_retries}};
  if (!policy.status_codes.empty()) out["retriable_status_codes"] = policy.status_codes;
  add_header_conditions(policy, out);
  if (policy.per_try_timeout.ns > 0) out["per_try_timeout"] = seconds_json(policy.per_try_timeout);
  if (policy.per_try_idle_timeout.ns > 0) {
    out["per_try_idle_timeout"] = seconds_json(policy.per_try_idle_timeout);
  }
  out["retry_back_off"] = {{"base_interval", seconds_json(policy.backoff_base)},
                           {"max_interval", seconds_json(policy.backoff_max)}};
  // 64-bit numbers are text in protobuf's JSON.
  out["host_selection_retry_max_attempts"] = std::to_string(policy.host_selection_attempts);
  if (policy.previous_hosts) {
    out["retry_host_predicate"] = Json::array(
        {{{"name", "envoy.retry_host_predicates.previous_hosts"},
          {"typed_config",
           typed_config("extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate")}}});
  }
  if (policy.previous_priorities_frequency > 0) {
    Json config =
        typed_config("extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig");
    config["update_frequency"] = policy.previous_priorities_frequency;
    out["retry_priority"] = {{"name", "envoy.retry_priorities.previous_priorities"},
                             {"typed_config", std::move(config)}};
  }
  return out;
}

nlohmann::ordered_json virtual_host_json(const Plan& plan, const VirtualHostEntry& host) {
  Json out;
  out["name"] = host.name;
  out["domains"] = host.domains;
  out["include_request_attempt_count"] = true;
  out["routes"] = Json::array();
  for (const RouteEntry& entry : host.routes) out["routes"].push_back(route_json(plan, entry));
  return out;
}

}  // namespace mesh
