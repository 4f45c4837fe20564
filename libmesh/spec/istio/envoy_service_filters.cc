// Reads the HTTP filters that ask a service about each request: ext_authz, global rate limit.
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// A status as Envoy's HttpStatus.
Reader<std::uint16_t> status_message() {
  struct Form {
    std::uint16_t code = 200;
  };
  static const auto table = []() -> const Table<Form>& {
    static const Table<Form> rows(
        "HttpStatus", "A status.",
        {simulated("code", &Form::code, integer<std::uint16_t>(100, 599), "", "Its number.")
             .as_required()});
    return rows;
  };
  const Reader<Form> form = message<Form>(+table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, std::uint16_t& out) {
            Form read;
            if (!form.read(node, at, read)) return false;
            out = read.code;
            return true;
          }};
}

// ---- the service --------------------------------------------------------------------------------

const Table<FilterService>& envoy_grpc_table() {
  static const Table<FilterService> table(
      "EnvoyGrpc", "A cluster that is asked by gRPC.",
      {simulated("cluster_name", &FilterService::cluster, text(), "",
                 "\"outbound|port||host\" as istiod names clusters.")
           .as_required(),
       no_effect("authority", text(), "Host header of the calls.")});
  return table;
}

const Table<FilterService>& grpc_service_table() {
  static const Table<FilterService> table(
      "GrpcService", "A gRPC service.",
      {simulated("envoy_grpc", itself, message(envoy_grpc_table), "", "Its cluster."),
       reported("google_grpc", any(), "Asked past Envoy's clusters.", Severity::Warning),
       simulated("timeout", &FilterService::timeout, positive_duration(), "the filter's",
                 "Of a call."),
       no_effect("initial_metadata", any(), "Headers of the calls."),
       reported("retry_policy", any(), "Retries of calls.", Severity::Warning)});
  return table;
}

const Table<FilterService>& server_uri_table() {
  static const Table<FilterService> table(
      "HttpUri", "An HTTP service.",
      {no_effect("uri", text(), "Host header of the calls."),
       simulated("cluster", &FilterService::cluster, text(), "",
                 "\"outbound|port||host\" as istiod names clusters.")
           .as_required(),
       simulated("timeout", &FilterService::timeout, positive_duration(), "", "Of a call.")
           .as_required()});
  return table;
}

const Table<ExtAuthz>& http_service_table() {
  static const Table<ExtAuthz> table(
      "HttpService", "An authoriser asked by HTTP.",
      {simulated("server_uri", &ExtAuthz::service, message(server_uri_table), "", "Its cluster.")
           .as_required(),
       simulated("path_prefix", &ExtAuthz::path_prefix, text(), "",
                 "In front of the path in the authoriser's request."),
       no_effect("authorization_request", any(), "The authoriser sees all headers."),
       no_effect("authorization_response", any(), "The authoriser changes no header."),
       reported("retry_policy", any(), "Retries of calls.", Severity::Warning)});
  return table;
}

const Table<GlobalRateLimit>& rate_limit_service_table() {
  static const Table<GlobalRateLimit> table(
      "RateLimitServiceConfig", "The rate limit service.",
      {simulated("grpc_service", &GlobalRateLimit::service, message(grpc_service_table), "",
                 "Where it is.")
           .as_required(),
       no_effect("transport_api_version", any(), "V3.")});
  return table;
}

}  // namespace

const Table<ExtAuthz>& ext_authz_table() {
  using A = ExtAuthz;
  static const Table<A> table(
      "ExtAuthz", "Asks an authoriser about each request.",
      {
          simulated("grpc_service", &A::service, message(grpc_service_table), "",
                    "The authoriser, asked by gRPC; 200ms unless it says a timeout."),
          simulated("http_service", itself, message(http_service_table), "",
                    "The authoriser, asked by HTTP."),
          simulated("failure_mode_allow", &A::failure_mode_allow, boolean(), "false",
                    "Requests pass when the authoriser fails."),
          simulated("status_on_error", &A::status_on_error, status_message(), "403",
                    "Answer when it fails."),
          simulated("filter_enabled", &A::enabled, runtime_fraction(), "100%",
                    "Requests that are checked."),
          reported("filter_enabled_metadata", any(), "Which requests are checked.",
                   Severity::Warning),
          reported("deny_at_disable", any(), "Refuses what is not checked.", Severity::Warning),
          reported("clear_route_cache", boolean(), "Routes again after the check.")
              .with_default("false"),
          no_effect("transport_api_version", any(), "V3."),
          no_effect("with_request_body", any(), "What the authoriser sees."),
          no_effect("allowed_headers", any(), "The authoriser sees all headers."),
          no_effect("disallowed_headers", any(), "The authoriser sees all headers."),
          no_effect("failure_mode_allow_header_add", any(), "Marks requests."),
          no_effect("include_peer_certificate", any(), "What the authoriser sees."),
          no_effect("include_tls_session", any(), "What the authoriser sees."),
          no_effect("metadata_context_namespaces", any(), "What the authoriser sees."),
          no_effect("stat_prefix", any(), "Names of statistics."),
      },
      [](const YamlNode& node, const Reading& at, A& authz) {
        if (!authz.service.cluster.empty()) return;
        at.error(code::missing_field, node,
                 "grpc_service or http_service with a cluster is needed");
      });
  return table;
}

const Table<GlobalRateLimit>& global_rate_limit_table() {
  using L = GlobalRateLimit;
  static const Table<L> table(
      "RateLimit", "Asks a rate limit service about each request.",
      {
          simulated("domain", &L::domain, text(), "", "Which limits of the service.").as_required(),
          simulated("rate_limit_service", itself, message(rate_limit_service_table), "",
                    "The service.")
              .as_required(),
          simulated("timeout", &L::timeout, positive_duration(), "20ms", "Of a call."),
          simulated("failure_mode_deny", &L::failure_mode_deny, boolean(), "false",
                    "Requests are refused when the service fails."),
          simulated("rate_limited_status", &L::status, status_message(), "429",
                    "Of the refusals; below 400 it is 429."),
          simulated("status_on_error", &L::status_on_error, status_message(), "500",
                    "Of refusals when the service fails."),
          simulated("disable_x_envoy_ratelimited_header", &L::without_header, boolean(), "false",
                    "Refusals do not say x-envoy-ratelimited."),
          simulated("filter_enabled", &L::enabled, runtime_fraction(), "100%",
                    "Requests that the service is asked about."),
          simulated("filter_enforced", &L::enforced, runtime_fraction(), "100%",
                    "Requests over the limit that are refused."),
          reported("stage", any(), "Which rate_limits count.").with_default("0"),
          reported("request_type", any(), "Only requests from inside or outside.")
              .with_default("both"),
          reported("rate_limits", any(), "Actions of the filter itself.", Severity::Warning),
          reported("failure_mode_deny_percent", any(), "Some requests are refused when it fails.",
                   Severity::Warning),
          no_effect("rate_limited_as_resource_exhausted", any(), "gRPC status of the refusals."),
          no_effect("enable_x_ratelimit_headers", any(), "Nobody looks at them."),
          no_effect("response_headers_to_add", any(), "Nobody looks at them."),
          no_effect("stat_prefix", any(), "Names of statistics."),
      },
      [](const YamlNode&, const Reading&, L& limit) {
        // Source: source/extensions/filters/http/ratelimit/ratelimit.h (toErrorCode).
        if (limit.status < 400) limit.status = 429;
        if (limit.service.timeout.ns > 0) limit.timeout = limit.service.timeout;
      });
  return table;
}

}  // namespace mesh::istio
