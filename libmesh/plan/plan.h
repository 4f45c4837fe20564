// The scenario compiled: names replaced by dense ids, one configuration per workload and version.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libmesh/base/action.h"
#include "libmesh/base/distribution.h"
#include "libmesh/base/id.h"
#include "libmesh/base/id_vector.h"
#include "libmesh/base/time.h"
#include "libmesh/plan/behaviour_plan.h"
#include "libmesh/plan/fault_plan.h"
#include "libmesh/plan/filter_plan.h"
#include "libmesh/plan/health_plan.h"
#include "libmesh/plan/life_plan.h"
#include "libmesh/plan/store_plan.h"
#include "libmesh/policy/call_retry.h"
#include "libmesh/policy/circuit_breaker.h"
#include "libmesh/policy/concurrency_limit.h"
#include "libmesh/policy/fault.h"
#include "libmesh/policy/hash_policy.h"
#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_report.h"
#include "libmesh/policy/outlier_detector.h"
#include "libmesh/policy/processor_sharing.h"
#include "libmesh/policy/queue_discipline.h"
#include "libmesh/policy/retry.h"
#include "libmesh/policy/zone_aware.h"

namespace mesh {

// ---- topology: the same in every version -------------------------------------------------

/// One pod. The pods of a workload have consecutive ids, [first, first + reserved).
struct EndpointPlan {
  std::string name;  // "reviews-v1-0"
  WorkloadId workload;
  std::string address = {};  // "10.1.0.7": with the port, the key of hash balancers
};

/// A set of equal pods: Deployment, StatefulSet, gateway, or the client made for a load.
struct WorkloadPlan {
  std::string name, name_space, version, service_account;
  std::string locality;  // "region/zone/subzone"; empty = the default one
  EndpointId first_endpoint;
  std::uint32_t reserved = 0;            // pods that can ever exist
  std::uint32_t replicas = 0;            // of them at the start
  bool has_sidecar = true;               // its calls pass a proxy
  bool receives_through_sidecar = true;  // what it is asked passes one
  bool is_gateway = false;               // a proxy without an application
  std::uint32_t concurrency = 2;         // proxy worker threads
  // application
  std::uint32_t workers = 32;  // 0 = unlimited
  std::uint32_t queue = 1024;  // 0xffffffff = unlimited
  std::uint16_t overflow_status = 503;
  bool cancel = false;  // work stops when the caller gives up
  bool obeys_deadlines = false;
  bool first_come = true;        // the queue has neither discipline nor patience
  QueueDiscipline discipline;    // else
  std::uint32_t patience = 0;    // index in Plan::distributions
  bool is_patient = true;        // waits for ever
  ProcessorConfig processor;     // cores that the work of a pod shares
  LimiterConfig limiter;         // of the requests in progress in each pod
  StoreId limiter_store;         // where it is counted
  std::uint32_t life = no_life;  // index in Plan::lives
  /// After it the application ends a connection: GOAWAY on HTTP/2, else FIN or `Connection: close`
  /// (gRPC servers' MAX_CONNECTION_AGE). 0 = never.
  Duration max_connection_age{0};
  /// By TemplateId as the application receives it; always valid for a template that can arrive.
  IdVector<TemplateId, HandlerId> handler_of;
  std::vector<WorkloadId> local_cluster;  // backends of its own service, for zone-aware routing
};

struct ServicePlan {
  std::string host;  // fully qualified
  std::string name, name_space;
};

/// One shape of request; what routing and handlers can look at is resolved at compile time.
struct RequestTemplate {
  std::string method, authority, path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint64_t body_bytes = 0;
  std::uint32_t port = 0;  // listener that it enters
  bool grpc = false;       // content-type application/grpc…
  std::optional<Duration> grpc_timeout;
  std::string text;  // "GET reviews:9080/reviews/0"
};

// ---- configuration as istiod pushes it: routes, clusters, endpoints
// ------------------------------

struct WeightedCluster {
  ClusterId cluster;
  std::uint32_t weight = 0;
  bool operator==(const WeightedCluster&) const = default;
};

struct MirrorPolicy {
  ClusterId cluster;
  Millionths share;
  bool operator==(const MirrorPolicy&) const = default;
};

enum class RouteKind : std::uint8_t { Forward, Redirect, DirectResponse };

/// One Envoy route (`istioctl proxy-config routes`).
struct RoutePlan {
  std::string name, virtual_host;
  std::string place;  // "reviews.yaml:9" of the rule that made it
  RouteKind kind = RouteKind::Forward;
  std::uint16_t code = 200;               // Redirect, DirectResponse
  std::vector<WeightedCluster> clusters;  // Forward: at least one; weight > 0 each
  std::uint32_t total_weight = 0;
  Duration timeout{0};                     // 0 = none
  std::uint16_t timeout_code = 504;        // 204: x-envoy-upstream-rq-timeout-alt-response
  Duration max_stream_duration{0};         // of each try, in place of the cluster's; 0 = that one
  std::uint32_t max_connect_attempts = 1;  // of a TCP proxy; Envoy: 1 (tcp_proxy.cc)
  std::optional<RetryPolicy> retry;
  FaultPolicy fault;
  std::vector<MirrorPolicy> mirrors;
  std::vector<HashMethod> hash;  // of all destinations, in order
  FilterSetId filters;           // in front of it; none = fault filter and router alone
  bool operator==(const RoutePlan&) const = default;
};

struct HostPlan {
  EndpointId endpoint;
  std::uint32_t weight = 1;
  std::uint16_t priority = 0;
  std::uint16_t locality = 0;  // index in ClusterConfig::localities
  std::uint32_t port = 0;      // with the address: the key of hash balancers
  bool operator==(const HostPlan&) const = default;
};

/// Endpoints of one locality in one priority (Envoy's LocalityLbEndpoints).
struct LocalityPlan {
  std::string name;  // "region/zone/subzone"
  std::uint32_t weight = 1;
  std::uint16_t priority = 0;
  bool operator==(const LocalityPlan&) const = default;
};

enum class UpstreamProtocol : std::uint8_t { Http1, Http2, Tcp };

/// What a cluster name means for some proxies in some versions (CDS + EDS).
struct ClusterConfig {
  ClusterId cluster;
  ServiceId service;
  UpstreamProtocol protocol = UpstreamProtocol::Http1;
  LoadBalancerConfig load_balancer;
  CircuitBreakerConfig breaker;  // default priority; Istio writes no other
  std::optional<OutlierConfig> outlier;
  Duration connect_timeout = seconds(10);
  Duration idle_timeout = hours(1);               // 0 = never
  Duration max_connection_duration{0};            // 0 = never
  std::uint32_t max_requests_per_connection = 0;  // 0 = unlimited
  std::uint32_t max_concurrent_streams = 1024;    // HTTP/2
  Duration max_stream_duration{0};                // of one upstream request; 0 = none
  double preconnect_ratio = 1.0;                  // per_upstream_preconnect_ratio, 1 … 3
  std::uint32_t maintenance_percent = 0;          // runtime upstream.maintenance_mode
  std::uint32_t panic_threshold_percent = 50;
  /// Every pod that can ever back it (reserved ones too), by priority, locality, endpoint order.
  std::vector<HostPlan> hosts;
  std::vector<LocalityPlan> localities;  // by priority, the caller's own first; empty = one
  bool locality_weighted = false;        // the locality is chosen by weight, then the host in it
  HealthCheckPlan health_check;
  std::optional<ZoneAwareConfig> zone_aware;
  bool subset_fallback = false;  // subsets have no host: everybody gets the fallback's
  bool operator==(const ClusterConfig&) const = default;
};

/// One hash method of a route as far as the template decides it.
struct HashPart {
  enum class Kind : std::uint8_t {
    Fixed,     // `hash`
    Numbered,  // of `text` with the request's number written into it
    SourceIp,  // of the caller's address
    Cookie,    // made by the proxy, the same for all requests of a downstream connection
  };
  Kind kind = Kind::Fixed;
  std::uint64_t hash = 0;
  std::string text = {};
  bool operator==(const HashPart&) const = default;
};
/// What requests of one template hash on a route; methods without a value are left out.
struct HashKeyPlan {
  RouteId route;
  TemplateId upstream;
  std::vector<HashPart> parts;  // at least one
};

/// How one template is routed by one workload's proxies in one version.
struct ResolvedRoute {
  RouteId route;        // none: no route matched, 404 NR
  TemplateId upstream;  // the request as the upstream receives it (rewrites applied)
};

/// Everything that the proxies of one workload hold.
struct ProxyConfig {
  IdVector<TemplateId, ResolvedRoute> route_of;
  IdVector<ClusterId, ClusterConfigId> cluster_of;  // none: cluster unknown, 503 NC
  ClusterConfigId inbound;  // limits of the receiving side; none = no limits
  /// Of the receiving side, where it has filters; empty or none = no filters.
  IdVector<TemplateId, RouteId> inbound_route_of;
};

/// The configuration from `at` on; version 0 starts the run.
struct ConfigVersion {
  Instant at{};
  ChangeId change;  // none for version 0
  IdVector<WorkloadId, ProxyConfig> proxies;
};

// ---- load, failures, changes -------------------------------------------------------------------

struct RateSegment {  // rate(t) = from + (to - from) * (t - at) / length
  Instant at{};
  Duration length{};
  double from_rps = 0, to_rps = 0;

  /// Expected arrivals in its first `x` seconds.
  double arrivals(double x) const {
    const double whole = as_seconds(length);
    const double slope = whole > 0 ? (to_rps - from_rps) / whole : 0.0;
    return x * (from_rps + 0.5 * slope * x);
  }
};

struct WeightedTemplate {
  TemplateId request;
  double cumulative_share = 1.0;  // last one is exactly 1
};

struct FixedArrivalPlan {
  Instant at{};
  TemplateId request;
};

/// A request that carries no class along.
inline constexpr std::uint8_t no_priority = 0xff;

struct LoadPlan {
  std::string name;
  WorkloadId entry;  // whose proxies it enters: gateway or client with sidecar
  std::vector<WeightedTemplate> requests;
  bool closed = false;
  bool poisson = true;
  std::uint32_t gaps = 0;               // open, not 0: law of the gaps in Plan::distributions
  std::vector<RateSegment> rate;        // open; sorted, inside [start, stop)
  std::vector<FixedArrivalPlan> fixed;  // or exactly these; then no rate
  std::uint32_t connections = 0;        // of the generator, used in turn; 0 = one per worker
  std::uint32_t users = 0;              // closed
  std::uint32_t think = 0;              // index in Plan::distributions
  Duration stagger{0};
  std::uint64_t per_user = 0;  // 0 = no limit
  Duration pace{0};            // closed: from one request of a user to its next; 0 = none
  bool catch_up = true;        // counted from when it was due, not from when it was sent
  Instant start{}, stop = never;
  Duration timeout{0};             // 0 = never gives up
  std::uint32_t retry = no_retry;  // index in Plan::retries
  std::uint8_t priority = no_priority;
};

struct ChangePlan {
  std::string text;  // "apply reviews-50-50.yaml"
  Instant at{};
  std::uint32_t version = 0;  // apply: index in Plan::versions; 0 = none
  WorkloadId workload;        // scale
  std::uint32_t replicas = 0;
};

struct LinkPlan {
  Duration one_way = microseconds(125);
  Duration jitter{0};  // mean of an exponential per direction; 0 = none
};
struct NetworkPlan {
  LinkPlan same_zone, cross_zone;
  /// Number of each workload's zone; 0 = unknown, and near everybody. Empty: all are near.
  IdVector<WorkloadId, std::uint32_t> zone_of;
};

struct RecordPlan {
  bool requests = false;
  double sample = 1.0;
  bool keep_errors = false;
  std::uint32_t keep_slowest = 0;
  Duration bucket = seconds(1);
};

/// Immutable; shared by threads; all ids are indices of its tables.
struct Plan {
  std::string scenario;
  std::uint64_t config_digest = 0;

  IdVector<ServiceId, ServicePlan> services;
  IdVector<WorkloadId, WorkloadPlan> workloads;
  IdVector<EndpointId, EndpointPlan> endpoints;
  IdVector<ClusterId, std::string> clusters;  // "outbound|9080|v1|reviews.default.svc…"
  IdVector<TemplateId, RequestTemplate> templates;
  IdVector<RouteId, RoutePlan> routes;  // equal routes share an id
  std::vector<HashKeyPlan> hash_keys;   // by route, then template
  IdVector<FilterSetId, FilterSetPlan> filter_sets;
  std::vector<RateLimitPlan> rate_limits;
  IdVector<BucketId, BucketPlan> buckets;
  std::vector<AdmissionControlPlan> admission_controls;
  std::vector<ConcurrencyPlan> concurrency_limits;
  std::vector<ExtAuthzPlan> authorisers;
  std::vector<GlobalRateLimitPlan> global_rate_limits;
  std::vector<OverloadPlan> overloads;
  IdVector<ClusterConfigId, ClusterConfig> cluster_configs;  // equal ones share an id
  std::vector<ConfigVersion> versions;                       // by time

  std::vector<Distribution> distributions;  // [0] is constant 0
  IdVector<HandlerId, HandlerPlan> handlers;
  std::vector<RulePlan> rules;
  std::vector<ServiceLimitPlan> limits;
  std::uint32_t limit_counters = 0;
  std::vector<CountInterval> counts;
  std::vector<ResponsePlan> responses;  // [0] is empty
  std::vector<DownPlan> downs;
  IdVector<ScriptId, ScriptPlan> scripts;
  std::vector<StepPlan> steps;
  std::vector<ScriptId> branches;
  std::vector<double> shares;
  std::vector<CallRetryPlan> retries;
  std::vector<GuardPlan> guards;
  IdVector<CallId, CallPlan> calls;
  IdVector<StoreId, std::string> stores;  // "cache pages"
  std::vector<CachePlan> caches;
  std::vector<CacheUsePlan> cache_uses;
  std::vector<std::uint64_t> cache_keys;
  std::vector<PoolPlan> pools;
  std::vector<PoolUsePlan> pool_uses;
  std::vector<TopicPlan> topics;

  IdVector<LoadId, LoadPlan> loads;
  IdVector<FaultId, FaultPlan> faults;
  std::vector<LinkFaultPlan> link_faults;
  IdVector<ChangeId, ChangePlan> changes;
  std::vector<AutoscalerPlan> autoscalers;  // by time
  std::vector<LifePlan> lives;

  NetworkPlan network;
  std::uint32_t sidecar_cost = 0;  // index in Plan::distributions
  /// Outlier intervals tick at multiples of their interval after this; may be negative.
  Instant clusters_made_at{};
  /// How long after a pod fails or appears istiod has told every proxy (EDS).
  Duration endpoint_propagation = seconds(1);
  Instant until{};
  Instant warmup{};
  std::uint64_t seed = 1;
  std::uint64_t memory_limit_bytes = 8ull << 30;
  std::uint64_t max_in_flight = 2'000'000;  // requests in proxies and applications
  RecordPlan record;
};

}  // namespace mesh
