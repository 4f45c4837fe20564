// Setting a run up, the table of handlers, and what is read off at the end.
#include "libmesh/engine/engine.h"

#include "libmesh/base/check.h"
#include "libmesh/base/version.h"

namespace mesh {

namespace {

Names names_of(const Plan& plan) {
  Names names;
  for (const WorkloadPlan& w : plan.workloads) {
    names.workloads.add(w.name);
    names.workload_namespaces.add(w.name_space);
    names.versions.add(w.version);
    names.localities.add(w.locality);
  }
  for (const ServicePlan& s : plan.services) names.services.add(s.host);
  for (const EndpointPlan& e : plan.endpoints) {
    names.endpoints.add(e.name);
    names.endpoint_workload.add(e.workload);
  }
  for (const std::string& c : plan.clusters) names.clusters.add(c);
  for (const RoutePlan& r : plan.routes) {
    names.routes.add(r.name);
    names.route_places.add(r.place);
  }
  for (const RequestTemplate& t : plan.templates) names.requests.add(t.text);
  for (const LoadPlan& l : plan.loads) names.loads.add(l.name);
  for (const FaultPlan& f : plan.faults) names.faults.add(f.text);
  for (const ChangePlan& c : plan.changes) names.changes.add(c.text);
  names.stores = plan.stores;
  return names;
}

RecordOptions record_options(const Plan& plan) {
  return {.bucket = plan.record.bucket,
          .warmup = plan.warmup,
          .requests = plan.record.requests,
          .sample = plan.record.sample,
          .keep_errors = plan.record.keep_errors,
          .keep_slowest = plan.record.keep_slowest};
}

/// The retry policy of every inbound route (`istio.md` §1.1.2, BuildDefaultHTTPInboundRoute).
RetryPolicy inbound_policy() {
  RetryPolicy policy;
  policy.on = RetryOn::ResetBeforeRequest;
  policy.num_retries = 2;
  return policy;
}

}  // namespace

Engine::Engine(std::shared_ptr<const Plan> plan, std::uint64_t seed)
    : plan_(std::move(plan)),
      seed_(seed),
      draws_(seed),
      recorder_(record_options(*plan_), names_of(*plan_), seed),
      inbound_retry_(inbound_policy()) {
  start();
}

void Engine::start() {
  world_.endpoints.resize(plan_->endpoints.size());
  world_.workloads.resize(plan_->workloads.size());
  world_.loads.resize(plan_->loads.size());
  for (std::uint32_t w = 0; w < plan_->workloads.size(); ++w) {
    const WorkloadPlan& workload = plan_->workloads[WorkloadId{w}];
    world_.workloads[WorkloadId{w}].replicas = workload.replicas;
    for (std::uint32_t i = workload.replicas; i < workload.reserved; ++i) {
      EndpointState& pod = world_.endpoints[EndpointId{workload.first_endpoint.value + i}];
      pod.exists = false;
      pod.member = false;
    }
  }
  world_.limit_counters.resize(plan_->limit_counters);
  world_.member_since.resize(plan_->endpoints.size(), plan_->clusters_made_at);
  workload_of_.resize(plan_->endpoints.size());
  for (std::uint32_t e = 0; e < plan_->endpoints.size(); ++e) {
    workload_of_[EndpointId{e}] = plan_->endpoints[EndpointId{e}].workload;
  }
  find_lanes();
  order_queues();
  share_processors();
  prepare_stores();
  prefill_caches();
  begin_lives();
  meter_pods();
  limit_faults();
  limit_bandwidth();
  weigh_reports();
  for (std::uint32_t c = 0; c < plan_->cluster_configs.size(); ++c) {
    build_shared_view(ClusterConfigId{c});
  }
  grow_pairs();
  schedule_timeline();
  watch_hosts();
  start_loads();
}

/// Active faults are counted only where a route limits them.
void Engine::limit_faults() {
  for (const RoutePlan& route : plan_->routes) {
    if (route.fault.max_active == unlimited) continue;
    world_.injected.resize(plan_->endpoints.size());
    return;
  }
}

bool Engine::adopt(std::shared_ptr<const Plan> plan) {
  const auto same_pods = [](const Plan& a, const Plan& b) {
    if (a.endpoints.size() != b.endpoints.size() || a.workloads.size() != b.workloads.size() ||
        a.services.size() != b.services.size() || a.loads.size() != b.loads.size()) {
      return false;
    }
    for (std::uint32_t i = 0; i < a.workloads.size(); ++i) {
      const WorkloadPlan& x = a.workloads[WorkloadId{i}];
      const WorkloadPlan& y = b.workloads[WorkloadId{i}];
      if (x.name != y.name || x.name_space != y.name_space || x.reserved != y.reserved) {
        return false;
      }
    }
    return true;
  };
  if (!same_pods(*plan_, *plan)) return false;
  const std::size_t known_changes = plan_->changes.size();
  const auto known_autoscalers = static_cast<std::uint32_t>(plan_->autoscalers.size());
  plan_ = std::move(plan);
  for (std::uint32_t l = 0; l < plan_->loads.size(); ++l) world_.loads[LoadId{l}].whole = -1;
  find_lanes();
  world_.limit_counters.resize(plan_->limit_counters);
  order_queues();
  share_processors();
  prepare_stores();
  begin_lives();
  meter_pods();
  limit_faults();
  limit_bandwidth();
  weigh_reports();
  for (std::uint32_t c = 0; c < plan_->cluster_configs.size(); ++c) {
    build_shared_view(ClusterConfigId{c});
  }
  for (std::uint32_t c = static_cast<std::uint32_t>(known_changes); c < plan_->changes.size();
       ++c) {
    push(std::max(plan_->changes[ChangeId{c}].at, now()), EventKind::ChangeDue, c);
  }
  schedule_autoscalers(known_autoscalers);
  recorder_.rename(names_of(*plan_));
  return true;
}

std::uint64_t Engine::run_events(std::uint64_t count, Instant until) {
  until_ = std::max(until_, std::min(until, plan_->until));
  return world_.loop.run_some(until, count, *this);
}

void Engine::on_event(const Event& event) {
  dispatch(event);
  if (!world_.detections.empty()) handle_detections();
}

void Engine::dispatch(const Event& event) {
  const std::uint32_t slot = event.slot(), generation = event.generation();
  switch (static_cast<EventKind>(event.kind())) {
    case EventKind::ArrivalDue:
      return on_arrival(LoadId{slot});
    case EventKind::UserDue:
      return generation == 0 ? on_user(slot) : on_user_again(slot);
    case EventKind::FaultDelayDone:
      if (world_.requests.alive(slot, generation)) abort_or_route(slot);
      return;
    case EventKind::ReachesServer:
      if (world_.visits.alive(slot, generation)) on_reaches_server(slot);
      return;
    case EventKind::StepDone:
      if (world_.frames.alive(slot, generation)) on_step_done(slot);
      return;
    case EventKind::ReachesCaller:
      if (world_.attempts.alive(slot, generation)) on_reaches_caller(slot);
      return;
    case EventKind::ReplyDue:
      return on_reply_due(slot, generation);
    case EventKind::Connected:
      if (world_.connections.alive(slot, generation)) on_connected(slot);
      return;
    case EventKind::BackoffDone:
      return on_backoff_done(slot, generation);
    case EventKind::CancelReaches:
      return on_cancel_reaches(slot, generation);
    default:
      return dispatch_rare(event);
  }
}

/// What happens once in many requests, or where a feature is used that few use.
void Engine::dispatch_rare(const Event& event) {
  const std::uint32_t slot = event.slot(), generation = event.generation();
  switch (static_cast<EventKind>(event.kind())) {
    case EventKind::OutlierSweep:
      return on_outlier_sweep(slot);
    case EventKind::MergeWindowEnds:
      return on_merge_window(slot, generation);
    case EventKind::FaultEdge:
      return on_fault_edge(FaultId{slot}, generation == 0);
    case EventKind::DownEdge:
      return on_down_edge(slot, generation == 0);
    case EventKind::ChangeDue:
      return on_change(ChangeId{slot});
    case EventKind::MembershipReaches:
      return on_membership(EndpointId{slot}, generation != 0);
    case EventKind::SampleTick:
      return on_sample();
    case EventKind::ConcurrencyUpdate:
      return on_concurrency_update(EndpointId{slot}, generation);
    case EventKind::ConcurrencyMeasure:
      return on_concurrency_measure(EndpointId{slot}, generation);
    case EventKind::WeightUpdate:
      return on_weight_update(slot);
    case EventKind::IdleDue:
      return on_idle_due(slot, generation);
    case EventKind::ProbeDue:
    case EventKind::ProbeConnected:
    case EventKind::ProbeAnswered:
      return on_probe(static_cast<EventKind>(event.kind()), slot, generation);
    case EventKind::ProcessorDue:
      return on_processor_due(EndpointId{slot}, generation);
    case EventKind::CallAgain:
      return on_call_again(slot, generation);
    case EventKind::NameUnknown:
      if (world_.frames.alive(slot, generation)) call_answered(slot, 0);
      return;
    case EventKind::PatienceEnds:
      return on_patience_ends(slot, generation);
    case EventKind::AutoscaleTick:
      return on_autoscale(slot);
    case EventKind::PauseDue:
    case EventKind::PodReady:
    case EventKind::OutOfMemory:
      return on_life(static_cast<EventKind>(event.kind()), EndpointId{slot}, generation);
    case EventKind::HoldReady:
      return on_hold_ready(slot, generation);
    case EventKind::MessageDue:
      if (world_.stores.messages.alive(slot, generation)) line_up(slot);
      return;
    default:
      return on_guard_event(static_cast<EventKind>(event.kind()), slot, generation);
  }
}

void Engine::on_timer(const Fired& timer) {
  expire(timer);
  if (!world_.detections.empty()) handle_detections();
}

void Engine::expire(const Fired& timer) {
  const std::uint32_t slot = timer.slot();
  switch (static_cast<TimerKind>(timer.kind())) {
    case TimerKind::RouteTimeout:
      world_.requests[slot].route_timer = TimerRef::none();
      return on_route_timeout(slot);
    case TimerKind::DownstreamTimeout:
      world_.requests[slot].downstream_timer = TimerRef::none();
      return on_downstream_gone(slot);
    case TimerKind::PerTryTimeout:
      world_.attempts[slot].per_try = TimerRef::none();
      return on_per_try_timeout(slot);
    case TimerKind::ConnectTimeout:
      world_.connections[slot].timer = TimerRef::none();
      return on_connect_timeout(slot);
    case TimerKind::IdleTimeout:
      world_.connections[slot].timer = TimerRef::none();
      return on_idle_timeout(slot);
    case TimerKind::ConnectionAge:
      world_.connections[slot].age_timer = TimerRef::none();
      return on_connection_age(slot);
    case TimerKind::StreamDuration:
      world_.attempts[slot].duration = TimerRef::none();
      return on_stream_duration(slot);
    case TimerKind::SessionIdle:
      world_.requests[slot].route_timer = TimerRef::none();
      return on_session_idle(slot);
    case TimerKind::ServerAge:
      world_.connections[slot].age_timer = TimerRef::none();
      return on_server_age(slot);
    case TimerKind::ProbeTimeout:
      world_.probes[slot].timer = TimerRef::none();
      return on_probe_timeout(slot);
    case TimerKind::Patience:
      world_.visits[slot].patience = TimerRef::none();
      return turn_away(slot);
    case TimerKind::ConnectionWait:
      return on_connection_wait(slot);
  }
}

std::uint32_t Engine::version_of(EndpointId) const {
  return world_.version;  // istiod's push reaches every proxy at once
}

const ProxyConfig& Engine::proxy_config(EndpointId proxy) const {
  return plan_->versions[version_of(proxy)].proxies[workload_of(proxy)];
}

RunInfo Engine::info() const {
  RunInfo info;
  info.scenario = plan_->scenario;
  info.version = version();
  info.config_digest = plan_->config_digest;
  info.seed = seed_;
  info.until = until_;
  info.warmup = plan_->warmup;
  info.ended = now();
  info.ended_by = ended_by_;
  if (ended_by_ == EndedBy::Limit) info.limit = what_grew();
  info.events = world_.loop.handled();
  info.fingerprint = world_.loop.fingerprint();
  info.requests_created = world_.requests_created;
  info.requests_in_flight = world_.requests.size();
  info.updates_via_merge = world_.updates_via_merge;
  for (std::uint32_t f = 0; f < plan_->faults.size(); ++f) {
    const FaultPlan& fault = plan_->faults[FaultId{f}];
    info.fault_spans.push_back({fault.from, fault.to, FaultId{f}});
  }
  return info;
}

/// Requests that an application still works on enter the table of visits as unfinished.
std::shared_ptr<const RunRecord> Engine::record() const {
  if (!plan_->record.requests) return recorder_.peek(info(), stats());
  Recorder complete = recorder_;
  world_.visits.for_each([&](std::uint32_t, const Visit& visit) {
    if (visit.number == 0 || visit.probe != nil) return;  // has not reached the application
    complete.visit_ended({.request = visit.request,
                          .workload = workload_of(visit.endpoint),
                          .endpoint = visit.endpoint,
                          .arrived = visit.arrived,
                          .started = visit.has_worker ? visit.started : now(),
                          .ended = now(),
                          .unfinished = true});
  });
  return complete.finish(info(), stats());
}

}  // namespace mesh
