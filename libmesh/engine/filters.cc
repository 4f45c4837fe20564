// A request enters its proxy: the stream, its route, what the fault filter does to it.
#include "libmesh/engine/engine.h"

namespace mesh {

std::uint32_t Engine::open_request(const Opening& opening) {
  const std::uint32_t slot = world_.requests.add().slot;
  Request& request = world_.requests[slot];
  request.id = world_.requests_created++;
  request.root = opening.root;
  request.parent = opening.parent;
  request.key = opening.key;
  request.started = now();
  request.origin = opening.origin;
  request.load = opening.load;
  request.request = request.upstream = opening.request;
  request.proxy = opening.proxy;
  request.worker = opening.worker;
  request.kind = opening.kind;
  if (carries_) carry_in(slot, opening);
  return slot;
}

void Engine::enter_filters(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  const ResolvedRoute& resolved = proxy_config(request.proxy).route_of[request.request];
  request.route = resolved.route;
  if (!request.route.valid()) {
    request.flags.set(ResponseFlag::NR);
    recorder_.count(request.proxy, ProxyCounter::no_route);
    return reply_locally(slot, 404, Details::RouteNotFound);
  }
  request.upstream = resolved.upstream;
  begin_filters(slot);
}

void Engine::begin_filters(std::uint32_t slot) {
  if (stopped_by_filters(slot, true)) return;
  Request& request = world_.requests[slot];
  const FaultPolicy& fault = plan_->routes[request.route].fault;
  if (fault.delay_share.numerator > 0 &&
      wants_delay(fault, draws_.at(Purpose::FaultDelay, request.key, 0).word()) &&
      begin_fault(request, fault)) {
    request.flags.set(ResponseFlag::DI);
    recorder_.count(request.proxy, ProxyCounter::fault_delays_injected);
    return push(now() + fault.delay, EventKind::FaultDelayDone, slot,
                world_.requests.generation(slot));
  }
  abort_or_route(slot);
}

void Engine::abort_or_route(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  const FaultPolicy& fault = plan_->routes[request.route].fault;
  if (fault.abort_share.numerator > 0 &&
      wants_abort(fault, draws_.at(Purpose::FaultAbort, request.key, 0).word()) &&
      begin_fault(request, fault)) {
    request.flags.set(ResponseFlag::FI);
    recorder_.count(request.proxy, ProxyCounter::fault_aborts_injected);
    const std::uint16_t code = fault.abort_grpc_status >= 0 ? 200 : fault.abort_code;
    return reply_locally(slot, code, Details::FaultAbort);
  }
  if (request.holds_fault) end_fault(request);
  after_fault(slot);
}

void Engine::after_fault(std::uint32_t slot) {
  if (stopped_by_filters(slot, false)) return;
  const Request& request = world_.requests[slot];
  if (request.kind == Origin::Inbound) return forward(slot, &inbound_retry_);
  route(slot);
}

/// False at the limit of active faults; a request counts once (`envoy.md` §8.3).
bool Engine::begin_fault(Request& request, const FaultPolicy& fault) {
  if (world_.injected.empty() || request.holds_fault) return true;
  std::uint32_t& active = world_.injected[request.proxy.value];
  if (!may_inject(fault, active)) {
    recorder_.count(request.proxy, ProxyCounter::fault_faults_overflow);
    return false;
  }
  ++active;
  request.holds_fault = true;
  return true;
}

void Engine::end_fault(Request& request) {
  --world_.injected[request.proxy.value];
  request.holds_fault = false;
}

}  // namespace mesh
