// The application: its workers, its queue, its answers.
#include "libmesh/engine/engine.h"

namespace mesh {

/// A request reaches the pod: through its sidecar's inbound listener, or straight.
void Engine::on_reaches_server(std::uint32_t id) {
  Visit& visit = world_.visits[id];
  const EndpointId endpoint = visit.endpoint;
  const WorkloadPlan& workload = plan_->workloads[workload_of(endpoint)];
  if (visit.inbound || !workload.receives_through_sidecar) return enter_application(id);
  const ClusterConfigId inbound = proxy_config(endpoint).inbound;
  const bool down = door(endpoint) != Door::Open;
  const auto& route_of = proxy_config(endpoint).inbound_route_of;
  const RouteId route =
      route_of.contains(visit.as_received) ? route_of[visit.as_received] : RouteId::none();
  if (!inbound.valid() || (!down && !route.valid() &&
                           plan_->cluster_configs[inbound].breaker == CircuitBreakerConfig{})) {
    // Nothing on the receiving side can refuse: its router would only pass the request on.
    return enter_application(id);
  }
  const Attempt* attempt = world_.attempts.find(visit.attempt);
  if (attempt != nullptr && world_.requests[attempt->request].session) {
    if (!down) return enter_application(id);
    answer(id, 0, Action::Close);  // its TCP proxy finds nobody and hangs up
    return world_.visits.erase(id);
  }
  const Visit outer = visit;
  const std::uint32_t slot =
      open_request({.kind = Origin::Inbound,
                    .origin = world_.visits.handle(id),
                    .key = scramble(outer.key + 0x696e626f756e64u),
                    .root = root_of(outer),
                    .parent = outer.request,
                    .proxy = endpoint,
                    .worker = static_cast<std::uint16_t>(outer.key % workload.concurrency),
                    .request = outer.as_received});
  world_.visits[id].inbound_request = world_.requests.handle(slot);
  world_.requests[slot].cluster = plan_->cluster_configs[inbound].cluster;
  if (!route.valid()) return forward(slot, &inbound_retry_);
  world_.requests[slot].route = route;
  begin_filters(slot);
}

void Engine::enter_application(std::uint32_t id) {
  Visit& visit = world_.visits[id];
  const WorkloadId workload_id = workload_of(visit.endpoint);
  const WorkloadPlan& workload = plan_->workloads[workload_id];
  EndpointState& endpoint = world_.endpoints[visit.endpoint];
  if (endpoint.crashes > 0) {  // it went down while the request was on its way
    answer(id, 0, Action::Close);
    world_.visits.erase(id);
    return;
  }
  visit.arrived = now();
  // Rules by number count requests, not health checks.
  visit.number = visit.probe == nil ? ++endpoint.received : endpoint.received + 1;
  Attempt* attempt = world_.attempts.find(visit.attempt);
  if (attempt != nullptr) note_reached(*attempt);
  if (plan_->handlers[visit.handler].rules > 0) {
    visit.rule = choose_rule(visit, attempt != nullptr ? attempt->number : visit.attempt_number);
  }
  visit.alive_next = endpoint.first_visit;
  if (endpoint.first_visit != nil) world_.visits[endpoint.first_visit].alive_prev = id;
  endpoint.first_visit = id;
  ++endpoint.in_flight;
  ++world_.workloads[workload_id].in_flight;
  if (carries_ && comes_late(id)) return refuse_late(id, false);
  if (!world_.stores.limiters.empty() && !passes_limiter(id)) {
    answer(id, workload.overflow_status, Action::Respond);
    return leave(id, workload.overflow_status, true);
  }
  if (!world_.lives.empty()) watch_memory(visit.endpoint);
  if (workload.workers == 0 || endpoint.busy < workload.workers) return start_work(id);
  if (!workload.first_come) return wait_in_turn(id);
  if (endpoint.queued >= workload.queue) {
    answer(id, workload.overflow_status, Action::Respond);
    return leave(id, workload.overflow_status, true);
  }
  visit.queue_prev = endpoint.queue.back;
  if (endpoint.queue.back != nil) {
    world_.visits[endpoint.queue.back].queue_next = id;
  } else {
    endpoint.queue.front = id;
  }
  endpoint.queue.back = id;
  ++endpoint.queued;
  ++world_.workloads[workload_id].queued;
}

/// The instance has it; so has whoever sent it to the receiving sidecar.
void Engine::note_reached(Attempt& attempt) {
  attempt.reached = true;
  const Request& request = world_.requests[attempt.request];
  if (request.kind != Origin::Inbound || !world_.visits.alive(request.origin)) return;
  Attempt* outer = world_.attempts.find(world_.visits[request.origin.slot].attempt);
  if (outer != nullptr) outer->reached = true;
}

/// The first rule of the handler whose conditions hold now; nil if none.
std::uint32_t Engine::choose_rule(const Visit& visit, std::uint16_t attempt) const {
  const HandlerPlan& handler = plan_->handlers[visit.handler];
  for (std::uint32_t r = handler.first_rule; r < handler.first_rule + handler.rules; ++r) {
    const RulePlan& rule = plan_->rules[r];
    if (now() < rule.after || now() >= rule.before) continue;
    if (rule.attempt != 0 && rule.attempt != attempt) continue;
    if (rule.cycle_of > 0 && (rule.cycle_at >> ((visit.number - 1) % rule.cycle_of) & 1u) == 0) {
      continue;
    }
    bool counted = rule.counts == 0;
    for (std::uint32_t c = rule.first_count; c < rule.first_count + rule.counts; ++c) {
      counted = counted ||
                (plan_->counts[c].first <= visit.number && visit.number <= plan_->counts[c].last);
    }
    if (!counted) continue;
    if (rule.chance < 1.0 && seeded_uniform(rule.chance_seed, visit.number - 1) >= rule.chance) {
      continue;
    }
    return r;
  }
  return nil;
}

const AnswerPlan& Engine::answer_plan(const Visit& visit) const {
  return visit.rule != nil ? plan_->rules[visit.rule].answer
                           : plan_->handlers[visit.handler].answer;
}

void Engine::start_work(std::uint32_t id) {
  Visit& visit = world_.visits[id];
  visit.started = now();
  visit.has_worker = true;
  ++world_.endpoints[visit.endpoint].busy;
  ++world_.workloads[workload_of(visit.endpoint)].busy;
  if (watches_work_) take_thread(id);
  const AnswerPlan& answer = answer_plan(visit);
  const ScriptPlan& script = plan_->scripts[answer.script];
  visit.frame = world_.frames.add().slot;
  Frame& frame = world_.frames[visit.frame];
  frame.visit = id;
  frame.next_step = script.first;
  frame.end_step = script.first + script.count;
  const Duration time = service_time(visit, answer.time, Purpose::ServiceTime);
  if (!plain_work_) return work(visit.frame, time);
  push(now() + time, EventKind::StepDone, visit.frame, world_.frames.generation(visit.frame));
}

Duration Engine::service_time(Visit& visit, std::uint32_t distribution, Purpose purpose,
                              bool sleeps) {
  const std::uint64_t received = visit.number - 1;
  Duration time = plan_->distributions[distribution].sample(
      draws_.at(purpose, visit.key, visit.steps), received);
  ++visit.steps;
  if (!world_.lives.empty()) time = paced(visit.endpoint, time);
  for (const FaultId id : world_.active_faults) {
    const FaultPlan& fault = plan_->faults[id];
    if (!hit_by(fault, visit.endpoint)) continue;
    switch (fault.kind) {
      case FaultKind::Slow:
      case FaultKind::CpuSteal:
        if (sleeps && fault.kind == FaultKind::CpuSteal) break;
        time.ns = static_cast<std::int64_t>(static_cast<double>(time.ns) * fault.factor + 0.5);
        break;
      case FaultKind::Delay:
        if (purpose == Purpose::ServiceTime) {
          time = time + plan_->distributions[fault.delay].sample(
                            draws_.at(Purpose::FaultTarget, visit.key, id.value), received);
        }
        break;
      case FaultKind::Hang:  // it goes on when the fault is over
        if (fault.to == never) return {never.ns / 2};
        time = time + elapsed(now(), fault.to);
        break;
      default:  // does not concern time
        break;
    }
  }
  return time;
}

void Engine::work_done(std::uint32_t id, std::uint16_t failed) {
  const Visit& visit = world_.visits[id];
  if (visit.streaming) {
    end_stream(id, true);
    return leave(id, answer_plan(visit).status, false);
  }
  const HandlerPlan& handler = plan_->handlers[visit.handler];
  const AnswerPlan& plan = answer_plan(visit);
  std::uint16_t code = plan.status;
  Action action = plan.action;
  if (failed != 0) {
    code = failed;
    action = Action::Respond;
  } else if (handler.error_rate > 0 &&
             draws_.at(Purpose::ErrorChance, visit.key, 0).uniform01() < handler.error_rate) {
    code = handler.error_status;
  } else if (handler.limits > 0 && over_limit(handler)) {
    code = 429;
  }
  for (const FaultId fault_id : world_.active_faults) {
    const FaultPlan& fault = plan_->faults[fault_id];
    if (fault.kind != FaultKind::Errors || !hit_by(fault, visit.endpoint)) continue;
    if (draws_.at(Purpose::ErrorChance, visit.key, 1 + fault_id.value).uniform01() < fault.share) {
      code = fault.status;
    }
  }
  if (action == Action::Hang) return;                           // keeps its worker for ever
  const bool streams = plan.stream != 0 && visit.probe == nil;  // a check reads headers only
  if (streams && action == Action::Respond && code == plan.status) {
    return start_stream(id, code, plan.stream);
  }
  answer(id, code, action);
  leave(id, code, false);
}

/// Sends the answer on its way, if somebody still waits for it.
void Engine::answer(std::uint32_t id, std::uint16_t code, Action action) {
  const Visit& visit = world_.visits[id];
  Attempt* attempt = world_.attempts.find(visit.attempt);
  if (attempt == nullptr || attempt->state != AttemptState::Active) {
    if (visit.probe != nil) answer_probe(visit, code, action, answer_plan(visit).response);
    return;
  }
  if (attempt->streams) return end_stream(id, false);
  switch (action) {
    case Action::ResetAfterHeaders:
      attempt->resets_later = true;
      [[fallthrough]];
    case Action::Respond:
      attempt->code = code;
      // A failed call answers with an empty response, whatever the handler's headers.
      if (code == answer_plan(visit).status) attempt->response = answer_plan(visit).response;
      break;
    case Action::Reset:
    case Action::RefuseStream: {
      // HTTP/1 can only reset the connection; HTTP/2 resets the stream.
      const bool http2 = world_.connections[attempt->connection].http2;
      attempt->code = 0;
      attempt->reset = !http2                    ? ResetReason::ConnectionTermination
                       : action == Action::Reset ? ResetReason::RemoteReset
                                                 : ResetReason::RemoteRefusedStream;
      break;
    }
    case Action::Close:
      attempt->code = 0;
      attempt->reset = ResetReason::ConnectionTermination;
      break;
    case Action::Hang:
      return;
  }
  fetch_for_answer(*attempt);
  push(now() + way_back(visit, *attempt), EventKind::ReachesCaller, visit.attempt.slot,
       visit.attempt.generation);
}

/// From the instance to the proxy that waits for its answer.
Duration Engine::way_back(const Visit& visit, const Attempt& attempt) {
  if (world_.broken_links.empty()) return attempt.way_back;
  const Request& request = world_.requests[attempt.request];
  const Packet packet{request.key, attempt.number * 4u + 1,
                      plan_->responses[attempt.response].body_bytes};
  return attempt.way_back + hindrance(visit.endpoint, request.proxy, packet);
}

/// The visit is over for the instance: its worker, or its place in the queue, is free.
void Engine::leave(std::uint32_t id, std::uint16_t code, bool overflowed) {
  const Visit& visit = world_.visits[id];
  const EndpointId at = visit.endpoint;
  const bool had_worker = visit.has_worker;
  const WorkloadId workload = workload_of(at);
  EndpointState& endpoint = world_.endpoints[at];
  recorder_.visit_ended({.request = visit.request,
                         .workload = workload,
                         .endpoint = at,
                         .arrived = visit.arrived,
                         .started = had_worker ? visit.started : now(),
                         .ended = now(),
                         .code = code,
                         .abandoned = !world_.attempts.alive(visit.attempt) && visit.probe == nil,
                         .overflowed = overflowed,
                         .probe = visit.probe != nil});
  if (!world_.stores.limiters.empty()) teach_limiter(id, code, overflowed);
  if (visit.alive_prev != nil) {
    world_.visits[visit.alive_prev].alive_next = visit.alive_next;
  } else {
    endpoint.first_visit = visit.alive_next;
  }
  if (visit.alive_next != nil) world_.visits[visit.alive_next].alive_prev = visit.alive_prev;
  --endpoint.in_flight;
  --world_.workloads[workload].in_flight;
  if (!had_worker && !overflowed) unlink_waiting(id);
  if (had_worker && watches_work_) free_thread(id);
  world_.visits.erase(id);
  if (had_worker) free_worker(at);
}

/// Takes somebody who waits out of the queue.
void Engine::unlink_waiting(std::uint32_t id) {
  if (!world_.queues.empty()) forget_place(id);
  const Visit& visit = world_.visits[id];
  EndpointState& endpoint = world_.endpoints[visit.endpoint];
  if (visit.queue_prev != nil) {
    world_.visits[visit.queue_prev].queue_next = visit.queue_next;
  } else {
    endpoint.queue.front = visit.queue_next;
  }
  if (visit.queue_next != nil) {
    world_.visits[visit.queue_next].queue_prev = visit.queue_prev;
  } else {
    endpoint.queue.back = visit.queue_prev;
  }
  --endpoint.queued;
  --world_.workloads[workload_of(visit.endpoint)].queued;
}

void Engine::free_worker(EndpointId id) {
  EndpointState& endpoint = world_.endpoints[id];
  --endpoint.busy;
  --world_.workloads[workload_of(id)].busy;
  if (endpoint.queue.front == nil || endpoint.crashes > 0) return;
  std::uint32_t next = world_.queues.empty() ? endpoint.queue.front : next_in_turn(id);
  while (carries_ && next != nil && comes_late(next)) {
    refuse_late(next, true);
    next = world_.queues.empty() ? endpoint.queue.front : next_in_turn(id);
  }
  if (next == nil) return;
  unlink_waiting(next);
  start_work(next);
}

/// The caller has gone. The receiving sidecar notices; the application only if it cancels.
void Engine::on_cancel_reaches(std::uint32_t id, std::uint32_t generation) {
  if (!world_.visits.alive(id, generation)) return;
  const Visit& visit = world_.visits[id];
  if (world_.requests.alive(visit.inbound_request)) {
    const std::uint32_t request = visit.inbound_request.slot;
    world_.visits[id].attempt = Handle::none();
    return on_downstream_gone(request);
  }
  // Whoever writes into a stream notices that nobody reads it.
  if (!visit.streaming && !plan_->workloads[workload_of(visit.endpoint)].cancel) return;
  if (visit.number == 0) return world_.visits.erase(id);  // it overtook the request
  if (visit.frame != nil) drop_frames(visit.frame);
  leave(id, 0, false);
}

}  // namespace mesh
