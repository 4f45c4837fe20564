// Names of what the engine states, as Envoy prints them.
#include "libmesh/telemetry/facts.h"

#include <iterator>

#include <array>

namespace mesh {

namespace {

/// Source: Envoy's ResponseCodeDetailValues (envoy/stream_info/stream_info.h) and the filters' own;
/// the reasons in braces are those of the reset that the detail stands for (`envoy.md` §1.6),
/// blanks replaced by underscores as Envoy does.
constexpr std::array<std::string_view, details_count> details_names = {
    "-",
    "via_upstream",
    "route_not_found",
    "direct_response",
    "cluster_not_found",
    "no_healthy_upstream",
    "maintenance_mode",
    "upstream_reset_before_response_started{overflow}",
    "upstream_reset_before_response_started{connection_timeout}",
    "upstream_reset_before_response_started{remote_connection_failure|"
    "delayed_connect_error:_Connection_refused}",
    "upstream_reset_before_response_started{connection_termination}",
    "upstream_reset_before_response_started{remote_reset}",
    "upstream_reset_before_response_started{local_reset}",
    "upstream_reset_before_response_started{protocol_error}",
    "response_timeout",
    "upstream_per_try_timeout",
    "upstream_per_try_idle_timeout",
    "upstream_max_stream_duration_reached",
    "fault_filter_abort",
    "downstream_remote_disconnect",
    "local_rate_limited",
    "denied_by_admission_control",
    "reached_concurrency_limit",
    "rbac_access_denied_matched_policy[none]",
    "jwt_authn_access_denied{Jwt_is_missing}",
    "ext_authz_denied",
    "upstream_reset_after_response_started{protocol_error}",
    "request_payload_too_large",
    "upstream_reset_before_response_started{remote_refused_stream_reset}",
    "upstream_reset_after_response_started{remote_reset}",
    "tcp_session_idle_timeout",
    "ext_authz_error",
    "request_rate_limited",
    "rate_limiter_error",
    "cors_response",
    "overload",
    "hedged_try_abandoned",
};

constexpr std::array<std::string_view, event_note_count> note_names = {
    "eject",
    "uneject",
    "eject not enforced",
    "eject overflow",
    "fault start",
    "fault end",
    "config change",
    "scale",
    "breaker open",
    "breaker close",
    "panic start",
    "panic end",
    "health check fail",
    "health check pass",
    "autoscale",
    "oom kill",
    "pod ready",
};

/// Source: envoy/upstream/upstream.h, outlier_detection_impl.h (`envoy.md` §15).
constexpr std::array<std::string_view, cluster_counter_count> counter_names = {
    "upstream_cx_total",
    "upstream_cx_connect_fail",
    "upstream_cx_connect_timeout",
    "upstream_cx_connect_attempts_exceeded",
    "upstream_cx_overflow",
    "upstream_cx_pool_overflow",
    "upstream_cx_none_healthy",
    "upstream_cx_idle_timeout",
    "upstream_cx_max_requests",
    "upstream_cx_max_duration_reached",
    "upstream_cx_close_notify",
    "upstream_cx_protocol_error",
    "upstream_cx_destroy",
    "upstream_cx_destroy_local",
    "upstream_cx_destroy_remote",
    "upstream_cx_destroy_with_active_rq",
    "upstream_cx_destroy_local_with_active_rq",
    "upstream_cx_destroy_remote_with_active_rq",
    "upstream_cx_http1_total",
    "upstream_cx_http2_total",
    "upstream_rq_total",
    "upstream_rq_pending_total",
    "upstream_rq_pending_overflow",
    "upstream_rq_pending_failure_eject",
    "upstream_rq_cancelled",
    "upstream_rq_maintenance_mode",
    "upstream_rq_timeout",
    "upstream_rq_per_try_timeout",
    "upstream_rq_per_try_idle_timeout",
    "upstream_rq_max_duration_reached",
    "upstream_rq_rx_reset",
    "upstream_rq_tx_reset",
    "upstream_rq_retry",
    "upstream_rq_retry_success",
    "upstream_rq_retry_overflow",
    "upstream_rq_retry_limit_exceeded",
    "upstream_rq_retry_backoff_exponential",
    "upstream_rq_retry_backoff_ratelimited",
    "upstream_rq_completed",
    "upstream_rq_1xx",
    "upstream_rq_2xx",
    "upstream_rq_3xx",
    "upstream_rq_4xx",
    "upstream_rq_5xx",
    "retry_or_shadow_abandoned",
    "lb_healthy_panic",
    "membership_change",
    "outlier_detection.ejections_overflow",
    "outlier_detection.ejections_enforced_total",
    "outlier_detection.ejections_total",
    "outlier_detection.ejections_detected_consecutive_5xx",
    "outlier_detection.ejections_enforced_consecutive_5xx",
    "outlier_detection.ejections_detected_consecutive_gateway_failure",
    "outlier_detection.ejections_enforced_consecutive_gateway_failure",
    "outlier_detection.ejections_detected_success_rate",
    "outlier_detection.ejections_enforced_success_rate",
    "outlier_detection.ejections_detected_failure_percentage",
    "outlier_detection.ejections_enforced_failure_percentage",
    "outlier_detection.ejections_detected_consecutive_local_origin_failure",
    "outlier_detection.ejections_enforced_consecutive_local_origin_failure",
    "outlier_detection.ejections_detected_local_origin_success_rate",
    "outlier_detection.ejections_enforced_local_origin_success_rate",
    "outlier_detection.ejections_detected_local_origin_failure_percentage",
    "outlier_detection.ejections_enforced_local_origin_failure_percentage",
    "outlier_detection.ejections_consecutive_5xx",
    "outlier_detection.ejections_success_rate",
    "health_check.attempt",
    "health_check.success",
    "health_check.failure",
    "health_check.network_failure",
    "health_check.passive_failure",
    "lb_local_cluster_not_ok",
    "lb_zone_cluster_too_small",
    "lb_zone_no_capacity_left",
    "lb_zone_routing_all_directly",
    "lb_zone_routing_sampled",
    "lb_zone_routing_cross_zone",
    "lb_subsets_selected",
    "lb_subsets_fallback",
};

/// Sources: source/common/router/router.h, source/common/http/conn_manager_config.h and, of the
/// filters in source/extensions/filters/http/, fault, ext_authz, cors.
constexpr std::array<std::string_view, proxy_counter_count> proxy_counter_names = {
    "no_route",
    "no_cluster",
    "rq_direct_response",
    "fault.delays_injected",
    "fault.aborts_injected",
    "fault.faults_overflow",
    "ext_authz.ok",
    "ext_authz.denied",
    "ext_authz.error",
    "ext_authz.failure_mode_allowed",
    "cors.origin_valid",
    "cors.origin_invalid",
    "downstream_rq_overload_close",
    "application.call_breaker_refused",
    "application.call_throttled",
    "application.call_deadline_passed",
    "application.call_hedges",
    "application.deadline_refused",
};

template <std::size_t size>
std::string_view name(const std::array<std::string_view, size>& names, std::size_t index) {
  return index < size ? names[index] : "?";  // a record read from a file may hold anything
}

}  // namespace

std::string_view to_string(Details details) {
  return name(details_names, static_cast<std::size_t>(details));
}

std::string_view to_string(EventNote note) {
  return name(note_names, static_cast<std::size_t>(note));
}

std::string_view to_string(ClusterCounter counter) {
  return name(counter_names, static_cast<std::size_t>(counter));
}

std::string_view to_string(ProxyCounter counter) {
  return name(proxy_counter_names, static_cast<std::size_t>(counter));
}

std::string_view to_string(StoreEvent event) {
  constexpr std::string_view names[] = {
      "hit",  "miss",    "expired",   "coalesced",   "fill",        "late",  "evict",
      "wipe", "acquire", "wait",      "refuse",      "time out",    "limit", "publish",
      "lose", "deliver", "redeliver", "acknowledge", "dead letter", "shed",
  };
  static_assert(std::size(names) == store_event_count);
  return names[static_cast<std::size_t>(event)];
}

}  // namespace mesh
