// The end of a request: what is logged, and who gets the answer.
#include "libmesh/base/check.h"
#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

/// What a local answer costs where the sidecar costs nothing: time must pass, or a client that
/// asks again at once would ask for ever at one instant.
constexpr Duration least_reply_time = microseconds(1);

}  // namespace

void Engine::reply_locally(std::uint32_t slot, std::uint16_t code, Details details) {
  Request& request = world_.requests[slot];
  request.code = code;
  request.details = details;
  disarm(request.route_timer);
  Duration cost = least_reply_time;
  if (request.kind != Origin::Inbound) {
    cost = std::max(cost, half_cost(request, 0) * 2);
  }
  push(now() + cost, EventKind::ReplyDue, slot, world_.requests.generation(slot));
}

void Engine::on_reply_due(std::uint32_t slot, std::uint32_t generation) {
  if (!world_.requests.alive(slot, generation)) return;
  finish(slot, world_.requests[slot].code, world_.requests[slot].details);
}

void Engine::finish(std::uint32_t slot, std::uint16_t code, Details details) {
  if (world_.requests[slot].in_filter) cancel_filter_call(slot);
  Request& live = world_.requests[slot];
  MESH_CHECK(live.first_attempt == nil);
  disarm(live.route_timer);
  disarm(live.downstream_timer);
  release_retry(live);
  if (live.holds_fault) end_fault(live);
  if (live.filters_passed > 0) leave_filters(live, code);
  if (details == Details::RateLimited) tell_limited(live);
  if (live.kind == Origin::Inbound && world_.visits.alive(live.origin) &&
      world_.visits[live.origin.slot].streaming) {
    end_stream(live.origin.slot, details == Details::ViaUpstream);
  }
  live.tried.clear(world_.tried);
  if (live.tried_priorities != nil) world_.tried_priorities.erase(live.tried_priorities);
  record_request(live, logged_code(live, code, details), details);
  const Origin kind = live.kind;
  const Handle origin = live.origin;
  world_.requests.erase(slot);
  deliver(kind, origin, code);
}

/// A proxy's own answer to a gRPC request is HTTP 200 with a grpc-status.
std::uint16_t Engine::logged_code(const Request& request, std::uint16_t code,
                                  Details details) const {
  const bool own =
      details != Details::ViaUpstream && code != 0 && details != Details::ResetAfterResponseStarted;
  return own && plan_->templates[request.request].grpc ? 200 : code;
}

void Engine::record_request(const Request& request, std::uint16_t code, Details details) {
  const WorkloadId source = workload_of(request.proxy);
  const bool inbound = request.kind == Origin::Inbound;
  EdgeSlot edge;  // the receiving sidecar's own log is no edge of the mesh
  if (!inbound) {
    edge = request.proxy_cluster != nil
               ? edge_of(world_.proxy_clusters[request.proxy_cluster], request.host)
               : recorder_.edge(source, ServiceId::none(), WorkloadId::none());
  }
  recorder_.request_ended({.id = request.id,
                           .parent = request.parent,
                           .root = request.root,
                           .edge = edge,
                           .load = request.load,
                           .request = request.request,
                           .source = source,
                           .proxy = request.proxy,
                           .cluster = request.cluster,
                           .route = request.route,
                           .host = request.host,
                           .started = request.started,
                           .ended = now(),
                           .code = code,
                           .flags = request.flags,
                           .details = details,
                           .attempts = request.attempts,
                           .mirror = request.kind == Origin::Mirror,
                           .inbound = inbound});
}

void Engine::deliver(Origin kind, Handle origin, std::uint16_t code) {
  switch (kind) {
    case Origin::Load:
    case Origin::Mirror:
    case Origin::Detached:
      return;
    case Origin::User:
      return user_answered(origin.slot, code);
    case Origin::Call:
    case Origin::Hedge:
      if (world_.frames.alive(origin)) call_answered(origin.slot, code);
      return;
    case Origin::Inbound:
      if (world_.visits.alive(origin)) {
        if (!world_.visits[origin.slot].streaming) answer(origin.slot, code, Action::Respond);
        world_.visits.erase(origin.slot);
      }
      return;
    case Origin::Message:
      return message_answered(origin.slot, code);
    case Origin::Filter:
      if (world_.requests.alive(origin)) filter_answered(origin.slot, code);
      return;
  }
}

}  // namespace mesh
