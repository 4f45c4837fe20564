// The immutable result of one run: columns, histograms, series and events.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libmesh/base/id_vector.h"
#include "libmesh/telemetry/decisions.h"
#include "libmesh/telemetry/facts.h"
#include "libmesh/telemetry/histogram.h"

namespace mesh {

/// Names behind the dense ids, so that a record can be read without its plan.
struct Names {
  IdVector<WorkloadId, std::string> workloads;
  IdVector<WorkloadId, std::string> workload_namespaces;
  IdVector<WorkloadId, std::string> versions;    // label `version`, "" if none
  IdVector<WorkloadId, std::string> localities;  // "region/zone/subzone", "" = the default one
  IdVector<ServiceId, std::string> services;     // fully qualified host
  IdVector<EndpointId, std::string> endpoints;   // pod names
  IdVector<EndpointId, WorkloadId> endpoint_workload;
  IdVector<ClusterId, std::string> clusters;  // Envoy cluster names
  IdVector<RouteId, std::string> routes;
  IdVector<RouteId, std::string> route_places;  // file:line of the rule
  IdVector<TemplateId, std::string> requests;   // "GET reviews:9080/reviews/0"
  IdVector<LoadId, std::string> loads;
  IdVector<FaultId, std::string> faults;    // "slow ratings-v1 x8"
  IdVector<ChangeId, std::string> changes;  // "apply reviews-50-50.yaml"
  IdVector<StoreId, std::string> stores;    // "cache pages", "pool db", "limiter shop-v1"
  bool operator==(const Names&) const = default;
};

enum class EndedBy : std::uint8_t { Horizon, Interrupt, Limit };

struct RunInfo {
  std::string scenario;  // metadata.name
  std::string version;   // of meshsim
  std::uint64_t config_digest = 0;
  std::uint64_t seed = 0;
  Instant until{}, warmup{}, ended{};  // totals count what ended in [warmup, ended]
  EndedBy ended_by = EndedBy::Horizon;
  std::string limit;  // what grew, when ended_by is Limit
  std::uint64_t events = 0;
  std::uint64_t fingerprint = 0;
  std::uint64_t requests_created = 0, requests_in_flight = 0;
  std::uint64_t updates_via_merge = 0;  // cluster_manager.cluster_updated_via_merge
  std::uint32_t runs = 1;  // replications that were added up: rates are per second of each
  /// [from, to, FaultId] of each fault edge pair, for shading.
  struct FaultSpan {
    Instant from, to;
    FaultId fault;
  };
  std::vector<FaultSpan> fault_spans;
};

struct ClusterStats {
  EndpointId proxy;
  ClusterId cluster;
  std::array<std::uint64_t, cluster_counter_count> counters{};
  /// Gauges at the end of the run.
  std::uint32_t connections_active = 0, requests_active = 0, pending_active = 0;
  std::uint32_t retries_active = 0, ejections_active = 0;
  std::uint32_t cx_open = 0, cx_pool_open = 0, rq_open = 0, rq_pending_open = 0, rq_retry_open = 0;
  std::uint32_t membership_total = 0, membership_healthy = 0;
};

/// The gauges by Envoy's names below "cluster.<name>." (`envoy.md` §15); retries have none, their
/// number is ours.
struct ClusterGauge {
  std::string_view name;
  std::uint32_t ClusterStats::*value;
};
inline constexpr ClusterGauge cluster_gauges[] = {
    {"upstream_cx_active", &ClusterStats::connections_active},
    {"upstream_rq_active", &ClusterStats::requests_active},
    {"upstream_rq_pending_active", &ClusterStats::pending_active},
    {"retries_active", &ClusterStats::retries_active},
    {"outlier_detection.ejections_active", &ClusterStats::ejections_active},
    {"circuit_breakers.default.cx_open", &ClusterStats::cx_open},
    {"circuit_breakers.default.cx_pool_open", &ClusterStats::cx_pool_open},
    {"circuit_breakers.default.rq_open", &ClusterStats::rq_open},
    {"circuit_breakers.default.rq_pending_open", &ClusterStats::rq_pending_open},
    {"circuit_breakers.default.rq_retry_open", &ClusterStats::rq_retry_open},
    {"membership_total", &ClusterStats::membership_total},
    {"membership_healthy", &ClusterStats::membership_healthy},
};

/// What a proxy counts beside its clusters.
struct ProxyStats {
  EndpointId proxy;
  std::array<std::uint64_t, proxy_counter_count> counters{};
};

struct Edge {
  WorkloadId source;
  ServiceId service;
  WorkloadId destination;  // none when no host was chosen
  friend bool operator==(const Edge&, const Edge&) = default;
};

/// One kind of ending: status and flags. Column `outcome` of the tables below is its index.
struct Outcome {
  std::uint16_t code = 0;
  ResponseFlags flags;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Counts by (row, outcome); `row` is an edge, a load or an endpoint as the member says.
struct OutcomeTable {
  std::vector<std::uint32_t> row, outcome;
  std::vector<std::uint64_t> count;
  std::vector<std::uint64_t> latency_sum_ns;
};

/// The same per time bucket [bucket * width, (bucket + 1) * width).
struct OutcomeSeries {
  std::vector<std::uint32_t> bucket, row, outcome;
  std::vector<std::uint64_t> count;
};

/// Sparse latency histograms per time bucket: `bin` as in Histogram.
struct LatencySeries {
  std::vector<std::uint32_t> bucket, row, bin;
  std::vector<std::uint64_t> count;
};

/// State of a workload at sample instants (sums over its pods).
struct WorkloadSamples {
  std::vector<std::int64_t> at_ns;
  std::vector<std::uint32_t> workload, in_flight, queued, busy, replicas;
};

/// What happened at caches, pools, topics and limiters in each bucket; `event` is a StoreEvent.
struct StoreSeries {
  std::vector<std::uint32_t> bucket, store;
  std::vector<std::uint8_t> event;
  std::vector<std::uint64_t> count;
};

/// One row per kept request, in order of ending.
struct RequestTable {
  std::vector<std::uint64_t> id, parent, root;
  std::vector<std::int64_t> started_ns, ended_ns;
  std::vector<std::uint32_t> load, request, source, proxy, cluster, route, host, edge;
  std::vector<std::uint16_t> code, attempts;
  std::vector<std::uint32_t> flags;  // ResponseFlags::packed
  std::vector<std::uint8_t> details, mirror, inbound;
};

struct AttemptTable {
  std::vector<std::uint64_t> request;
  std::vector<std::uint16_t> number, code;
  std::vector<std::int64_t> started_ns, connected_ns, ended_ns;
  std::vector<std::uint32_t> cluster, host;
  std::vector<std::uint8_t> details, new_connection, reached;
};

struct VisitTable {
  std::vector<std::uint64_t> request;
  std::vector<std::uint32_t> workload, endpoint;
  std::vector<std::int64_t> arrived_ns, started_ns, ended_ns;
  std::vector<std::uint16_t> code;
  std::vector<std::uint8_t> abandoned, overflowed, unfinished;
};

/// Everything a run leaves behind. Never changed after Recorder::finish.
struct RunRecord {
  RunInfo info;
  Names names;
  Duration bucket{};
  std::vector<Edge> edges;  // row number = EdgeSlot
  std::vector<Outcome> outcomes;

  OutcomeTable requests_by_edge;           // requests as the source's proxy logged them
  OutcomeTable attempts_by_edge;           // outcome.flags empty; code 0 = no answer
  OutcomeTable requests_by_load;           // as the load's users saw them
  std::vector<Histogram> latency_by_edge;  // all outcomes; index = edge
  std::vector<Histogram> latency_by_load;  // index = LoadId
  OutcomeSeries series_by_edge;            // by time of ending
  OutcomeSeries series_by_load;            // by time of start
  LatencySeries latency_series_by_edge;    // by time of ending
  LatencySeries latency_series_by_load;    // by time of ending
  OutcomeSeries visits_by_endpoint;        // by time of arrival at the pod; row = EndpointId
  std::vector<Histogram> queue_time_by_workload, service_time_by_workload;  // index = WorkloadId
  std::vector<std::uint64_t> overflowed_by_workload, abandoned_by_workload;
  WorkloadSamples samples;
  StoreSeries stores;               // by bucket, store, event
  std::vector<Noted> events;        // in order of time
  std::vector<ClusterStats> stats;  // by (proxy, cluster), rows with a non-zero counter
  std::vector<ProxyStats> proxies;  // by proxy, the same

  RequestTable requests;  // empty unless asked for, as are the following
  AttemptTable attempts;
  VisitTable visits;
  std::vector<HostPicked> picks;        // in the order of time
  std::vector<HostCompared> compared;   // those of one pick in the order they were drawn
  std::vector<RetryDecided> decisions;  // in the order of time

  /// Digest of all simulated content: equal for equal (scenario, seed, version).
  std::uint64_t hash() const;
};

/// Whether the names and the bucket width are equal, as merge demands.
bool can_merge(const RunRecord& a, const RunRecord& b);

/// The sum of two records of the same scenario (replications): counts and histograms add, series
/// add by bucket, tables and events of `a` come first (request ids then occur once per run). Names
/// and bucket width must be equal. Of `info`, counters add and the rest is that of `a`.
std::shared_ptr<const RunRecord> merge(const RunRecord& a, const RunRecord& b);

}  // namespace mesh
