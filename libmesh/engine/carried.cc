// Deadlines and priorities that travel along with requests and the work that they cause.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

Carried& Engine::carried_by_request(std::uint32_t slot) {
  std::vector<Carried>& of = world_.guards.by_request;
  if (of.size() <= slot) of.resize(slot + 1);
  return of[slot];
}

Carried& Engine::carried_by_visit(std::uint32_t id) {
  std::vector<Carried>& of = world_.guards.by_visit;
  if (of.size() <= id) of.resize(id + 1);
  if (world_.visits[id].probe != nil) of[id] = {};  // health checks carry nothing
  return of[id];
}

/// A new request: a user's own patience and class, or what the caller's attempt has brought.
void Engine::carry_in(std::uint32_t slot, const Opening& opening) {
  Carried carried;
  if (opening.kind == Origin::Load || opening.kind == Origin::User) {
    const LoadPlan& load = plan_->loads[opening.load];
    if (load.timeout.ns > 0) carried.deadline = now() + load.timeout;
    carried.priority = load.priority;
  } else if (opening.kind == Origin::Inbound) {
    carried = carried_by_visit(opening.origin.slot);
  }
  carried_by_request(slot) = carried;
}

/// A call: what its visit carries, the class of the handler that makes it if it names one, and the
/// instant at which the caller hangs up.
void Engine::carry_on(std::uint32_t id, std::uint32_t slot, Instant until) {
  const Frame& frame = world_.frames[id];
  Carried carried = carried_by_visit(frame.visit);
  const HandlerPlan& handler = plan_->handlers[world_.visits[frame.visit].handler];
  if (carried.priority == no_priority && handler.hands_priority_on) {
    carried.priority = handler.priority;
  }
  const std::uint32_t guard = plan_->calls[frame.call].guard;
  const bool hands_on = guard != no_guard && plan_->guards[guard].deadline;
  carried.deadline = hands_on ? std::min(carried.deadline, until) : never;
  carried_by_request(slot) = carried;
}

/// Has the deadline passed, and does the application look at it?
bool Engine::comes_late(std::uint32_t id) {
  const Carried& carried = carried_by_visit(id);
  return plan_->workloads[workload_of(world_.visits[id].endpoint)].obeys_deadlines &&
         carried.deadline <= now();
}

/// 504 at once, as for gRPC's DEADLINE_EXCEEDED, to one who arrives or whose turn has come.
void Engine::refuse_late(std::uint32_t id, bool waits) {
  recorder_.count(world_.visits[id].endpoint, ProxyCounter::deadline_refused);
  if (waits) unlink_waiting(id);
  answer(id, 504, Action::Respond);
  leave(id, 504, true);
}

/// Between two steps the application looks at the clock, too: the rest is not worth doing.
bool Engine::stops_late(std::uint32_t id) {
  Frame& frame = world_.frames[id];
  if (frame.next_step == frame.end_step || !comes_late(frame.visit)) return false;
  frame.failed = 504;
  frame_done(id);
  return true;
}

}  // namespace mesh
