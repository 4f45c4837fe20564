// All mutable state of a run as columns: copying a World is a snapshot.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "libmesh/base/flags.h"
#include "libmesh/base/id.h"
#include "libmesh/base/id_vector.h"
#include "libmesh/base/slot_map.h"
#include "libmesh/base/time.h"
#include "libmesh/engine/balancer_state.h"
#include "libmesh/engine/cluster_view.h"
#include "libmesh/engine/guard_state.h"
#include "libmesh/engine/keyed_cells.h"
#include "libmesh/engine/load_state.h"
#include "libmesh/engine/pod_life.h"
#include "libmesh/engine/store_state.h"
#include "libmesh/engine/tried_hosts.h"
#include "libmesh/kernel/loop.h"
#include "libmesh/policy/adaptive_concurrency.h"
#include "libmesh/policy/admission_control.h"
#include "libmesh/policy/call_retry.h"
#include "libmesh/policy/circuit_breaker.h"
#include "libmesh/policy/health_check.h"
#include "libmesh/policy/horizontal_autoscaler.h"
#include "libmesh/policy/load_balancer/round_robin.h"
#include "libmesh/policy/local_rate_limit.h"
#include "libmesh/policy/merge_window.h"
#include "libmesh/policy/outlier_detector.h"
#include "libmesh/policy/processor_sharing.h"
#include "libmesh/policy/queue_discipline.h"
#include "libmesh/policy/retry.h"
#include "libmesh/policy/zone_aware.h"
#include "libmesh/telemetry/facts.h"

namespace mesh {

/// Who waits for the end of a request.
enum class Origin : std::uint8_t {
  Load,      // nobody: open arrivals
  User,      // a user of a closed load
  Call,      // a frame of a script
  Inbound,   // the receiving sidecar, on behalf of a caller's attempt
  Mirror,    // nobody: a shadow copy
  Detached,  // nobody: a call that its script does not wait for
  Filter,    // a request that one of its filters holds back meanwhile
  Hedge,     // a frame of a script, which has sent a copy before
  Message,   // a message of a topic
};

/// One request as a proxy's router sees it, from the downstream headers to the final answer.
struct Request {
  std::uint64_t id = 0, root = 0, parent = ~std::uint64_t{0};
  std::uint64_t key = 0;  // of all draws that concern it; same in every what-if
  Instant started{};
  Handle origin;  // User: user; Call: frame; Inbound: the caller's attempt;
                  // Load: its connection and its number among the load's requests
  LoadId load;
  TemplateId request, upstream;
  RouteId route;
  ClusterId cluster;
  EndpointId proxy, host;
  std::uint32_t proxy_cluster = nil;
  std::uint32_t first_attempt = nil;  // upstream requests in flight, newest first
  TriedHosts tried;                   // hosts already attempted
  std::uint32_t tried_priorities = nil;
  TimerRef route_timer, downstream_timer;
  RetryState retry;
  ResponseFlags flags;
  std::uint16_t attempts = 0, worker = 0;
  std::uint16_t code = 0;  // of the reply that is due
  Details details = Details::None;
  Origin kind = Origin::Load;
  std::uint8_t filters_passed = 0;  // of the route's filter set, from the first on
  bool retries_enabled : 1 = false;
  bool retry_scheduled : 1 = false;  // a back-off is running
  bool retried : 1 = false;          // an earlier outcome was retried
  bool sent_upstream : 1 = false;
  bool holds_fault : 1 = false;  // counts among the proxy's active faults
  bool session : 1 = false;      // TCP: no answer, no code, no retry policy
  bool in_filter : 1 = false;    // waits for a service that a filter has asked
};
static_assert(sizeof(Request) == 128, "two cache lines: every hop reads and copies it");

enum class AttemptState : std::uint8_t { Pending, Active, Done };

/// One upstream request: Envoy's UpstreamRequest.
struct Attempt {
  std::uint32_t request = nil;
  std::uint32_t next = nil;                          // of the same request
  std::uint32_t queue_next = nil, queue_prev = nil;  // pool's pending list or connection's streams
  std::uint32_t pool = nil, connection = nil;
  std::uint32_t host_index = nil;
  EndpointId host;
  Handle visit;  // work on the server's side
  TimerRef per_try, duration;
  Instant started{}, connected = never;
  Duration way_back{};  // proxies and network of the answer
  std::uint16_t number = 1;
  std::uint16_t code = 0;  // of the answer under way; 0 = a reset
  ResetReason reset{};
  AttemptState state = AttemptState::Pending;
  bool new_connection = false;
  bool reached = false;
  std::uint32_t response = 0;  // index in Plan::responses
  bool resets_later = false;   // headers come first, then a reset
  bool response_started = false;
  bool retried : 1 = false;           // hedging: its retry is under way, it gets no second one
  bool timeout_reported : 1 = false;  // hedging: outlier detection has heard of it
  bool streams : 1 = false;           // headers have set out, the body follows for a while
  bool stream_ended : 1 = false;      // so has its end
};
static_assert(sizeof(Attempt) == 88);

enum class ConnectionState : std::uint8_t { Connecting, Ready, Busy, Draining };

struct Connection {
  std::uint32_t pool = nil;
  std::uint32_t prev = nil, next = nil;  // in the pool's list of its state
  std::uint32_t first_stream = nil;      // attempts on it
  std::uint32_t streams = 0;
  std::uint32_t streams_max = 1;    // concurrently
  std::uint32_t requests_left = 0;  // over its life
  TimerRef timer;                   // connect, then the watch over idleness
  TimerRef age_timer;
  ConnectionState state = ConnectionState::Connecting;
  bool http2 = false;
  bool used = false;
  bool watched = false;  // somebody will look whether it has been idle for too long
  Instant idle_since{};
};
static_assert(sizeof(Connection) <= 56, "with its slot one cache line");

/// Connections of one worker of one proxy to one host of one cluster.
struct alignas(64) Pool {
  std::uint32_t proxy_cluster = nil;
  std::uint32_t host_index = nil;
  EndpointId host;
  std::uint32_t next_of_host = nil;
  std::array<std::uint32_t, 4> newest{nil, nil, nil, nil};  // connection by ConnectionState
  List pending;                                             // newest in front
  std::uint32_t pending_count = 0;
  std::uint32_t connecting_capacity = 0;  // streams that connecting clients will offer
  std::uint32_t connection_count = 0;
  std::uint16_t worker = 0;
  bool preconnects = false;  // the cluster's ratio is above 1
  bool limited = false;      // the cluster's pools are

  std::uint32_t& newest_of(ConnectionState state) {
    return newest[static_cast<std::size_t>(state)];
  }
  std::uint32_t newest_of(ConnectionState state) const {
    return newest[static_cast<std::size_t>(state)];
  }
};
static_assert(sizeof(Pool) == 64, "one cache line: there are very many");

/// One host as one proxy sees it; default = untouched.
struct HostCell {
  std::uint32_t first_pool = nil;
  /// The connection that was freed last: only to ask the memory for it early, so it may have gone.
  std::uint32_t warm_connection = nil;
};

/// The same for outlier detection; exists only where the cluster configures it.
struct alignas(32) OutlierCell {
  [[no_unique_address]] OutlierState state;
  bool told_unhealthy = false;  // what the balancers have been told
};
static_assert(sizeof(OutlierCell) == 32, "every answer touches one of very many");

/// One cluster as one proxy sees it. What every request looks at comes first, in one cache line.
struct alignas(64) ProxyCluster {
  EndpointId proxy;
  ClusterId cluster;
  ClusterConfigId config;
  CircuitBreaker breaker;
  std::uint32_t first_cell = nil;     // cells of its hosts are neighbours
  std::uint32_t first_outlier = nil;  // the same, if it has outlier detection
  std::uint32_t view = nil;           // own view when some host is unhealthy
  std::uint32_t first_cursor = nil;   // round robin cursors by worker, then host source
  std::uint32_t balancer = nil;       // schedules, if it needs some
  WorkloadId edge_destination;        // cache of the recorder's row
  EdgeSlot edge;
  bool sweep_armed = false;
  EdgeSlot edge_without_host;
  std::uint32_t ejected = 0;
  std::uint32_t merge_generation = 0;  // makes a cancelled timer void
  std::uint32_t special = nil;         // what few clusters have
  MergeWindow merge;                   // when the balancers hear of health changes
  std::array<std::uint32_t, common_counter_count> counters{};
};

/// What only clusters with health checks, zone-aware routing or subsets have.
struct SpecialCluster {
  std::uint32_t first_probe = nil;  // probes of its hosts are neighbours
  std::uint32_t awaited = 0;        // hosts from the start without a first result
  bool zones_known = false;         // the two below fit the hosts
  ZonePlan zones;
  std::vector<std::uint32_t> zone_sources;  // by zone of the plan: the host source
  std::array<std::uint32_t, cluster_counter_count - common_counter_count> counters{};
};

/// One host under active health check by one proxy.
struct Probe {
  std::uint32_t cluster = nil, host_index = nil;
  HealthCheckState state;
  std::uint32_t generation = 0;  // makes stale events void
  std::uint32_t checks = 0;      // begun so far
  Handle visit;                  // work on the server's side
  TimerRef timer;
  Instant passed_at{};  // when it last turned healthy
  Duration way_back{};
  std::uint32_t response = 0;  // of the answer under way, index in Plan::responses
  std::uint16_t code = 0;      // 0 = a reset
  bool running = false;
  bool connected = false;
  bool awaited = false;   // there from the start, without a result yet: held for healthy
  bool excluded = false;  // x-envoy-immediate-health-check-fail
  bool kept = false;      // removed by discovery, and still well
  HostHealth told = HostHealth::Healthy;  // what the balancers have been told
};

/// One pod: its application, as the network sees it.
struct EndpointState {
  std::uint32_t busy = 0, queued = 0, in_flight = 0;
  List queue;                       // visits waiting for a worker
  std::uint64_t received = 0;       // by the application, from the start
  std::uint32_t crashes = 0;        // faults that keep it down
  bool exists = true;               // scheduled: within the replicas
  bool member = true;               // endpoint of its services, as istiod tells
  std::uint32_t first_visit = nil;  // all visits that are alive
};

/// What the queue of a pod remembers, where it has a discipline.
struct QueueState {
  std::array<std::uint32_t, priority_classes> last{nil, nil, nil, nil, nil, nil, nil, nil};
  Instant backlog_since = never;  // somebody waits since
};

/// A request that an application has received.
struct Visit {
  std::uint64_t request = 0, root = 0;
  std::uint64_t key = 0;
  std::uint64_t number = 0;  // of the requests that the instance has received, from 1
  Handle attempt;            // who waits for the answer; may have gone
  Handle inbound_request;    // of the receiving sidecar, when its router is in between
  EndpointId endpoint;
  TemplateId as_received;  // the request after rewrites
  HandlerId handler;
  std::uint32_t rule = nil;  // of the handler's, chosen at arrival
  Instant arrived{}, started = never;
  std::uint32_t queue_next = nil, queue_prev = nil;
  std::uint32_t alive_next = nil, alive_prev = nil;  // of the endpoint
  std::uint32_t frame = nil;                         // the outermost one
  std::uint16_t steps = 0;                           // draws made so far
  std::uint16_t calls = 0;
  bool inbound = false;  // entered by the receiving sidecar's router
  bool has_worker = false;
  bool streaming = false;            // has answered with headers, its body flows
  std::uint16_t attempt_number = 1;  // x-envoy-attempt-count as received
  TimerRef patience;                 // in a queue that does not let it wait for ever
  std::uint32_t probe = nil;         // health check that waits for it, in place of an attempt
};
static_assert(sizeof(Visit) == 120, "with its slot two cache lines");

/// A sequence of steps in progress.
struct Frame {
  std::uint32_t visit = nil;
  std::uint32_t next_step = 0, end_step = 0;
  std::uint32_t parent = nil;
  std::uint32_t next_sibling = nil, first_child = nil;
  std::uint32_t waiting = 0;  // children still running, or rounds left
  Handle child_request;
  CallId call;
  std::uint16_t failed = 0;  // status that a failed required call asks for
  bool on_processor : 1 = false;
  bool metered : 1 = false;   // uses a core, and a meter runs
  bool timed : 1 = false;     // a pause since `pause` makes its step longer
  std::uint32_t missing = 0;  // children that must still succeed
  std::uint32_t retries = 0;  // of the call
  Duration pause{};           // before the latest of them; of a step: pauses when it began
};
static_assert(sizeof(Frame) == 64);

/// A frame that works on the cores of its pod.
struct Task {
  std::uint64_t finish = 0;  // of ProcessorState::service
  std::uint32_t frame = nil, generation = 0;
  std::uint32_t number = 0;  // in the order of coming
};

/// The cores of a pod, where work shares them.
struct Processor {
  ProcessorState state;
  std::vector<Task> tasks;  // a heap; some may have been given up
  std::uint32_t next_number = 0, generation = 0;
  Instant due = never;  // when the first one is ready
};

struct WorkloadState {
  std::uint32_t in_flight = 0, queued = 0, busy = 0, replicas = 0;
};

/// A consecutive detector that reached its threshold, or an answer that tells of failing health.
struct Detection {
  std::uint32_t cluster = nil, host_index = nil;
  Detector detector{};
  bool fails_health = false;
};

/// Requests in the current span of time, as a rate limit service counts them.
struct LimitCounter {
  std::int64_t span = -1;
  std::uint64_t requests = 0;
};

/// Adaptive concurrency of one proxy.
struct ConcurrencyCell {
  GradientController controller;
  std::uint32_t updates = 0, measures = 0;  // events under way; only the latest one counts
};

struct World {
  Loop loop;
  std::uint64_t requests_created = 0;
  Instant looked_at{};                   // when somebody last looked whether things grow,
  std::uint32_t looks_without_time = 0;  // and how often in a row at that instant
  std::uint64_t updates_via_merge = 0;   // cluster_manager.cluster_updated_via_merge

  SlotMap<Request> requests;
  SlotMap<Attempt> attempts;
  SlotMap<Connection, 64> connections;
  SlotMap<Visit> visits;
  SlotMap<Frame> frames;
  SlotMap<TriedHost> tried;
  SlotMap<TriedPriorities> tried_priorities;

  std::vector<Pool> pools;  // created on first use, never removed
  std::vector<ProxyCluster> proxy_clusters;
  std::vector<HostCell> cells;
  std::vector<std::uint32_t> active;  // streams that all workers have at the host, cell by cell
  std::vector<OutlierCell> outlier_cells;
  std::vector<Ejection> ejections;  // cell by cell, what is rarely looked at
  std::vector<SpecialCluster> specials;
  std::vector<Probe> probes;
  std::vector<RoundRobinState> cursors;  // by worker, then host source
  std::vector<BalancerState> balancers;
  std::vector<ClusterView> own_views;
  std::vector<std::uint32_t> free_views;
  IdVector<ClusterConfigId, ClusterView> shared_views;  // everything healthy
  /// Indices of proxy_clusters by (proxy, cluster), open addressing; nil = the place is free.
  std::vector<std::uint32_t> pair_places;
  std::uint32_t pairs = 0;

  IdVector<EndpointId, EndpointState> endpoints;
  IdVector<EndpointId, Instant> member_since;  // what warm-up counts from
  IdVector<EndpointId, QueueState> queues;     // empty when all queues are first come, first served
  IdVector<EndpointId, Processor> processors;  // empty when nobody shares cores
  IdVector<EndpointId, PodLife> lives;         // empty without words about processes
  IdVector<EndpointId, Meter> meters;          // empty without autoscalers
  std::vector<AutoscalerState> autoscalers;    // by index of Plan::autoscalers
  IdVector<WorkloadId, WorkloadState> workloads;
  IdVector<LoadId, LoadState> loads;
  std::vector<User> users;
  std::vector<std::uint32_t> free_users;  // of open loads whose users come back
  std::vector<FaultId> active_faults;
  std::vector<FaultId> broken_links;             // active too, of the network
  IdVector<EndpointId, Instant> egress_free_at;  // where a failure limits the bandwidth
  std::vector<std::uint32_t> active_downs;       // indices of Plan::downs
  std::vector<std::uint32_t> injected;       // active faults by proxy, where a route limits them
  KeyedCells<TokenBucket> buckets;           // by proxy, bucket
  KeyedCells<AdmissionWindow> admissions;    // by proxy, filter, worker
  KeyedCells<ConcurrencyCell> concurrency;   // by proxy, filter
  KeyedCells<Handle> filter_calls;           // by slot of the request that waits
  std::vector<LimitCounter> limit_counters;  // of rate limit services
  std::vector<Detection> detections;         // of the event that is being handled
  KeyedCells<CallTokens> call_tokens;        // by pod and call, or load
  GuardState guards;                         // of calls
  std::vector<Handle> branch_buffer;         // frames about to start, a stack
  StoreState stores;                         // empty unless scripts use stores
  std::uint32_t version = 0;                 // newest configuration pushed
};

}  // namespace mesh
