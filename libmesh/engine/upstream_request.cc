// One attempt of a request: from the pool to the wire, given up or ended.
#include "libmesh/engine/engine.h"

namespace mesh {

// Among many pairs of proxies and hosts nothing of a pair stays in the caches, and each part is
// found through the one before: so the memory is asked for all of them at once.

void Engine::fetch_host(const ProxyCluster& cluster, std::uint32_t host_index, std::uint32_t pool,
                        std::uint32_t connection) const {
  __builtin_prefetch(&world_.pools[pool]);
  __builtin_prefetch(&world_.connections[connection]);
  if (cluster.first_outlier == nil) return;
  __builtin_prefetch(&world_.outlier_cells[cluster.first_outlier + host_index]);
}

/// What the stream is going to touch, as far as it can be foretold.
void Engine::fetch_for_stream(const ProxyCluster& cluster, std::uint32_t host_index) const {
  const HostCell& cell = world_.cells[cluster.first_cell + host_index];
  if (cell.warm_connection == nil) return;
  fetch_host(cluster, host_index, cell.first_pool, cell.warm_connection);
}

/// What the caller's proxy will touch when the answer, which sets out now, is there.
void Engine::fetch_for_answer(const Attempt& attempt) const {
  const ProxyCluster& cluster =
      world_.proxy_clusters[world_.requests[attempt.request].proxy_cluster];
  __builtin_prefetch(&world_.cells[cluster.first_cell + attempt.host_index]);
  fetch_host(cluster, attempt.host_index, attempt.pool, attempt.connection);
}

void Engine::begin_attempt(std::uint32_t slot, std::uint32_t host_index) {
  Request& request = world_.requests[slot];
  const ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  fetch_for_stream(cluster, host_index);
  const std::uint32_t pool = pool_for(request.proxy_cluster, host_index, request.worker);
  if (recorder_.keeps_requests()) tell_pick(request, host_index);
  if (pool == nil) return no_healthy_upstream(slot, ClusterCounter::upstream_cx_pool_overflow);
  const std::uint32_t id = world_.attempts.add().slot;
  Attempt& attempt = world_.attempts[id];
  attempt.request = slot;
  attempt.pool = pool;
  attempt.next = request.first_attempt;
  attempt.host_index = host_index;
  attempt.host = host_of(cluster, host_index);
  attempt.started = now();
  attempt.number = ++request.attempts;
  request.host = attempt.host;
  request.first_attempt = id;
  new_stream(pool, id);
}

void Engine::pool_ready(std::uint32_t id, bool new_connection) {
  Attempt& attempt = world_.attempts[id];
  Request& request = world_.requests[attempt.request];
  attempt.connected = now();
  attempt.state = AttemptState::Active;
  attempt.new_connection = new_connection;
  request.sent_upstream = true;
  if (request.session) {
    session_opened(id);
  } else {
    report(request.proxy_cluster, attempt.host_index, HostResult::LocalOriginConnectSuccess, 0);
  }
  if (request.retries_enabled) request.tried.add(world_.tried, attempt.host);
  LaneId longest =
      cluster_lanes_[world_.proxy_clusters[request.proxy_cluster].config].stream_duration;
  if (request.route.valid() && request.kind != Origin::Mirror) {
    const RouteLanes& lanes = route_lanes_[request.route];
    attempt.per_try =
        arm(lanes.per_try, TimerKind::PerTryTimeout, id, world_.attempts.generation(id));
    if (lanes.stream_duration.valid()) longest = lanes.stream_duration;
  }
  attempt.duration = arm(longest, TimerKind::StreamDuration, id, world_.attempts.generation(id));
  const WorkloadPlan& server = plan_->workloads[workload_of(attempt.host)];
  const Duration there = request.kind == Origin::Inbound ? Duration{} : draw_ways(request, attempt);
  attempt.visit = world_.visits.add();
  Visit& visit = world_.visits[attempt.visit.slot];
  visit.request = request.id;
  visit.root = request.root;
  visit.key = scramble(request.key + attempt.number);
  visit.attempt = world_.attempts.handle(id);
  visit.endpoint = attempt.host;
  visit.attempt_number = attempt.number;
  visit.as_received = request.upstream;
  visit.handler = server.handler_of[request.upstream];
  visit.inbound = request.kind == Origin::Inbound;
  if (carries_) carried_by_visit(attempt.visit.slot) = carried_by_request(attempt.request);
  push(now() + there, EventKind::ReachesServer, attempt.visit.slot, attempt.visit.generation);
}

void Engine::pool_failed(std::uint32_t id, ResetReason reason, bool host_known) {
  if (!host_known) world_.requests[world_.attempts[id].request].host = EndpointId::none();
  upstream_reset(id, reason);
}

/// The way to the host, which is returned, and the way back: network and the proxies at its ends.
Duration Engine::draw_ways(const Request& request, Attempt& attempt) {
  const std::uint64_t leg = attempt.number * 4u;
  const DrawStream network = draws_.stream(Purpose::NetworkDelay, request.key);
  const bool sends = plan_->workloads[workload_of(request.proxy)].has_sidecar;
  const bool receives = plan_->workloads[workload_of(attempt.host)].receives_through_sidecar;
  Duration proxies{};
  if (sends) proxies = proxies + half_cost(request, leg);
  if (receives) proxies = proxies + half_cost(request, leg + 1);
  const LinkPlan& link = link_between(request.proxy, attempt.host);
  attempt.way_back = one_way(link, network.at(leg + 1)) + proxies;
  const Duration usual = one_way(link, network.at(leg)) + proxies;
  if (world_.broken_links.empty()) return usual;
  const std::uint64_t bytes = plan_->templates[request.upstream].body_bytes;
  return usual + hindrance(request.proxy, attempt.host, {request.key, leg, bytes});
}

Duration Engine::half_cost(const Request& request, std::uint64_t index) const {
  const Distribution& cost = plan_->distributions[plan_->sidecar_cost];
  return {cost.sample(draws_.at(Purpose::SidecarCost, request.key, index), index).ns / 2};
}

void Engine::abandon_attempts(std::uint32_t slot, Details details) {
  while (world_.requests[slot].first_attempt != nil) {
    abandon_attempt(world_.requests[slot].first_attempt, details);
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
      const std::uint64_t key = world_.requests[attempt.request].key;
      const LinkPlan& link = link_between(cluster.proxy, attempt.host);
      const Duration way =
          one_way(link, draws_.at(Purpose::NetworkDelay, key, leg)) +
          hindrance(cluster.proxy, attempt.host, {.key = key, .leg = leg, .resets = true});
      push(now() + way, EventKind::CancelReaches, attempt.visit.slot, attempt.visit.generation);
    }
    stream_done(id, true);
  }
  end_attempt(id, details);
}

void Engine::end_attempt(std::uint32_t id, Details details) {
  Attempt& attempt = world_.attempts[id];
  Request& request = world_.requests[attempt.request];
  disarm(attempt.per_try);
  disarm(attempt.duration);
  if (picks_for_calls_) note_round_trip(request, attempt);
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

}  // namespace mesh
