// Queues with a discipline: who waits where, who is next, who is turned away.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

/// State for the disciplines of the plan; those who wait already take their places in it.
void Engine::order_queues() {
  const bool plain = std::all_of(plan_->workloads.begin(), plan_->workloads.end(),
                                 [](const WorkloadPlan& w) { return w.first_come; });
  if (plain && world_.queues.empty()) return;
  world_.queues.resize(plan_->endpoints.size());
  for (std::uint32_t e = 0; e < plan_->endpoints.size(); ++e) {
    EndpointState& endpoint = world_.endpoints[EndpointId{e}];
    std::uint32_t id = endpoint.queue.front;
    endpoint.queue = {};
    world_.queues[EndpointId{e}] = {};
    while (id != nil) {
      const std::uint32_t next = world_.visits[id].queue_next;
      take_place(id);
      QueueState& queue = world_.queues[EndpointId{e}];
      queue.backlog_since = std::min(queue.backlog_since, world_.visits[id].arrived);
      id = next;
    }
  }
}

std::uint32_t Engine::class_of(std::uint32_t id) const {
  const Visit& visit = world_.visits[id];
  const WorkloadPlan& workload = plan_->workloads[workload_of(visit.endpoint)];
  if (workload.discipline.order != QueueOrder::Priority) return 0;
  const std::vector<Carried>& carried = world_.guards.by_visit;
  const bool carries = id < carried.size() && carried[id].priority != no_priority;
  return carries ? carried[id].priority : plan_->handlers[visit.handler].priority;
}

/// Behind the last one of its class, or of the nearest class that goes before it.
void Engine::take_place(std::uint32_t id) {
  Visit& visit = world_.visits[id];
  EndpointState& endpoint = world_.endpoints[visit.endpoint];
  QueueState& queue = world_.queues[visit.endpoint];
  const std::uint32_t own_class = class_of(id);
  visit.queue_prev = last_up_to(queue, own_class);
  std::uint32_t& before =
      visit.queue_prev == nil ? endpoint.queue.front : world_.visits[visit.queue_prev].queue_next;
  visit.queue_next = before;
  before = id;
  std::uint32_t& behind =
      visit.queue_next == nil ? endpoint.queue.back : world_.visits[visit.queue_next].queue_prev;
  behind = id;
  queue.last[own_class] = id;
}

std::uint32_t Engine::last_up_to(const QueueState& queue, std::uint32_t least_urgent) const {
  for (std::uint32_t c = least_urgent + 1; c > 0; --c) {
    if (queue.last[c - 1] != nil) return queue.last[c - 1];
  }
  return nil;
}

/// No worker is free: the request waits, perhaps in the place of another one.
void Engine::wait_in_turn(std::uint32_t id) {
  const EndpointId endpoint = world_.visits[id].endpoint;
  const WorkloadId workload = workload_of(endpoint);
  if (world_.endpoints[endpoint].queued >= plan_->workloads[workload].queue) {
    const std::uint32_t out = whom_to_drop(id);
    if (out == id) {
      const std::uint16_t code = plan_->workloads[workload].overflow_status;
      answer(id, code, Action::Respond);
      return leave(id, code, true);
    }
    turn_away(out);
  }
  take_place(id);
  ++world_.endpoints[endpoint].queued;
  ++world_.workloads[workload].queued;
  limit_wait(id);
  QueueState& queue = world_.queues[endpoint];
  if (queue.backlog_since == never) queue.backlog_since = now();
}

std::uint32_t Engine::whom_to_drop(std::uint32_t arrival) const {
  const Visit& visit = world_.visits[arrival];
  const QueueDiscipline& discipline = plan_->workloads[workload_of(visit.endpoint)].discipline;
  const List& queue = world_.endpoints[visit.endpoint].queue;
  const std::uint32_t last = queue.back == nil ? 0 : class_of(queue.back);
  switch (victim(discipline, class_of(arrival), last, queue.back != nil)) {
    case Victim::Arrival:
      return arrival;
    case Victim::Newest:
      return queue.back;
    case Victim::Oldest: {
      const std::uint32_t before =
          last == 0 ? nil : last_up_to(world_.queues[visit.endpoint], last - 1);
      return before == nil ? queue.front : world_.visits[before].queue_next;
    }
  }
  return arrival;
}

/// Its patience, or that of the queue, begins to run.
void Engine::limit_wait(std::uint32_t id) {
  Visit& visit = world_.visits[id];
  const WorkloadId workload = workload_of(visit.endpoint);
  const WorkloadPlan& plan = plan_->workloads[workload];
  const QueueLanes& lanes = queue_lanes_[workload];
  const bool congested =
      is_congested(plan.discipline, world_.queues[visit.endpoint].backlog_since, now());
  const bool limited = plan.discipline.codel.ns > 0;
  const Duration limit = congested ? plan.discipline.codel : plan.discipline.congested_after;
  const std::uint32_t generation = world_.visits.generation(id);
  Duration patience{};
  if (!plan.is_patient) {
    patience = plan_->distributions[plan.patience].sample(
        draws_.at(Purpose::Patience, visit.key, 0), visit.number - 1);
  }
  if (limited && (plan.is_patient || limit <= patience)) {
    visit.patience =
        arm(congested ? lanes.congested : lanes.relaxed, TimerKind::Patience, id, generation);
  } else if (lanes.patience.valid()) {
    visit.patience = arm(lanes.patience, TimerKind::Patience, id, generation);
  } else if (!plan.is_patient) {
    push(now() + patience, EventKind::PatienceEnds, id, generation);
  }
}

/// Patience by a law, which is not called off when a worker comes first.
void Engine::on_patience_ends(std::uint32_t id, std::uint32_t generation) {
  if (world_.visits.alive(id, generation) && !world_.visits[id].has_worker) turn_away(id);
}

/// Somebody who waits gets no worker any more.
void Engine::turn_away(std::uint32_t id) {
  const std::uint16_t code =
      plan_->workloads[workload_of(world_.visits[id].endpoint)].overflow_status;
  unlink_waiting(id);
  answer(id, code, Action::Respond);
  leave(id, code, true);
}

/// Of the pod's queue, when a worker is free; nil when all who waited had to go.
std::uint32_t Engine::next_in_turn(EndpointId id) {
  const WorkloadPlan& plan = plan_->workloads[workload_of(id)];
  const List& queue = world_.endpoints[id].queue;
  if (plan.first_come) return queue.front;
  for (;;) {
    const bool newest = newest_first(plan.discipline, world_.queues[id].backlog_since, now());
    const std::uint32_t next = newest ? queue.back : queue.front;
    if (next == nil || !plan.discipline.shed_late) return next;
    Instant deadline = deadline_of(world_.visits[next]);
    if (carries_ && plan.obeys_deadlines) {
      deadline = std::min(deadline, carried_by_visit(next).deadline);
    }
    if (!comes_too_late(plan.discipline, deadline, now())) return next;
    turn_away(next);
  }
}

/// Before it leaves the list: what the discipline remembers of it.
void Engine::forget_place(std::uint32_t id) {
  Visit& visit = world_.visits[id];
  if (plan_->workloads[workload_of(visit.endpoint)].first_come) return;
  QueueState& queue = world_.queues[visit.endpoint];
  const std::uint32_t own_class = class_of(id);
  if (queue.last[own_class] == id) {
    const std::uint32_t before = visit.queue_prev;
    const bool same = before != nil && class_of(before) == own_class;
    queue.last[own_class] = same ? before : nil;
  }
  if (world_.endpoints[visit.endpoint].queued == 1) queue.backlog_since = never;
  disarm(visit.patience);
}

/// When whoever waits for the answer gives up, as it may have written into its request; the first
/// instant when it has done so.
Instant Engine::deadline_of(const Visit& visit) const {
  Instant deadline = never;
  const TimerLanes& timers = world_.loop.timers;
  Handle handle = visit.attempt;
  while (const Attempt* attempt = world_.attempts.find(handle)) {
    const Request& request = world_.requests[attempt->request];
    for (const TimerRef timer :
         {attempt->per_try, attempt->duration, request.route_timer, request.downstream_timer}) {
      if (timer.valid()) deadline = std::min(deadline, timers.deadline(timer));
    }
    if (request.kind != Origin::Inbound) return deadline;
    const Visit* outer = world_.visits.find(request.origin);
    if (outer == nullptr) break;
    handle = outer->attempt;  // through the receiving sidecar to the caller's own
  }
  return {};
}

}  // namespace mesh
