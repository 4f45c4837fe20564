// Further copies of a call: hedged and tied requests.
#include "libmesh/engine/engine.h"

namespace mesh {

/// The next copy is due after the delay, if there is one already.
void Engine::arm_hedge(std::uint32_t id) {
  const Frame& frame = world_.frames[id];
  const std::uint32_t guard_id = plan_->calls[frame.call].guard;
  const HedgeConfig& hedge = plan_->guards[guard_id].hedge;
  Duration after = hedge.after;
  if (hedge.quantile > 0) {
    const std::uint32_t pod = world_.visits[frame.visit].endpoint.value;
    const HedgeDelay& delay = world_.guards.delays.of(bucket_key(pod, guard_id));
    if (!delay.known()) return;
    after = delay.delay();
  }
  push(now() + after, EventKind::CallHedgeDue, id, world_.guards.calls[id].serial);
}

void Engine::on_hedge_due(std::uint32_t id, std::uint32_t serial) {
  const GuardedCall& call = world_.guards.calls[id];
  if (!call.active || call.serial != serial) return;
  const HedgeConfig& hedge = plan_->guards[plan_->calls[world_.frames[id].call].guard].hedge;
  if (hedge.tied) {  // its server would drop the copy: it has been told
    const bool begun = any_copy(id, [this](std::uint32_t slot) {
      const std::uint32_t visit = visit_of(slot);
      return visit != nil && world_.visits[visit].has_worker;
    });
    if (begun) return;
  }
  recorder_.count(world_.visits[world_.frames[id].visit].endpoint, ProxyCounter::call_hedges);
  const Handle copy = send_copy(id, Origin::Hedge);
  GuardedCall& sent = world_.guards.calls[id];
  sent.copies[sent.hedges++] = copy;
  if (sent.hedges < hedge.most) arm_hedge(id);
}

/// Every copy that has not ended, the first one too.
template <class Each>
void Engine::each_copy(std::uint32_t id, Each each) {
  const Handle first = world_.frames[id].child_request;
  if (world_.requests.alive(first)) each(first.slot);
  for (std::uint32_t h = 0; h < world_.guards.calls[id].hedges; ++h) {
    const Handle copy = world_.guards.calls[id].copies[h];
    if (world_.requests.alive(copy)) each(copy.slot);
  }
}

template <class Is>
bool Engine::any_copy(std::uint32_t id, Is is) {
  bool any = false;
  each_copy(id, [&](std::uint32_t slot) { any = any || is(slot); });
  return any;
}

bool Engine::awaits_copies(std::uint32_t id) {
  return any_copy(id, [](std::uint32_t) { return true; });
}

/// Nobody waits for the other copies any more.
void Engine::release_copies(std::uint32_t id, bool cancel) {
  each_copy(id, [&](std::uint32_t slot) {
    world_.requests[slot].kind = Origin::Detached;
    if (cancel) on_downstream_gone(slot);
  });
}

/// Does another copy of the request's call go to the host?
bool Engine::goes_there(const Request& request, EndpointId host) {
  return world_.frames.alive(request.origin) &&
         any_copy(request.origin.slot,
                  [&](std::uint32_t slot) { return world_.requests[slot].host == host; });
}

/// The application's visit of a request that is under way; nil if there is none.
std::uint32_t Engine::visit_of(std::uint32_t slot) const {
  const std::uint32_t attempt = world_.requests[slot].first_attempt;
  if (attempt == nil) return nil;
  const Visit* visit = world_.visits.find(world_.attempts[attempt].visit);
  if (visit == nullptr) return nil;
  if (!world_.requests.alive(visit->inbound_request)) return world_.attempts[attempt].visit.slot;
  return visit_of(visit->inbound_request.slot);
}

/// A visit begins to work: if its request is tied to others, their servers are told.
void Engine::tell_tied(std::uint32_t id) {
  const Attempt* attempt = world_.attempts.find(world_.visits[id].attempt);
  if (attempt == nullptr) return;
  std::uint32_t slot = attempt->request;
  if (world_.requests[slot].kind == Origin::Inbound) {
    const Visit* outer = world_.visits.find(world_.requests[slot].origin);
    attempt = outer == nullptr ? nullptr : world_.attempts.find(outer->attempt);
    if (attempt == nullptr) return;
    slot = attempt->request;
  }
  const GuardPlan* guard = guard_of(world_.requests[slot]);
  if (guard == nullptr || !guard->hedges || !guard->hedge.tied) return;
  const Request& begun = world_.requests[slot];
  const Duration way =
      one_way(link_between(begun.proxy, begun.host),
              draws_.at(Purpose::NetworkDelay, begun.key, begun.attempts * 4u + 3));
  each_copy(begun.origin.slot, [&](std::uint32_t other) {
    if (other == slot) return;
    push(now() + way, EventKind::TiedBegins, other, world_.requests.generation(other));
  });
}

/// The server of this copy hears that another one has begun: unless it has begun as well, it takes
/// the copy out of its queue. When that other one has failed meanwhile, this may be the last.
void Engine::on_tied_begins(std::uint32_t slot) {
  const Handle caller = world_.requests[slot].origin;
  const bool others = world_.frames.alive(caller) &&
                      any_copy(caller.slot, [slot](std::uint32_t other) { return other != slot; });
  if (!others) return;
  const std::uint32_t visit = visit_of(slot);
  if (visit != nil) {
    if (world_.visits[visit].has_worker) return;
    if (world_.visits[visit].number > 0) {
      leave(visit, 0, false);
    } else {
      world_.visits.erase(visit);  // the message overtook it
    }
  }
  world_.requests[slot].kind = Origin::Detached;
  on_downstream_gone(slot);
}

}  // namespace mesh
