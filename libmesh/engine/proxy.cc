// The life of a request in a proxy's router, top to bottom in the order it happens.
#include "libmesh/base/check.h"
#include "libmesh/engine/engine.h"
#include "libmesh/policy/grpc_status.h"
#include "libmesh/policy/mirror.h"
#include "libmesh/policy/reset_reason.h"

namespace mesh {

namespace {

/// What a local answer costs where the sidecar costs nothing: time must pass, or a client that
/// asks again at once would ask for ever at one instant.
constexpr Duration least_reply_time = microseconds(1);

/// A body beyond the connection's buffer limit cannot be kept for a retry (`envoy.md` §1.8).
constexpr std::uint64_t retry_buffer_bytes = 1u << 20;

Details detail_of(ResetReason reason) {
  switch (reason) {
    case ResetReason::LocalConnectionFailure:
    case ResetReason::RemoteConnectionFailure:
      return Details::ConnectionFailure;
    case ResetReason::ConnectionTimeout:
      return Details::ConnectionTimeout;
    case ResetReason::ConnectionTermination:
      return Details::ConnectionTermination;
    case ResetReason::Overflow:
      return Details::Overflow;
    case ResetReason::ProtocolError:
      return Details::ProtocolError;
    case ResetReason::RemoteReset:
    case ResetReason::RemoteRefusedStream:
    case ResetReason::ConnectError:
      return Details::RemoteReset;
    case ResetReason::LocalReset:
    case ResetReason::LocalRefusedStream:
    case ResetReason::OverloadManager:
      return Details::LocalReset;
  }
  return Details::LocalReset;
}

}  // namespace

std::uint32_t Engine::open_request(const Opening& opening) {
  Request request;
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
  return world_.requests.insert(request).slot;
}

// ---- filters before the router: fault ---------------------------------------------------------

void Engine::enter_filters(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  const ResolvedRoute& resolved = proxy_config(request.proxy).route_of[request.request];
  request.route = resolved.route;
  if (!request.route.valid()) {
    request.flags.set(ResponseFlag::NR);
    return reply_locally(slot, 404, Details::RouteNotFound);
  }
  request.upstream = resolved.upstream;
  const FaultPolicy& fault = plan_->routes[request.route].fault;
  if (fault.delay.ns > 0 && fault.delay_share.numerator > 0 &&
      happens(fault.delay_share, draws_.at(Purpose::FaultDelay, request.key, 0).word())) {
    request.flags.set(ResponseFlag::DI);
    return push(now() + fault.delay, EventKind::FaultDelayDone, slot,
                world_.requests.generation(slot));
  }
  abort_or_route(slot);
}

void Engine::abort_or_route(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  const FaultPolicy& fault = plan_->routes[request.route].fault;
  if (fault.abort_share.numerator > 0 &&
      happens(fault.abort_share, draws_.at(Purpose::FaultAbort, request.key, 0).word())) {
    request.flags.set(ResponseFlag::FI);
    const std::uint16_t code = fault.abort_grpc_status >= 0 ? 200 : fault.abort_code;
    return reply_locally(slot, code, Details::FaultAbort);
  }
  route(slot);
}

// ---- router: cluster, host, breaker, pool -----------------------------------------------------

void Engine::route(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  const RoutePlan& route = plan_->routes[request.route];
  if (route.kind != RouteKind::Forward) {
    return reply_locally(slot, route.code, Details::DirectResponse);
  }
  request.cluster = route.clusters.front().cluster;
  if (route.clusters.size() > 1) {
    // One stable random per stream decides the cluster and the mirrors (`envoy.md` §11.2).
    std::uint64_t v = draws_.at(Purpose::StableRandom, request.key, 0).word() % route.total_weight;
    for (const WeightedCluster& candidate : route.clusters) {
      request.cluster = candidate.cluster;
      if (v < candidate.weight) break;
      v -= candidate.weight;
    }
  }
  forward(slot, route.retry ? &*route.retry : nullptr);
  if (!route.mirrors.empty() && world_.requests[slot].attempts > 0) start_mirrors(slot, route);
}

void Engine::forward(std::uint32_t slot, const RetryPolicy* policy) {
  Request& request = world_.requests[slot];
  const ProxyConfig& config = proxy_config(request.proxy);
  const ClusterConfigId cluster =
      request.kind == Origin::Inbound ? config.inbound : config.cluster_of[request.cluster];
  if (!cluster.valid()) {
    request.flags.set(ResponseFlag::NC);
    return reply_locally(slot, 503, Details::ClusterNotFound);
  }
  request.proxy_cluster = proxy_cluster(request.proxy, request.cluster, cluster);
  request.retries_enabled = policy != nullptr && policy->on != RetryOn::None;
  if (request.retries_enabled &&
      plan_->templates[request.request].body_bytes > retry_buffer_bytes) {
    request.retries_enabled = false;
    count(world_.proxy_clusters[request.proxy_cluster], ClusterCounter::retry_or_shadow_abandoned);
  }
  if (request.retries_enabled) request.retry = begin_retries(*policy);
  const std::uint32_t host = first_host(request);
  if (host == nil) {
    request.attempts = 1;  // counted before the balancer is asked (`envoy.md` §1.1)
    ProxyCluster& pc = world_.proxy_clusters[request.proxy_cluster];
    count(pc, ClusterCounter::upstream_cx_none_healthy);
    charge_code(pc, 503);
    request.flags.set(ResponseFlag::UH);
    return reply_locally(slot, 503, Details::NoHealthyUpstream);
  }
  begin_attempt(slot, host);
  // The global timer covers queueing, connecting and every try; it is not armed when the first
  // attempt has already failed on the spot (`envoy.md` §1.3).
  if (request.first_attempt != nil && request.route.valid()) {
    request.route_timer =
        arm(timeout_lane(request), TimerKind::RouteTimeout, slot, world_.requests.generation(slot));
  }
}

/// The grpc-timeout of a gRPC request, capped by the route's timeout, else the route's timeout:
/// istiod writes max_grpc_timeout beside it (`envoy.md` §1.2.1).
LaneId Engine::timeout_lane(const Request& request) const {
  const LaneId route = route_lanes_[request.route].route_timeout;
  const std::optional<Duration>& asked = plan_->templates[request.request].grpc_timeout;
  if (!asked) return route;
  const Duration cap = plan_->routes[request.route].timeout;
  return cap.ns > 0 && cap < *asked ? route : grpc_lanes_[request.request];
}

void Engine::start_mirrors(std::uint32_t slot, const RoutePlan& route) {
  const Request primary = world_.requests[slot];
  const std::uint64_t stable = draws_.at(Purpose::StableRandom, primary.key, 0).word();
  for (std::size_t i = 0; i < route.mirrors.size(); ++i) {
    if (!is_mirrored(route.mirrors[i].share, stable)) continue;
    const std::uint32_t copy = open_request({.kind = Origin::Mirror,
                                             .key = scramble(primary.key + 0x6d6972726f72u + i),
                                             .root = primary.root,
                                             .parent = primary.id,
                                             .proxy = primary.proxy,
                                             .worker = primary.worker,
                                             .request = primary.request});
    Request& mirror = world_.requests[copy];
    mirror.upstream = primary.upstream;
    mirror.route = primary.route;  // its timeout, no retries
    mirror.cluster = route.mirrors[i].cluster;
    forward(copy, nullptr);
  }
}

/// The receiving sidecar has one host, the application of its own pod.
std::uint32_t Engine::first_host(Request& request) {
  return request.kind == Origin::Inbound ? 0 : pick_host(request, nullptr);
}

void Engine::begin_attempt(std::uint32_t slot, std::uint32_t host_index) {
  Request& request = world_.requests[slot];
  const ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  Attempt attempt;
  attempt.request = slot;
  attempt.next = request.first_attempt;
  attempt.host_index = host_index;
  attempt.host = host_of(cluster, host_index);
  attempt.started = now();
  attempt.number = ++request.attempts;
  request.host = attempt.host;
  const std::uint32_t id = world_.attempts.insert(attempt).slot;
  request.first_attempt = id;
  const std::uint32_t pool = pool_for(request.proxy_cluster, host_index, request.worker);
  world_.attempts[id].pool = pool;
  new_stream(pool, id);
}

Duration Engine::one_way(std::uint64_t key, std::uint64_t index) const {
  if (plan_->network.jitter.ns == 0) return plan_->network.one_way;
  Draw draw = draws_.at(Purpose::NetworkDelay, key, index);
  const double jitter = static_cast<double>(plan_->network.jitter.ns) * standard_exponential(draw);
  return plan_->network.one_way + Duration{static_cast<std::int64_t>(jitter + 0.5)};
}

Duration Engine::half_cost(std::uint64_t key, std::uint64_t index) const {
  const Distribution& cost = plan_->distributions[plan_->sidecar_cost];
  return {cost.sample(draws_.at(Purpose::SidecarCost, key, index), index).ns / 2};
}

void Engine::pool_ready(std::uint32_t id, bool new_connection) {
  Attempt& attempt = world_.attempts[id];
  Request& request = world_.requests[attempt.request];
  attempt.connected = now();
  attempt.state = AttemptState::Active;
  attempt.new_connection = new_connection;
  request.sent_upstream = true;
  report(request.proxy_cluster, attempt.host_index, HostResult::LocalOriginConnectSuccess, 0);
  if (request.retries_enabled) {
    request.tried = world_.tried.insert({attempt.host, request.tried}).slot;
  }
  if (request.route.valid() && request.kind != Origin::Mirror) {
    attempt.per_try = arm(route_lanes_[request.route].per_try, TimerKind::PerTryTimeout, id,
                          world_.attempts.generation(id));
  }
  const WorkloadPlan& server = plan_->workloads[workload_of(attempt.host)];
  Duration there{};
  if (request.kind != Origin::Inbound) {
    const std::uint64_t leg = attempt.number * 4u;
    there = one_way(request.key, leg);
    attempt.way_back = one_way(request.key, leg + 1);
    Duration proxies{};
    if (plan_->workloads[workload_of(request.proxy)].has_sidecar) {
      proxies = proxies + half_cost(request.key, leg);
    }
    if (server.receives_through_sidecar) proxies = proxies + half_cost(request.key, leg + 1);
    there = there + proxies;
    attempt.way_back = attempt.way_back + proxies;
  }
  Visit visit;
  visit.request = request.id;
  visit.root = request.root;
  visit.key = scramble(request.key + attempt.number);
  visit.attempt = world_.attempts.handle(id);
  visit.endpoint = attempt.host;
  visit.attempt_number = attempt.number;
  visit.as_received = request.upstream;
  visit.handler = server.handler_of[request.upstream];
  visit.inbound = request.kind == Origin::Inbound;
  attempt.visit = world_.visits.insert(visit);
  push(now() + there, EventKind::ReachesServer, attempt.visit.slot, attempt.visit.generation);
}

void Engine::pool_failed(std::uint32_t id, ResetReason reason, bool host_known) {
  if (!host_known) world_.requests[world_.attempts[id].request].host = EndpointId::none();
  upstream_reset(id, reason);
}

// ---- the answer -------------------------------------------------------------------------------

void Engine::on_reaches_caller(std::uint32_t id) {
  const Attempt attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  const std::uint32_t cluster = world_.requests[slot].proxy_cluster;
  if (attempt.code == 0 || attempt.response_started) return closed_by_peer(id, attempt.reset);
  Request& request = world_.requests[slot];
  const RetryPolicy* policy = retry_policy(request);
  const ResponsePlan& response = plan_->responses[attempt.response];
  // The decision sees this stream still active, as Envoy's does; then the connection is free for
  // whoever waits in the pool; only then does the caller get its answer.
  const bool wanted = request.retries_enabled &&
                      wants_retry(*policy, {.code = attempt.code,
                                            .grpc_status_in_headers = response.grpc_status,
                                            .envoy_ratelimited = response.envoy_ratelimited});
  const bool retrying = retry(slot, wanted);
  const std::uint16_t seen = code_for_outlier(request, attempt.code, response);
  if (attempt.resets_later && !retrying) {
    return response_starts(id, cluster, seen);
  }
  if (response.connection_close) drain_after(attempt.connection, cluster);
  stream_done(id, attempt.resets_later);
  report(cluster, attempt.host_index, HostResult::ExternalCode, seen);
  end_attempt(id, Details::ViaUpstream);
  if (retrying) return;
  charge_code(world_.proxy_clusters[cluster], attempt.code);
  finish(slot, attempt.code, Details::ViaUpstream);
}

/// Headers are with the caller, the body is not: the peer resets 5 ms later.
void Engine::response_starts(std::uint32_t id, std::uint32_t cluster, std::uint16_t code) {
  constexpr Duration body_time = milliseconds(5);
  Attempt& attempt = world_.attempts[id];
  attempt.response_started = true;
  // The end of the connection inside a body of known length is a protocol error (`envoy.md` §4.6).
  const bool http2 = world_.connections[attempt.connection].streams_max > 1;
  attempt.reset = http2 ? ResetReason::RemoteReset : ResetReason::ProtocolError;
  disarm(attempt.per_try);
  charge_code(world_.proxy_clusters[cluster], attempt.code);
  push(now() + body_time, EventKind::ReachesCaller, id, world_.attempts.generation(id));
  report(cluster, attempt.host_index, HostResult::ExternalCode, code);
}

/// A gRPC status in the headers of the answer to a gRPC request counts as its HTTP equivalent
/// (`envoy.md` §1.5.1).
std::uint16_t Engine::code_for_outlier(const Request& request, std::uint16_t code,
                                       const ResponsePlan& response) const {
  if (response.grpc_status < 0 || !plan_->templates[request.request].grpc) return code;
  return http_status_of(static_cast<std::uint32_t>(response.grpc_status));
}

/// `Connection: close` in a response: the connection ends with its present streams.
void Engine::drain_after(std::uint32_t connection, std::uint32_t cluster) {
  count(world_.proxy_clusters[cluster], ClusterCounter::upstream_cx_close_notify);
  if (world_.connections[connection].state != ConnectionState::Draining) {
    move(connection, ConnectionState::Draining);
  }
}

void Engine::upstream_reset(std::uint32_t id, ResetReason reason) {
  const Attempt attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  const std::uint32_t cluster = world_.requests[slot].proxy_cluster;
  if (is_reported_to_outlier(reason)) {
    report(cluster, attempt.host_index, HostResult::LocalOriginConnectFailed, 0);
  }
  if (reason == ResetReason::ProtocolError) {
    count(world_.proxy_clusters[cluster], ClusterCounter::upstream_cx_protocol_error);
  }
  if (attempt.response_started) {  // the logged status stays, nothing is retried any more
    end_attempt(id, Details::ResetAfterResponseStarted);
    world_.requests[slot].flags.set(flag_of(reason));
    return finish(slot, attempt.code, Details::ResetAfterResponseStarted);
  }
  end_attempt(id, detail_of(reason));
  Request& request = world_.requests[slot];
  const RetryPolicy* policy = retry_policy(request);
  const bool wanted =
      request.retries_enabled && wants_retry(*policy, reason, request.sent_upstream);
  if (retry(slot, wanted)) return;
  const std::uint16_t code = status_of(reason);
  charge_code(world_.proxy_clusters[cluster], code);
  request.flags.set(flag_of(reason));
  reply_locally(slot, code, detail_of(reason));
}

const RetryPolicy* Engine::retry_policy(const Request& request) const {
  if (request.kind == Origin::Inbound) return &inbound_retry_;
  if (request.kind == Origin::Mirror || !request.route.valid()) return nullptr;
  const RoutePlan& route = plan_->routes[request.route];
  return route.retry ? &*route.retry : nullptr;
}

/// `envoy.md` §2.4. True when a back-off has been started.
bool Engine::retry(std::uint32_t slot, bool wanted) {
  Request& request = world_.requests[slot];
  if (!request.retries_enabled) return false;
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  if (!wanted && request.retried) count(cluster, ClusterCounter::upstream_rq_retry_success);
  release_retry(request);
  if (!wanted) return false;
  const RetryPolicy& policy = *retry_policy(request);
  const CircuitBreakerConfig& limits = plan_->cluster_configs[cluster.config].breaker;
  switch (decide_retry(request.retry, wanted, can_retry(limits, cluster.breaker))) {
    case RetryVerdict::No:
      return false;
    case RetryVerdict::LimitExceeded:
      count(cluster, ClusterCounter::upstream_rq_retry_limit_exceeded);
      request.flags.set(ResponseFlag::URX);
      return false;
    case RetryVerdict::Overflow:
      count(cluster, ClusterCounter::upstream_rq_retry_overflow);
      request.flags.set(ResponseFlag::UO);
      return false;
    case RetryVerdict::Retry:
      break;
  }
  ++cluster.breaker.retries;
  request.retry.holds_resource = true;
  request.retry_scheduled = request.retried = true;
  count(cluster, ClusterCounter::upstream_rq_retry);
  count(cluster, ClusterCounter::upstream_rq_retry_backoff_exponential);
  const std::uint64_t random = draws_.at(Purpose::Backoff, request.key, request.attempts).word();
  push(now() + next_backoff(policy, request.retry, random), EventKind::BackoffDone, slot,
       world_.requests.generation(slot));
  return true;
}

void Engine::release_retry(Request& request) {
  if (!request.retry.holds_resource) return;
  request.retry.holds_resource = false;
  --world_.proxy_clusters[request.proxy_cluster].breaker.retries;
}

void Engine::on_backoff_done(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  if (!request.retry_scheduled) return;
  request.retry_scheduled = false;
  const std::uint32_t host =
      request.kind == Origin::Inbound ? 0 : pick_host(request, retry_policy(request));
  if (host != nil) return begin_attempt(slot, host);
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  count(cluster, ClusterCounter::upstream_cx_none_healthy);
  charge_code(cluster, 503);
  request.host = EndpointId::none();
  request.flags.set(ResponseFlag::UH);
  reply_locally(slot, 503, Details::NoHealthyUpstream);
}

// ---- timeouts and a caller that goes away -----------------------------------------------------

void Engine::on_route_timeout(std::uint32_t slot) {
  const std::uint32_t cluster = world_.requests[slot].proxy_cluster;
  const bool in_flight = world_.requests[slot].first_attempt != nil;
  for (std::uint32_t id = world_.requests[slot].first_attempt; id != nil;) {
    const Attempt attempt = world_.attempts[id];
    count(world_.proxy_clusters[cluster], ClusterCounter::upstream_rq_timeout);
    abandon_attempt(id, Details::ResponseTimeout);
    // No host is blamed while the attempt waited in the queue or connected (`envoy.md` §1.4).
    if (attempt.state == AttemptState::Active) {
      report(cluster, attempt.host_index, HostResult::LocalOriginTimeout, 504);
    }
    id = attempt.next;
  }
  if (in_flight) charge_code(world_.proxy_clusters[cluster], 504);
  world_.requests[slot].flags.set(ResponseFlag::UT);
  finish(slot, 504, Details::ResponseTimeout);
}

void Engine::on_per_try_timeout(std::uint32_t id) {
  const Attempt attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  const std::uint32_t cluster = world_.requests[slot].proxy_cluster;
  count(world_.proxy_clusters[cluster], ClusterCounter::upstream_rq_per_try_timeout);
  abandon_attempt(id, Details::PerTryTimeout);
  report(cluster, attempt.host_index, HostResult::LocalOriginTimeout, 504);
  Request& request = world_.requests[slot];
  const bool wanted =
      request.retries_enabled && wants_retry(*retry_policy(request), ResetReason::LocalReset, true);
  if (retry(slot, wanted)) return;
  charge_code(world_.proxy_clusters[cluster], 504);
  request.flags.set(ResponseFlag::UT);
  finish(slot, 504, Details::PerTryTimeout);
}

void Engine::on_downstream_gone(std::uint32_t slot) {
  abandon_attempts(slot);
  world_.requests[slot].flags.set(ResponseFlag::DC);
  finish(slot, 0, Details::DownstreamDisconnect);
}

void Engine::abandon_attempts(std::uint32_t slot) {
  while (world_.requests[slot].first_attempt != nil) {
    abandon_attempt(world_.requests[slot].first_attempt, Details::DownstreamDisconnect);
  }
}

/// Takes an attempt back: from the queue of its pool, or off its connection.
void Engine::abandon_attempt(std::uint32_t id, Details details) {
  const Attempt attempt = world_.attempts[id];
  ProxyCluster& cluster = world_.proxy_clusters[world_.requests[attempt.request].proxy_cluster];
  if (attempt.state == AttemptState::Pending) {
    unlink_pending(world_.pools[attempt.pool], id);
    --cluster.breaker.pending;
    count(cluster, ClusterCounter::upstream_rq_cancelled);
  } else {
    if (world_.visits.alive(attempt.visit)) {
      const std::uint64_t leg = attempt.number * 4u + 2;
      push(now() + one_way(world_.requests[attempt.request].key, leg), EventKind::CancelReaches,
           attempt.visit.slot, attempt.visit.generation);
    }
    stream_done(id, true);
  }
  end_attempt(id, details);
}

// ---- the end ----------------------------------------------------------------------------------

void Engine::reply_locally(std::uint32_t slot, std::uint16_t code, Details details) {
  Request& request = world_.requests[slot];
  request.code = code;
  request.details = details;
  disarm(request.route_timer);
  Duration cost = least_reply_time;
  if (request.kind != Origin::Inbound) {
    cost = std::max(cost, half_cost(request.key, 0) * 2);
  }
  push(now() + cost, EventKind::ReplyDue, slot, world_.requests.generation(slot));
}

void Engine::finish(std::uint32_t slot, std::uint16_t code, Details details) {
  Request& live = world_.requests[slot];
  MESH_CHECK(live.first_attempt == nil);
  disarm(live.route_timer);
  disarm(live.downstream_timer);
  release_retry(live);
  for (std::uint32_t tried = live.tried; tried != nil;) {
    const std::uint32_t next = world_.tried[tried].next;
    world_.tried.erase(tried);
    tried = next;
  }
  if (live.tried_priorities != nil) world_.tried_priorities.erase(live.tried_priorities);
  const Request request = live;
  world_.requests.erase(slot);
  record_request(request, logged_code(request, code, details), details);
  deliver(request, code);
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

void Engine::deliver(const Request& request, std::uint16_t code) {
  switch (request.kind) {
    case Origin::Load:
    case Origin::Mirror:
      return;
    case Origin::User:
      return user_answered(request.origin.slot);
    case Origin::Call:
      if (world_.frames.alive(request.origin)) call_answered(request.origin.slot, code);
      return;
    case Origin::Inbound:
      if (world_.visits.alive(request.origin)) {
        answer(request.origin.slot, code, Action::Respond);
        world_.visits.erase(request.origin.slot);
      }
      return;
  }
}

void Engine::end_attempt(std::uint32_t id, Details details) {
  Attempt& attempt = world_.attempts[id];
  Request& request = world_.requests[attempt.request];
  disarm(attempt.per_try);
  std::uint32_t* link = &request.first_attempt;
  while (*link != id) link = &world_.attempts[*link].next;
  *link = attempt.next;
  if (request.kind != Origin::Inbound) {
    recorder_.attempt_ended(
        {.request = request.id,
         .edge = edge_of(world_.proxy_clusters[request.proxy_cluster], attempt.host),
         .cluster = request.cluster,
         .host = attempt.host,
         .number = attempt.number,
         .started = attempt.started,
         .connected = attempt.connected,
         .ended = now(),
         .code = details == Details::ViaUpstream ? attempt.code : std::uint16_t{0},
         .details = details,
         .new_connection = attempt.new_connection,
         .reached = attempt.reached});
  }
  world_.attempts.erase(id);
}

void Engine::charge_code(ProxyCluster& cluster, std::uint16_t code) {
  count(cluster, ClusterCounter::upstream_rq_completed);
  switch (code / 100) {
    case 1:
      return count(cluster, ClusterCounter::upstream_rq_1xx);
    case 2:
      return count(cluster, ClusterCounter::upstream_rq_2xx);
    case 3:
      return count(cluster, ClusterCounter::upstream_rq_3xx);
    case 4:
      return count(cluster, ClusterCounter::upstream_rq_4xx);
    case 5:
      return count(cluster, ClusterCounter::upstream_rq_5xx);
    default:
      return;
  }
}

EdgeSlot Engine::edge_of(ProxyCluster& cluster, EndpointId host) {
  const ServiceId service = plan_->cluster_configs[cluster.config].service;
  const WorkloadId source = workload_of(cluster.proxy);
  constexpr std::uint32_t unknown = EdgeSlot{}.value;
  if (!host.valid()) {
    if (cluster.edge_without_host.value == unknown) {
      cluster.edge_without_host = recorder_.edge(source, service, WorkloadId::none());
    }
    return cluster.edge_without_host;
  }
  const WorkloadId destination = workload_of(host);
  if (cluster.edge.value == unknown || cluster.edge_destination != destination) {
    cluster.edge = recorder_.edge(source, service, destination);
    cluster.edge_destination = destination;
  }
  return cluster.edge;
}

}  // namespace mesh
