// What a caller keeps around its calls: may they go out, how long may they take, how did they end.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

/// What a refusal of one's own costs: time must pass, or a script that calls again at once would do
/// so for ever at one instant.
constexpr Duration refusal_time = microseconds(1);

}  // namespace

/// Which of all this the plan wants; what it does not want costs nothing.
void Engine::find_guards() {
  carries_ = watches_work_ = picks_for_calls_ = false;
  bool threads = false;
  half_open_lanes_.clear();
  for (const GuardPlan& guard : plan_->guards) {
    half_open_lanes_.push_back(lane_of(guard.half_open_timeout));
    carries_ = carries_ || guard.deadline;
    threads = threads || (guard.breaks && guard.per_thread);
    watches_work_ = watches_work_ || threads || (guard.hedges && guard.hedge.tied);
    picks_for_calls_ = picks_for_calls_ || guard.hedges || guard.balance != CallBalance::None;
  }
  for (const WorkloadPlan& workload : plan_->workloads) {
    carries_ = carries_ || workload.obeys_deadlines;
  }
  for (const LoadPlan& load : plan_->loads) carries_ = carries_ || load.priority != no_priority;
  for (const HandlerPlan& handler : plan_->handlers) {
    carries_ = carries_ || handler.hands_priority_on;
  }
  if (threads) world_.guards.threads.resize(plan_->endpoints.size());
}

/// The guard of the call that the request is a copy of; null if there is none.
const GuardPlan* Engine::guard_of(const Request& request) const {
  if (request.kind != Origin::Call && request.kind != Origin::Hedge) return nullptr;
  const Frame* frame = world_.frames.find(request.origin);
  if (frame == nullptr) return nullptr;
  const std::uint32_t guard = plan_->calls[frame->call].guard;
  return guard == no_guard ? nullptr : &plan_->guards[guard];
}

/// May the call go out? A refusal is its end; nobody tries it again.
bool Engine::admit_call(std::uint32_t id) {
  const std::uint32_t guard_id = plan_->calls[world_.frames[id].call].guard;
  const GuardPlan& guard = plan_->guards[guard_id];
  std::vector<GuardedCall>& calls = world_.guards.calls;
  if (calls.size() <= id) calls.resize(id + 1);
  const std::uint32_t serial = calls[id].serial + 1;
  calls[id] = {};
  calls[id].serial = serial & event_generation_mask;
  calls[id].started = now();
  Visit& visit = world_.visits[world_.frames[id].visit];
  if (guard.deadline && carried_by_visit(world_.frames[id].visit).deadline <= now()) {
    return refuse_call(id, 504, ProxyCounter::call_deadline_passed);
  }
  if (guard.breaks && !ask_breaker(id, guard)) {
    return refuse_call(id, 503, ProxyCounter::call_breaker_refused);
  }
  if (guard.throttles) {
    ThrottleWindow& window = world_.guards.throttles.of(bucket_key(visit.endpoint.value, guard_id));
    const double u = draws_.at(Purpose::Throttle, visit.key, ++visit.calls).uniform01();
    if (refuses(guard.throttle, window, now(), u)) {
      if (guard.breaks) breaker_of(calls[id]).forgo(calls[id].permit);
      return refuse_call(id, 503, ProxyCounter::call_throttled);
    }
  }
  calls[id].active = plan_->calls[world_.frames[id].call].waits;
  return true;
}

bool Engine::ask_breaker(std::uint32_t id, const GuardPlan& guard) {
  GuardedCall& call = world_.guards.calls[id];
  const Frame& frame = world_.frames[id];
  const std::uint32_t pod = world_.visits[frame.visit].endpoint.value;
  const std::uint64_t key = bucket_key(pod, plan_->calls[frame.call].guard);
  call.breaker = static_cast<std::uint32_t>(
      world_.guards.breakers.find_or_add(key, [] { return std::vector<ApplicationBreaker>(1); }));
  call.thread = guard.per_thread ? world_.guards.thread_of[frame.visit] : 0;
  std::vector<ApplicationBreaker>& threads = world_.guards.breakers[call.breaker];
  if (threads.size() <= call.thread) threads.resize(call.thread + 1);
  call.permit = breaker_of(call).ask(guard.breaker, now());
  return call.permit.granted;
}

bool Engine::refuse_call(std::uint32_t id, std::uint16_t code, ProxyCounter counter) {
  const Frame& frame = world_.frames[id];
  recorder_.count(world_.visits[frame.visit].endpoint, counter);
  world_.guards.calls[id].refusal = code;
  if (plan_->calls[frame.call].waits) {
    push(now() + refusal_time, EventKind::CallRefused, id, world_.frames.generation(id));
  }
  return false;
}

/// When the caller hangs up: after the call's timeout, which a further copy does not begin anew, or
/// that of a probe, and at the deadline if that is earlier.
void Engine::limit_copy(std::uint32_t id, std::uint32_t slot) {
  const Frame& frame = world_.frames[id];
  const std::uint32_t guard = plan_->calls[frame.call].guard;
  Duration timeout = plan_->calls[frame.call].timeout;
  LaneId lane = call_lanes_[frame.call];
  Instant started = now();
  if (guard != no_guard) {
    const GuardedCall& call = world_.guards.calls[id];
    started = call.started;
    if (call.permit.probe && half_open_lanes_[guard].valid()) {
      timeout = plan_->guards[guard].half_open_timeout;
      lane = half_open_lanes_[guard];
    }
  }
  Instant until = never;
  if (timeout.ns > 0 && timeout.ns < never.ns - started.ns) until = started + timeout;
  if (carries_) carry_on(id, slot, until);
  const Instant deadline = carries_ ? carried_by_request(slot).deadline : never;
  Request& request = world_.requests[slot];
  const std::uint32_t generation = world_.requests.generation(slot);
  if (deadline < until || (until != never && started != now())) {
    push(std::min(deadline, until), EventKind::DeadlinePasses, slot, generation);
  } else {
    request.downstream_timer = arm(lane, TimerKind::DownstreamTimeout, slot, generation);
  }
}

/// One copy has its answer. False when others may still bring a better one.
bool Engine::guarded_answered(std::uint32_t id, std::uint16_t code) {
  const std::uint32_t guard_id = plan_->calls[world_.frames[id].call].guard;
  const GuardPlan& guard = plan_->guards[guard_id];
  GuardedCall& call = world_.guards.calls[id];
  if (guard.hedges) {
    // Without an answer the caller has hung up: that ends all of it.
    if (code >= 400 && awaits_copies(id)) return false;
    release_copies(id, guard.hedge.cancels);
    if (guard.hedge.quantile > 0 && code < 400) {
      const std::uint32_t pod = world_.visits[world_.frames[id].visit].endpoint.value;
      world_.guards.delays.of(bucket_key(pod, guard_id))
          .add(guard.hedge.quantile, elapsed(call.started, now()));
    }
  }
  settle_guards(id, code);
  call.active = false;
  call.serial = (call.serial + 1) & event_generation_mask;
  return true;
}

void Engine::settle_guards(std::uint32_t id, std::uint16_t code) {
  const Frame& frame = world_.frames[id];
  const std::uint32_t guard_id = plan_->calls[frame.call].guard;
  const GuardPlan& guard = plan_->guards[guard_id];
  const EndpointId pod = world_.visits[frame.visit].endpoint;
  if (guard.throttles && !guard.rejections.contains(code)) {
    accept(guard.throttle, world_.guards.throttles.of(bucket_key(pod.value, guard_id)), now());
  }
  if (!guard.breaks) return;
  using Change = ApplicationBreaker::Change;
  const GuardedCall& call = world_.guards.calls[id];
  const Change change =
      breaker_of(call).settle(guard.breaker, now(), call.permit, guard.failures.contains(code));
  if (change == Change::None) return;
  recorder_.note(
      {.at = now(),
       .what = change == Change::Opened ? EventNote::BreakerOpen : EventNote::BreakerClose,
       .proxy_workload = workload_of(pod),
       .proxy = pod,
       .detail = guard.service.value});
}

/// The frame has gone: its copies are hung up on, its breaker learns nothing.
void Engine::drop_guarded(std::uint32_t id) {
  if (id >= world_.guards.calls.size() || !world_.guards.calls[id].active) return;
  GuardedCall& call = world_.guards.calls[id];
  call.active = false;
  call.serial = (call.serial + 1) & event_generation_mask;
  if (call.breaker != nil) breaker_of(call).forgo(call.permit);
  for (std::uint32_t h = 0; h < call.hedges; ++h) {
    const Handle copy = call.copies[h];
    if (world_.requests.alive(copy)) on_downstream_gone(copy.slot);
  }
}

void Engine::on_guard_event(EventKind kind, std::uint32_t slot, std::uint32_t generation) {
  switch (kind) {
    case EventKind::CallRefused:
      if (world_.frames.alive(slot, generation)) call_over(slot, world_.guards.calls[slot].refusal);
      return;
    case EventKind::CallHedgeDue:
      return on_hedge_due(slot, generation);
    case EventKind::TiedBegins:
      if (world_.requests.alive(slot, generation)) on_tied_begins(slot);
      return;
    default:  // DeadlinePasses
      if (world_.requests.alive(slot, generation)) on_downstream_gone(slot);
      return;
  }
}

/// A visit begins to work: as which thread of its pod?
void Engine::take_thread(std::uint32_t id) {
  tell_tied(id);
  if (world_.guards.threads.empty()) return;
  const EndpointId pod = world_.visits[id].endpoint;
  Threads& threads = world_.guards.threads[pod];
  const std::uint32_t workers = plan_->workloads[workload_of(pod)].workers;
  const bool makes = threads.idle.empty() || threads.made < workers;
  std::vector<std::uint32_t>& of = world_.guards.thread_of;
  if (of.size() <= id) of.resize(id + 1);
  of[id] = makes ? threads.made++ : threads.idle.pop_front();
}

void Engine::free_thread(std::uint32_t id) {
  if (world_.guards.threads.empty() || world_.guards.thread_of.size() <= id) return;
  world_.guards.threads[world_.visits[id].endpoint].idle.push_back(world_.guards.thread_of[id]);
}

}  // namespace mesh
