// What the engine states: plain facts about things that just happened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libmesh/base/flags.h"
#include "libmesh/base/id.h"
#include "libmesh/base/time.h"

namespace mesh {

/// Envoy's response-code details that the engine can produce (`envoy.md` §1, §13).
enum class Details : std::uint8_t {
  None,
  ViaUpstream,
  RouteNotFound,
  DirectResponse,
  ClusterNotFound,
  NoHealthyUpstream,
  MaintenanceMode,
  Overflow,
  ConnectionTimeout,
  ConnectionFailure,
  ConnectionTermination,
  RemoteReset,
  LocalReset,
  ProtocolError,
  ResponseTimeout,
  PerTryTimeout,
  PerTryIdleTimeout,
  MaxStreamDuration,
  FaultAbort,
  DownstreamDisconnect,
  LocalRateLimited,
  AdmissionDenied,
  ConcurrencyLimited,
  RbacDenied,
  JwtDenied,
  ExtAuthzDenied,
  ResetAfterResponseStarted,
  RequestPayloadTooLarge,
  RefusedStream,
  RemoteResetAfterResponseStarted,
  TcpSessionIdle,
  ExtAuthzError,
  RateLimited,       // by a rate limit service
  RateLimiterError,  // the service did not answer, and its filter refuses then
  CorsResponse,      // a preflight
  Overload,          // the overload manager refuses
  HedgeLost,         // another try of the request answered first: ours, Envoy says nothing
};
inline constexpr std::size_t details_count = static_cast<std::size_t>(Details::HedgeLost) + 1;

/// As Envoy's %RESPONSE_CODE_DETAILS% prints it; "-" for None.
std::string_view to_string(Details details);

/// Does the proxy's own answer carry x-envoy-overloaded: true (`envoy.md` §1.1, §1.6)?
constexpr bool is_overloaded(Details details) {
  return details == Details::Overflow || details == Details::MaintenanceMode;
}

/// One dense row number of the recorder: (source workload, destination service, workload).
struct EdgeSlot {
  std::uint32_t value = 0xffffffffu;
};

/// A request (one stream of a proxy's router) ended, whatever the outcome.
struct RequestEnded {
  std::uint64_t id = 0;  // number of the request in order of creation, from 0
  std::uint64_t parent =
      ~std::uint64_t{0};   // request that the caller was serving; ~0 = a load's own
  std::uint64_t root = 0;  // the load's request at the top of the call tree
  EdgeSlot edge{};
  LoadId load{};         // set only when a load sent it
  TemplateId request{};  // method, host, path …
  WorkloadId source{};   // whose proxy
  EndpointId proxy{};    // which of its pods
  ClusterId cluster{};   // none when no route or no cluster
  RouteId route{};
  EndpointId host{};  // last chosen host, none if none
  Instant started{}, ended{};
  std::uint16_t code = 0;  // 0 = the caller went away
  ResponseFlags flags{};
  Details details = Details::None;
  std::uint16_t attempts = 0;
  bool mirror = false;   // a shadow copy
  bool inbound = false;  // as the receiving sidecar saw it: enters the tables only
};

/// One upstream attempt ended.
struct AttemptEnded {
  std::uint64_t request = 0;
  EdgeSlot edge{};
  ClusterId cluster{};
  EndpointId host{};         // chosen host, none if refused before one was known
  std::uint16_t number = 1;  // x-envoy-attempt-count
  Instant started{};         // host chosen, pool asked
  Instant connected{};       // pool ready; `never` if it was not
  Instant ended{};
  std::uint16_t code = 0;  // answer of the host, 0 = none
  Details details = Details::None;
  bool new_connection = false;
  bool reached = false;  // the instance received it
};

/// A workload instance finished with one request it had received.
struct VisitEnded {
  std::uint64_t request = 0;
  WorkloadId workload{};
  EndpointId endpoint{};
  Instant arrived{};  // reached the application
  Instant started{};  // got a worker; equals `ended` when it never did
  Instant ended{};
  std::uint16_t code = 0;
  bool abandoned = false;   // the caller had gone before the answer
  bool overflowed = false;  // turned away: no place in the queue, or none any more
  bool unfinished = false;  // the run ended first: enters the table only
  bool probe = false;       // a health check: keeps a worker busy and is no traffic
};

/// Things worth a line in a story or a mark in a picture.
enum class EventNote : std::uint8_t {
  Eject,
  Uneject,
  EjectNotEnforced,
  EjectOverflow,
  FaultStart,
  FaultEnd,
  ConfigChange,
  Scale,
  BreakerOpen,
  BreakerClose,
  PanicStart,
  PanicEnd,
  HealthCheckFail,  // a host turned unhealthy for a proxy's active health check
  HealthCheckPass,
  Autoscale,  // of a workload, to `detail` replicas
  OomKill,    // of an endpoint
  PodReady,   // a new process, after `detail` restarts
};
inline constexpr std::size_t event_note_count = static_cast<std::size_t>(EventNote::PodReady) + 1;

/// In words: "eject", "fault start" …
std::string_view to_string(EventNote note);

/// What an interval detector saw, in whole percent as Envoy logs it.
struct EjectionRates {
  std::uint8_t host = 0, mean = 0, threshold = 0;  // success rates; a threshold below 0 is 0
  bool operator==(const EjectionRates&) const = default;
};

struct Noted {
  Instant at{};
  EventNote what{};
  WorkloadId proxy_workload{};  // whose view; none for global events
  EndpointId proxy{};           // which of its pods
  ClusterId cluster{};
  EndpointId endpoint{};
  std::uint32_t detail = 0;  // FaultId, ChangeId, detector, breaker, replicas, by `what`
  EjectionRates rates{};     // ejections by success rate or failure percentage
};

/// Counters per (proxy, cluster), Envoy's names without the prefix (`envoy.md` §15).
enum class ClusterCounter : std::uint8_t {
  upstream_cx_total,
  upstream_cx_connect_fail,
  upstream_cx_connect_timeout,
  upstream_cx_connect_attempts_exceeded,
  upstream_cx_overflow,
  upstream_cx_pool_overflow,
  upstream_cx_none_healthy,
  upstream_cx_idle_timeout,
  upstream_cx_max_requests,
  upstream_cx_max_duration_reached,
  upstream_cx_close_notify,
  upstream_cx_protocol_error,
  upstream_cx_destroy,
  upstream_cx_destroy_local,
  upstream_cx_destroy_remote,
  upstream_cx_destroy_with_active_rq,
  upstream_cx_destroy_local_with_active_rq,
  upstream_cx_destroy_remote_with_active_rq,
  upstream_cx_http1_total,
  upstream_cx_http2_total,
  upstream_rq_total,
  upstream_rq_pending_total,
  upstream_rq_pending_overflow,
  upstream_rq_pending_failure_eject,
  upstream_rq_cancelled,
  upstream_rq_maintenance_mode,
  upstream_rq_timeout,
  upstream_rq_per_try_timeout,
  upstream_rq_per_try_idle_timeout,
  upstream_rq_max_duration_reached,
  upstream_rq_rx_reset,
  upstream_rq_tx_reset,
  upstream_rq_retry,
  upstream_rq_retry_success,
  upstream_rq_retry_overflow,
  upstream_rq_retry_limit_exceeded,
  upstream_rq_retry_backoff_exponential,
  upstream_rq_retry_backoff_ratelimited,
  upstream_rq_completed,
  upstream_rq_1xx,
  upstream_rq_2xx,
  upstream_rq_3xx,
  upstream_rq_4xx,
  upstream_rq_5xx,
  retry_or_shadow_abandoned,
  lb_healthy_panic,
  membership_change,
  ejections_overflow,
  ejections_enforced_total,
  ejections_total,
  ejections_detected_consecutive_5xx,
  ejections_enforced_consecutive_5xx,
  ejections_detected_consecutive_gateway_failure,
  ejections_enforced_consecutive_gateway_failure,
  ejections_detected_success_rate,
  ejections_enforced_success_rate,
  ejections_detected_failure_percentage,
  ejections_enforced_failure_percentage,
  ejections_detected_consecutive_local_origin_failure,
  ejections_enforced_consecutive_local_origin_failure,
  ejections_detected_local_origin_success_rate,
  ejections_enforced_local_origin_success_rate,
  ejections_detected_local_origin_failure_percentage,
  ejections_enforced_local_origin_failure_percentage,
  ejections_consecutive_5xx,
  ejections_success_rate,
  // Only of clusters with health checks, zone-aware routing or subsets:
  health_check_attempt,
  health_check_success,
  health_check_failure,
  health_check_network_failure,
  health_check_passive_failure,
  lb_local_cluster_not_ok,
  lb_zone_cluster_too_small,
  lb_zone_no_capacity_left,
  lb_zone_routing_all_directly,
  lb_zone_routing_sampled,
  lb_zone_routing_cross_zone,
  lb_subsets_selected,
  lb_subsets_fallback,
  count_,  // number of counters
};
inline constexpr std::size_t cluster_counter_count =
    static_cast<std::size_t>(ClusterCounter::count_);
/// Those that every cluster may count.
inline constexpr std::size_t common_counter_count =
    static_cast<std::size_t>(ClusterCounter::health_check_attempt);

/// Counters of one proxy beside those of its clusters; only what is rare enough to cost nothing
/// (`envoy.md` §15, `http.<prefix>.`).
enum class ProxyCounter : std::uint8_t {
  no_route,
  no_cluster,
  rq_direct_response,
  fault_delays_injected,
  fault_aborts_injected,
  fault_faults_overflow,
  ext_authz_ok,
  ext_authz_denied,
  ext_authz_error,
  ext_authz_failure_mode_allowed,
  cors_origin_valid,
  cors_origin_invalid,
  downstream_rq_overload_close,
  call_breaker_refused,  // by the application of the pod, around its calls
  call_throttled,
  call_deadline_passed,
  call_hedges,
  deadline_refused,  // requests that came too late, or whose turn did
  count_,
};
inline constexpr std::size_t proxy_counter_count = static_cast<std::size_t>(ProxyCounter::count_);

/// The name below "http.<prefix>.", e.g. "fault.aborts_injected".
std::string_view to_string(ProxyCounter counter);

/// The name below "cluster.<name>.", e.g. "upstream_rq_total"; that of an ejection counter carries
/// its scope: "outlier_detection.ejections_enforced_total".
std::string_view to_string(ClusterCounter counter);

/// What happens at a cache, a pool of connections, a topic, a limiter, a load that is shed.
enum class StoreEvent : std::uint8_t {
  Hit,
  Miss,
  Expired,    // of the misses
  Coalesced,  // of the misses: waits for somebody else's fetch
  Fill,
  Late,  // fetched too late to be filled
  Evict,
  Wipe,         // keys that a fault took
  Acquire,      // a connection of a pool
  Wait,         // for one
  Refuse,       // no place to wait; above the limit of a limiter
  TimeOut,      // waited too long
  Limit,        // of a limiter at the end of the bucket, over its pods
  Publish,      // a message
  Lose,         // there was no room for it
  Deliver,      // once more or not
  Redeliver,    // of these, not for the first time
  Acknowledge,  // the consumer has taken it
  DeadLetter,   // given up
  Shed,         // an arrival that was kept out
  count_,
};
inline constexpr std::size_t store_event_count = static_cast<std::size_t>(StoreEvent::count_);

/// In lower case: "hit", "dead letter".
std::string_view to_string(StoreEvent event);

}  // namespace mesh
