// The only mutable world: turns events into decisions, facts and further events.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "libmesh/base/rng.h"
#include "libmesh/engine/events.h"
#include "libmesh/engine/keys.h"
#include "libmesh/engine/lanes.h"
#include "libmesh/engine/opening.h"
#include "libmesh/engine/simulation.h"
#include "libmesh/engine/world.h"
#include "libmesh/plan/plan.h"
#include "libmesh/telemetry/recorder.h"

namespace mesh {

/// Copying an engine copies its world: both copies go on independently.
class Engine {
 public:
  Engine(std::shared_ptr<const Plan> plan, std::uint64_t seed);

  bool run_until(Instant until, const Progress& progress);
  std::uint64_t run_events(std::uint64_t count, Instant until);
  bool adopt(std::shared_ptr<const Plan> plan);
  const World& world() const { return world_; }
  const Plan& plan() const { return *plan_; }
  std::shared_ptr<const RunRecord> record() const;

  /// The loop's handler: what has fallen due.
  void on_event(const Event& event);
  void on_timer(const Fired& timer);

 private:
  /// How often somebody has tried again, and after which pause.
  struct Tries {
    std::uint32_t& retries;
    Duration& pause;
  };

  // engine.cc: set-up and the loop
  void start();
  LaneId lane_of(Duration time);
  void find_lanes();
  void find_workload_lanes();
  void limit_faults();
  void limit_bandwidth();
  void dispatch(const Event& event);
  void dispatch_rare(const Event& event);
  void expire(const Fired& timer);
  void push(Instant at, EventKind kind, std::uint32_t slot, std::uint32_t generation = 0) {
    world_.loop.schedule(at, static_cast<std::uint8_t>(kind), generation, slot);
  }
  TimerRef arm(LaneId lane, TimerKind kind, std::uint32_t slot, std::uint32_t generation) {
    if (!lane.valid()) return TimerRef::none();
    return world_.loop.arm(lane, static_cast<std::uint8_t>(kind), generation, slot);
  }
  void disarm(TimerRef& timer) {
    if (!timer.valid()) return;
    world_.loop.timers.cancel(timer);
    timer = TimerRef::none();
  }
  Instant now() const { return world_.loop.now(); }
  RunInfo info() const;
  std::uint32_t version_of(EndpointId proxy) const;
  const ProxyConfig& proxy_config(EndpointId proxy) const;
  WorkloadId workload_of(EndpointId endpoint) const { return workload_of_[endpoint]; }

  // limits.cc: what ends a run early
  bool beyond_limits();
  std::string what_grew() const;

  // client.cc: loads
  void start_loads();
  void schedule_arrival(LoadId load);
  void on_arrival(LoadId load);
  void on_user(std::uint32_t user);
  void send(LoadId load, std::uint64_t number, Origin kind, Handle origin);

  // filters.cc: a request enters its proxy
  std::uint32_t open_request(const Opening& opening);
  void enter_filters(std::uint32_t slot);
  bool begin_fault(Request& request, const FaultPolicy& fault);
  void end_fault(Request& request);
  void abort_or_route(std::uint32_t slot);
  void after_fault(std::uint32_t slot);
  void begin_filters(std::uint32_t slot);

  // http_filters.cc: filters that may refuse it
  bool stopped_by_filters(std::uint32_t slot, bool before_fault);
  bool passes(std::uint32_t slot, const FilterPlan& filter);
  bool falls_in(Millionths share, Purpose purpose, const Request& request,
                std::uint64_t index) const;
  bool passes_rate_limit(std::uint32_t slot, const RateLimitPlan& limit);
  bool takes_tokens(EndpointId proxy, const RateLimitPlan& limit);
  bool passes_admission(std::uint32_t slot, std::uint32_t filter);
  bool passes_concurrency(std::uint32_t slot, std::uint32_t filter);
  ConcurrencyCell& concurrency_of(EndpointId proxy, std::uint32_t filter);
  void leave_filters(const Request& request, std::uint16_t code);
  void leave_concurrency(const Request& request, std::uint32_t filter, std::uint16_t code);
  void on_concurrency_measure(EndpointId proxy, std::uint32_t filter);
  void on_concurrency_update(EndpointId proxy, std::uint32_t filter);

  // filter_calls.cc: services that filters ask about it
  bool passes_authoriser(std::uint32_t slot, const ExtAuthzPlan& authoriser);
  bool passes_global_limit(std::uint32_t slot, const GlobalRateLimitPlan& limit);
  bool passes_overload(std::uint32_t slot, const OverloadPlan& overload);
  bool passes_cors(std::uint32_t slot, CorsPlan cors);
  void ask(std::uint32_t slot, const FilterCallPlan& call);
  void filter_answered(std::uint32_t slot, std::uint16_t code);
  bool authorised(std::uint32_t slot, const ExtAuthzPlan& authoriser, std::uint16_t code);
  bool within_limit(std::uint32_t slot, const GlobalRateLimitPlan& limit, std::uint16_t code);
  void cancel_filter_call(std::uint32_t slot);
  void tell_limited(const Request& request);
  bool over_limit(const HandlerPlan& handler);

  // routing.cc: the router takes it
  void route(std::uint32_t slot);
  void choose_cluster(Request& request, std::uint64_t draw) const;
  void forward(std::uint32_t slot, const RetryPolicy* policy);
  bool enter_cluster(std::uint32_t slot);
  bool in_maintenance(std::uint32_t slot);
  void no_healthy_upstream(std::uint32_t slot, ClusterCounter reason);
  Duration timeout_of(const Request& request) const;
  LaneId timeout_lane(const Request& request) const;
  void start_mirrors(std::uint32_t slot, const RoutePlan& route);
  std::uint32_t first_host(Request& request);

  // upstream_request.cc: one attempt
  void fetch_host(const ProxyCluster& cluster, std::uint32_t host_index, std::uint32_t pool,
                  std::uint32_t connection) const;
  void fetch_for_stream(const ProxyCluster& cluster, std::uint32_t host_index) const;
  void fetch_for_answer(const Attempt& attempt) const;
  void begin_attempt(std::uint32_t slot, std::uint32_t host_index);
  void pool_ready(std::uint32_t attempt, bool new_connection);
  void pool_failed(std::uint32_t attempt, ResetReason reason, bool host_known);
  Duration draw_ways(const Request& request, Attempt& attempt);
  Duration half_cost(const Request& request, std::uint64_t index) const;
  void abandon_attempts(std::uint32_t slot, Details details);
  void abandon_attempt(std::uint32_t attempt, Details details);
  void end_attempt(std::uint32_t attempt, Details details);

  // network.cc: what lies between two pods
  const LinkPlan& link_between(EndpointId a, EndpointId b) const;
  static Duration one_way(const LinkPlan& link, Draw draw);
  /// What draws and failures need to know of a message that sets out.
  struct Packet {
    std::uint64_t key = 0, leg = 0;
    std::uint64_t bytes = 0;  // beside its headers
    bool opens = false;       // a connection: SYN or SYN-ACK
    bool resets = false;      // a stream or connection: nobody sends it twice
    Duration after{0};        // sets out so much later than now
  };
  /// What failures add to its way; `lost` when it never arrives.
  Duration hindrance(EndpointId from, EndpointId to, const Packet& packet) {
    return world_.broken_links.empty() ? Duration{} : hindered(from, to, packet);
  }
  Duration opening_hindrance(EndpointId from, EndpointId to, std::uint64_t key);
  Duration hindered(EndpointId from, EndpointId to, const Packet& packet);
  Duration hindered_by(FaultId fault, EndpointId from, EndpointId to, const Packet& packet);
  bool contains(const PodSet& set, EndpointId endpoint) const;
  bool resolves(EndpointId caller, ServiceId service, Duration& after) const;

  // upstream_outcome.cc: what it came to
  void on_reaches_caller(std::uint32_t attempt);
  void response_starts(std::uint32_t attempt, std::uint32_t cluster, std::uint16_t code);
  std::uint16_t code_for_outlier(const Request& request, std::uint16_t code,
                                 const ResponsePlan& response) const;
  bool others_may_answer(const Request& request, std::uint32_t attempt) const;
  void upstream_reset(std::uint32_t attempt, ResetReason reason);

  // tcp_proxy.cc: sessions in place of requests
  void open_session(std::uint32_t slot, Details last);
  void session_opened(std::uint32_t attempt);
  void session_reset(std::uint32_t attempt, ResetReason reason, Details details);
  void retry_session(std::uint32_t slot);
  void session_over(std::uint32_t attempt);
  void on_session_idle(std::uint32_t slot);

  // retries.cc
  struct RetryCase {
    bool wanted = false;
    std::uint16_t code = 0;                  // of the answer; 0 = a reset or a timeout
    const ResponsePlan* response = nullptr;  // the answer, if there is one
  };
  bool retry(std::uint32_t slot, const RetryCase& outcome);
  bool retry_reset(std::uint32_t slot, ResetReason reason);
  struct Backoff {
    Duration drawn{0}, window{0};  // from [0, window), or from `window` on if the answer named it
    bool asked = false;
  };
  Backoff backoff(Request& request, const RetryPolicy& policy, const ResponsePlan* response);
  const RetryPolicy* retry_policy(const Request& request) const;
  void release_retry(Request& request);
  void on_backoff_done(std::uint32_t slot, std::uint32_t generation);

  // timeouts.cc
  std::uint16_t timeout_code(const Request& request) const;
  void on_route_timeout(std::uint32_t slot);
  void on_per_try_timeout(std::uint32_t attempt);
  void reset_slow_try(std::uint32_t attempt);
  void hedge(std::uint32_t attempt, bool may_retry);
  void on_stream_duration(std::uint32_t attempt);
  void on_downstream_gone(std::uint32_t slot);

  // ending.cc: the end of a request
  void reply_locally(std::uint32_t slot, std::uint16_t code, Details details);
  void on_reply_due(std::uint32_t slot, std::uint32_t generation);
  void finish(std::uint32_t slot, std::uint16_t code, Details details);
  std::uint16_t logged_code(const Request& request, std::uint16_t code, Details details) const;
  void record_request(const Request& request, std::uint16_t code, Details details);
  void deliver(Origin kind, Handle origin, std::uint16_t code);

  // story.cc: what it saw, where requests are recorded
  void tell_pick(const Request& request, std::uint32_t host_index);
  void tell_pool(const ProxyCluster& cluster, std::uint32_t host_index, HostPicked& fact);
  void tell_compared(const Request& request, const ProxyCluster& cluster, const HostPicked& fact);
  void tell_route(const Request& request, HostPicked& fact) const;
  void tell_decision(const Request& request, RetryDecision decision, Fill retries,
                     const Backoff& wait);

  // statistics.cc: what is counted
  void count(ProxyCluster& cluster, ClusterCounter counter) {
    ++cluster.counters[static_cast<std::size_t>(counter)];
  }
  void count_special(const ProxyCluster& cluster, ClusterCounter counter) {
    const auto number = static_cast<std::size_t>(counter) - common_counter_count;
    ++world_.specials[cluster.special].counters[number];
  }
  void charge_code(ProxyCluster& cluster, std::uint16_t code);
  EdgeSlot edge_of(ProxyCluster& cluster, EndpointId host);
  std::vector<ClusterStats> stats() const;

  // balancing.cc: which host, as the balancers have been told
  std::uint32_t proxy_cluster(EndpointId proxy, ClusterId cluster, ClusterConfigId config);
  std::uint32_t add_proxy_cluster(EndpointId proxy, ClusterId cluster, ClusterConfigId config);
  void place_pair(std::uint32_t proxy_cluster);
  void grow_pairs();
  const ClusterView& view_of(const ProxyCluster& cluster) const;
  void build_view(const ClusterConfig& config, const ProxyCluster* cluster, ClusterView& view);
  void build_shared_view(ClusterConfigId config);
  EndpointId host_of(const ProxyCluster& cluster, std::uint32_t host_index) const {
    const std::vector<HostPlan>& hosts = plan_->cluster_configs[cluster.config].hosts;
    return hosts.empty() ? cluster.proxy : hosts[host_index].endpoint;  // inbound: the own pod
  }
  std::uint32_t pick_host(Request& request, const RetryPolicy* policy);
  std::uint32_t pick_once(ProxyCluster& cluster, const ClusterView& view,
                          std::span<const PriorityShare> share, std::uint16_t worker, Draw& draw);
  std::uint32_t pick_hashed(const ProxyCluster& cluster, const HashTable& table, std::uint64_t hash,
                            std::uint32_t attempt);
  std::span<const PriorityShare> share_of_retry(Request& request, const RetryPolicy& policy,
                                                const ClusterView& view);
  bool already_tried(const Request& request, EndpointId host) const;

  // zones.cc: the caller's zone first
  std::uint32_t choose_zone(const ProxyCluster& cluster, const ClusterView& view, Draw& draw);
  void compare_zones(const ProxyCluster& cluster, const ClusterView& view);

  // balancer_state.cc: cursors and schedules per worker
  std::uint64_t balancer_seed(const ProxyCluster& cluster, std::uint32_t worker) const;
  void add_balancer(ProxyCluster& cluster);
  void rebuild_balancer(const ProxyCluster& cluster);
  Instant healthy_since(const ProxyCluster& cluster, std::uint32_t host) const;
  double scheduled_weight(const ProxyCluster& cluster, std::uint32_t host) const;
  std::uint32_t choose_source(const ProxyCluster& cluster, const ClusterView& view,
                              std::uint32_t priority, std::uint32_t worker, std::uint32_t source);
  std::uint32_t pick_scheduled(const ProxyCluster& cluster, const ClusterView& view,
                               const std::vector<std::uint32_t>& hosts, std::uint32_t worker,
                               std::uint32_t source);

  // load_reports.cc: weights from what backends report
  void weigh_reports();
  void follow_reports(const ProxyCluster& cluster);
  void note_load_report(std::uint32_t cluster, std::uint32_t host_index, std::uint32_t response);
  void forget_reports(std::uint32_t cluster, std::uint32_t host_index);
  void arm_weight_update(std::uint32_t cluster);
  void on_weight_update(std::uint32_t cluster);

  // hash_key.cc: what a request is hashed by
  std::optional<std::uint64_t> hash_of(const Request& request);
  std::uint64_t hash_of(const HashPart& part, const Request& request);
  std::uint64_t number_of(const Request& request) const;
  std::uint64_t connection_of(const Request& request) const;

  // connection_pool.cc: streams on connections
  std::uint32_t pool_for(std::uint32_t cluster, std::uint32_t host_index, std::uint16_t worker);
  bool may_use_pool(std::uint32_t cluster) const;
  std::uint32_t pools_in_use(const ProxyCluster& cluster) const;
  std::uint32_t stream_room(const Connection& connection) const;
  void new_stream(std::uint32_t pool, std::uint32_t attempt);
  void unlink_pending(Pool& pool, std::uint32_t attempt);
  bool attach(std::uint32_t pool, std::uint32_t connection, std::uint32_t attempt);
  void serve_pending(std::uint32_t pool);
  void detach(std::uint32_t attempt);
  void stream_done(std::uint32_t attempt, bool close_connection);

  // connection.cc: the life of a connection
  void try_connect(std::uint32_t pool);
  bool wants_connection(const Pool& pool, const ClusterConfig& config) const;
  bool connect_one(std::uint32_t pool);
  bool behind_sidecar(const Pool& pool) const;
  Duration handshake(EndpointId from, EndpointId to, bool encrypted, std::uint64_t key);
  void on_connected(std::uint32_t connection);
  void arm_age(std::uint32_t connection);
  void on_connect_timeout(std::uint32_t connection);
  void connect_failed(std::uint32_t connection, ResetReason reason);
  void move(std::uint32_t connection, ConnectionState to);
  void close_connection(std::uint32_t connection, bool remote);
  void connection_lost(std::uint32_t connection, ResetReason reason);
  void closed_by_peer(std::uint32_t attempt, ResetReason reason);
  void watch_idle(std::uint32_t connection);
  void on_idle_due(std::uint32_t connection, std::uint32_t generation);
  void on_idle_timeout(std::uint32_t connection);
  void on_connection_age(std::uint32_t connection);
  void on_server_age(std::uint32_t connection);
  void going_away(std::uint32_t connection);
  void drain_connection(std::uint32_t connection);
  void drain_host(std::uint32_t cluster, std::uint32_t host_index);
  void reset_connections_to(EndpointId endpoint, bool of_sidecars = false);

  // health.cc: outlier detection, and when the balancers hear of it
  void report(std::uint32_t cluster, std::uint32_t host_index, HostResult result,
              std::uint16_t code);
  void handle_detections();
  bool is_ejected(const ProxyCluster& cluster, std::uint32_t host_index) const {
    return cluster.first_outlier != nil &&
           world_.outlier_cells[cluster.first_outlier + host_index].state.ejected;
  }
  void detected(std::uint32_t cluster, std::uint32_t host_index, Detector detector);
  void eject_host(std::uint32_t cluster, std::uint32_t host_index, Detector detector,
                  EjectionRates rates);
  void arm_sweep(std::uint32_t cluster);
  void on_outlier_sweep(std::uint32_t cluster);
  void sweep_interval_detectors(std::uint32_t cluster);
  void health_changed(std::uint32_t cluster);
  void membership_changed(std::uint32_t cluster);
  void build_own_view(ProxyCluster& cluster);
  void deliver_health(std::uint32_t cluster);
  void on_merge_window(std::uint32_t cluster, std::uint32_t generation);
  void return_host(std::uint32_t cluster, std::uint32_t host_index);
  std::uint32_t members(const ProxyCluster& cluster) const;
  std::uint32_t unhealthy(const ProxyCluster& cluster) const;

  // health_checks.cc: each proxy asks the hosts whether they are well
  const Probe* probe_of(const ProxyCluster& cluster, std::uint32_t host_index) const {
    if (cluster.special == nil || world_.specials[cluster.special].first_probe == nil) {
      return nullptr;
    }
    return &world_.probes[world_.specials[cluster.special].first_probe + host_index];
  }
  EndpointId prober(const Probe& probe) const { return world_.proxy_clusters[probe.cluster].proxy; }
  std::span<const Probe> probes_of(const ProxyCluster& cluster) const;
  void watch_hosts();
  void watch_hosts(EndpointId proxy);
  void add_probes(ProxyCluster& made, std::uint32_t id);
  void start_probes(std::uint32_t cluster);
  void stop_probe(std::uint32_t probe);
  void stop_probes(const ProxyCluster& cluster);
  void schedule_probe(std::uint32_t probe, Duration delay);
  std::uint64_t probe_key(const Probe& probe) const;
  void on_probe(EventKind kind, std::uint32_t probe, std::uint32_t generation);
  void begin_probe(std::uint32_t probe);
  void send_probe(std::uint32_t probe);
  void answer_probe(const Visit& visit, std::uint16_t code, Action action, std::uint32_t response);
  void on_probe_timeout(std::uint32_t probe);
  CheckResult judge(const Probe& probe) const;
  void probe_ended(std::uint32_t probe, CheckResult result);
  void health_turned(std::uint32_t probe, bool failed);
  void fail_passively(std::uint32_t cluster, std::uint32_t host_index);
  bool stays_while_well(std::uint32_t cluster, std::uint32_t host_index);
  void probe_new_host(std::uint32_t cluster, std::uint32_t host_index);
  void forget_host(std::uint32_t cluster, std::uint32_t host_index);
  void tell_first_results(std::uint32_t probe);
  bool tell_probes(const ProxyCluster& cluster);
  std::uint32_t kept_hosts(const ProxyCluster& cluster) const;

  // workload.cc: the application
  /// What a health check causes is a tree of its own, begun by the next request.
  std::uint64_t root_of(const Visit& visit) const {
    return visit.probe == nil ? visit.root : world_.requests_created;
  }
  void on_reaches_server(std::uint32_t visit);
  void enter_application(std::uint32_t visit);
  void note_reached(Attempt& attempt);
  std::uint32_t choose_rule(const Visit& visit, std::uint16_t attempt) const;
  const AnswerPlan& answer_plan(const Visit& visit) const;
  void start_work(std::uint32_t visit);
  Duration service_time(Visit& visit, std::uint32_t distribution, Purpose purpose,
                        bool sleeps = false);
  void work_done(std::uint32_t visit, std::uint16_t failed);
  void answer(std::uint32_t visit, std::uint16_t code, Action action);
  Duration way_back(const Visit& visit, const Attempt& attempt);
  void leave(std::uint32_t visit, std::uint16_t code, bool overflowed);
  void unlink_waiting(std::uint32_t visit);
  void free_worker(EndpointId endpoint);
  void on_cancel_reaches(std::uint32_t visit, std::uint32_t generation);

  // streams.cc: answers whose body takes its time
  void start_stream(std::uint32_t visit, std::uint16_t code, std::uint32_t duration);
  void announce_stream(std::uint32_t visit, std::uint16_t code);
  void end_stream(std::uint32_t visit, bool properly);
  void stream_opened(std::uint32_t attempt);
  void stream_over(std::uint32_t attempt);

  // queueing.cc: its queue, where it has a discipline
  void order_queues();
  std::uint32_t class_of(std::uint32_t visit) const;
  void take_place(std::uint32_t visit);
  std::uint32_t last_up_to(const QueueState& queue, std::uint32_t least_urgent) const;
  void wait_in_turn(std::uint32_t visit);
  std::uint32_t whom_to_drop(std::uint32_t arrival) const;
  void limit_wait(std::uint32_t visit);
  void on_patience_ends(std::uint32_t visit, std::uint32_t generation);
  void turn_away(std::uint32_t visit);
  std::uint32_t next_in_turn(EndpointId endpoint);
  void forget_place(std::uint32_t visit);
  Instant deadline_of(const Visit& visit) const;

  // processor.cc: its cores, where work shares them
  void share_processors();
  void release_tasks(Processor& processor);
  void work(std::uint32_t frame, Duration time);
  void leave_processor(EndpointId endpoint);
  void await_completion(EndpointId endpoint);
  void advance_processor(EndpointId endpoint);
  void on_processor_due(EndpointId endpoint, std::uint32_t generation);

  // autoscaling.cc: what pods use, and how many there are to be
  void meter_pods();
  void spend(Meter& meter) const;
  void begin_work(std::uint32_t frame);
  void end_work(EndpointId endpoint);
  void restart_meter(EndpointId endpoint, bool is_new);
  void read_meters(WorkloadId workload);
  std::vector<PodStatus> statuses(const AutoscalerPlan& plan, PodMetric metric);
  void schedule_autoscalers(std::uint32_t first);
  void on_autoscale(std::uint32_t autoscaler);

  // life.cc: its process
  const LifePlan* life_plan(EndpointId endpoint) const;
  void begin_lives();
  std::uint64_t memory_of(const LifePlan& plan, EndpointId endpoint) const;
  Duration paced(EndpointId endpoint, Duration time) const;
  void await_pause(EndpointId endpoint);
  void on_life(EventKind kind, EndpointId endpoint, std::uint32_t generation);
  void on_pause(EndpointId endpoint);
  void watch_pauses(std::uint32_t frame);
  bool stands_still(std::uint32_t frame);
  Duration start_time(EndpointId endpoint);
  void renew(EndpointId endpoint);
  void pod_scaled(EndpointId endpoint, bool exists);
  void kill(EndpointId endpoint);
  void on_pod_ready(EndpointId endpoint);
  void watch_memory(EndpointId endpoint);

  // script.cc: its steps
  void on_step_done(std::uint32_t frame);
  void run_frame(std::uint32_t frame);
  bool run_step(std::uint32_t frame, const StepPlan& step);
  double branch_draw(std::uint32_t frame);
  ScriptId choose(std::uint32_t frame, const StepPlan& step);
  bool next_round(std::uint32_t frame, const StepPlan& step);
  std::uint32_t add_branch(std::uint32_t frame, ScriptId script);
  void start_branch(std::uint32_t frame, ScriptId script);
  void start_branches(std::uint32_t frame, const StepPlan& step);
  void frame_done(std::uint32_t frame);
  void join(std::uint32_t frame, bool enough);
  void drop_frames(std::uint32_t frame);

  // calls.cc: its calls, and who tries again
  bool start_call(std::uint32_t frame, CallId call);
  void send_call(std::uint32_t frame);
  Handle send_copy(std::uint32_t frame, Origin kind);
  void call_over(std::uint32_t frame, std::uint16_t code);
  void on_call_again(std::uint32_t frame, std::uint32_t generation);
  void call_answered(std::uint32_t frame, std::uint16_t code);
  void bring_tokens(std::uint32_t retry, std::uint64_t bucket);
  void bring_tokens(LoadId load, std::uint32_t retry);
  void note_try(std::uint32_t retry, std::uint16_t code, std::uint64_t bucket);
  bool may_retry(std::uint32_t retry, std::uint16_t code, Tries tries, std::uint64_t key,
                 std::uint64_t bucket);
  std::uint32_t add_user(LoadId load, std::uint64_t number);
  void user_answered(std::uint32_t user, std::uint16_t code);
  void on_user_again(std::uint32_t user);

  // call_guards.cc: what a caller keeps around them
  void find_guards();
  const GuardPlan* guard_of(const Request& request) const;
  bool admit_call(std::uint32_t frame);
  bool ask_breaker(std::uint32_t frame, const GuardPlan& guard);
  ApplicationBreaker& breaker_of(const GuardedCall& call) {
    return world_.guards.breakers[call.breaker][call.thread];
  }
  bool refuse_call(std::uint32_t frame, std::uint16_t code, ProxyCounter counter);
  void limit_copy(std::uint32_t frame, std::uint32_t slot);
  bool guarded_answered(std::uint32_t frame, std::uint16_t code);
  void settle_guards(std::uint32_t frame, std::uint16_t code);
  void drop_guarded(std::uint32_t frame);
  void on_guard_event(EventKind kind, std::uint32_t slot, std::uint32_t generation);
  void take_thread(std::uint32_t visit);
  void free_thread(std::uint32_t visit);

  // hedges.cc: further copies of a call
  void arm_hedge(std::uint32_t frame);
  void on_hedge_due(std::uint32_t frame, std::uint32_t serial);
  template <class Each>
  void each_copy(std::uint32_t frame, Each each);
  template <class Is>
  bool any_copy(std::uint32_t frame, Is is);
  bool awaits_copies(std::uint32_t frame);
  void release_copies(std::uint32_t frame, bool cancel);
  bool goes_there(const Request& request, EndpointId host);
  std::uint32_t visit_of(std::uint32_t slot) const;
  void tell_tied(std::uint32_t visit);
  void on_tied_begins(std::uint32_t slot);

  // call_balance.cc: the host, where the caller has no sidecar
  std::uint32_t pick_for_call(const Request& request, const GuardPlan& guard,
                              const ProxyCluster& cluster, const ClusterView& view, Draw& draw);
  std::uint32_t pick_least_loaded(const ProxyCluster& cluster, std::span<const std::uint32_t> hosts,
                                  Draw& draw) const;
  std::uint32_t pick_cheapest(const GuardPlan& guard, const ProxyCluster& cluster,
                              std::span<const std::uint32_t> hosts, CallBalancer& balancer,
                              Draw& draw);
  void note_round_trip(const Request& request, const Attempt& attempt);

  // carried.cc: deadlines and priorities that travel along
  Carried& carried_by_request(std::uint32_t slot);
  Carried& carried_by_visit(std::uint32_t visit);
  void carry_in(std::uint32_t slot, const Opening& opening);
  void carry_on(std::uint32_t frame, std::uint32_t slot, Instant until);
  bool comes_late(std::uint32_t visit);
  void refuse_late(std::uint32_t visit, bool waits);
  bool stops_late(std::uint32_t frame);
  // stores.cc: keys that it looks up
  void prepare_stores();
  void prefill_caches();
  void prefill_cache(std::uint32_t cache, EndpointId pod);
  std::uint32_t cache_of(std::uint32_t cache, EndpointId pod);
  std::uint64_t cache_key(std::uint32_t frame, const CacheUsePlan& use);
  bool look_up(std::uint32_t frame, const StepPlan& step);
  bool start_hit(std::uint32_t frame, const StepPlan& step);
  void start_part(std::uint32_t frame, ScriptId script);
  void part_done(std::uint32_t frame, std::uint16_t failed);
  bool is_awaited(const Visit& visit) const;
  void end_fetch(std::uint32_t frame, std::uint32_t hold, std::uint16_t failed);
  void fill_cache(const CacheUsePlan& use, Visit& visit, const Hold& hold);
  std::uint32_t add_hold(std::uint32_t frame, std::uint32_t cell, HoldState state);
  void link_waiting(List& list, std::uint32_t hold);
  void unlink_waiting(List& list, const Hold& hold);
  void wake(std::uint32_t hold);
  void on_hold_ready(std::uint32_t hold, std::uint32_t generation);
  void fail_step(std::uint32_t frame, std::uint16_t status);
  void drop_hold(const Frame& frame);
  void pass_fetch(const Hold& gone);

  // app_pools.cc: connections that it shares
  std::uint32_t app_pool_of(std::uint32_t pool, EndpointId pod);
  void take_connection(std::uint32_t frame, const StepPlan& step);
  void give_back(std::uint32_t pool);
  void on_connection_wait(std::uint32_t hold);

  // topics.cc: messages that it publishes
  void publish(std::uint32_t frame, std::uint32_t topic);
  void line_up(std::uint32_t message);
  void deliver_messages(std::uint32_t topic);
  void deliver_message(std::uint32_t message);
  void message_answered(std::uint32_t message, std::uint16_t code);

  // store_faults.cc: wipes, purges, shedding, limiters
  void on_store_fault(FaultId fault, bool start);
  void wipe_cache(const FaultPlan& fault);
  void lose_caches(EndpointId pod);
  void purge_queues(const FaultPlan& fault);
  bool is_shed(LoadId load, std::uint64_t number);
  bool passes_limiter(std::uint32_t visit);
  void teach_limiter(std::uint32_t visit, std::uint16_t code, bool overflowed);
  void sample_limiters();

  // failure.cc: faults, changes and scaling
  void schedule_timeline();
  void on_fault_edge(FaultId fault, bool start);
  enum class Door : std::uint8_t { Open, Refuses, Drops };
  Door door(EndpointId endpoint) const;
  void on_down_edge(std::uint32_t down, bool start);
  void crash(EndpointId endpoint);
  void revive(EndpointId endpoint);
  void on_change(ChangeId change);
  void scale(WorkloadId workload, std::uint32_t replicas);
  void on_membership(EndpointId endpoint, bool joins);
  void refresh_membership(EndpointId endpoint);
  void on_sample();
  bool hit_by(const FaultPlan& fault, EndpointId endpoint) const;

  std::shared_ptr<const Plan> plan_;
  std::uint64_t seed_;
  Draws draws_;
  World world_;
  Recorder recorder_;
  RetryPolicy inbound_retry_;
  IdVector<EndpointId, WorkloadId> workload_of_;  // the plan's, without the names between
  IdVector<RouteId, RouteLanes> route_lanes_;
  IdVector<ClusterConfigId, ClusterLanes> cluster_lanes_;
  IdVector<CallId, LaneId> call_lanes_;
  std::vector<LaneId> pool_lanes_;  // by index in Plan::pool_uses
  IdVector<LoadId, LaneId> load_lanes_;
  IdVector<WorkloadId, LaneId> server_age_lanes_;
  IdVector<WorkloadId, QueueLanes> queue_lanes_;
  IdVector<TemplateId, LaneId> grpc_lanes_;  // grpc-timeout of the request
  LaneId at_once_;                           // no time, but after the events of the instant
  /// By response; `no_report` without a usable one. Empty but for clusters that use reports.
  IdVector<ClusterConfigId, std::vector<std::uint64_t>> report_weights_;
  std::string text_;                     // scratch: no state
  std::vector<std::uint32_t> order_;     // the same
  Draw last_pick_{0};                    // the same: where the latest host pick began to draw
  bool probes_hosts_ = false;            // some cluster has active health checks
  std::vector<LaneId> half_open_lanes_;  // by guard
  bool carries_ = false;                 // deadlines or priorities travel along
  bool watches_work_ = false;            // somebody wants to know who begins to work
  bool picks_for_calls_ = false;         // some call chooses its host, or has copies
  bool plain_work_ = true;               // no cores, meters, processes: a step is its time
  EndedBy ended_by_ = EndedBy::Horizon;
  Instant until_{};  // farthest instant asked for so far
};

}  // namespace mesh
