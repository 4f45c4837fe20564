// TCP sessions: a connection to a host for each, tried a few times, kept to the end.
#include "libmesh/engine/engine.h"

namespace mesh {

/// One attempt to connect. The connection limit comes before the number of tries, both before the
/// balancer (`envoy.md` §12). `last` is what the attempt before came to.
void Engine::open_session(std::uint32_t slot, Details last) {
  Request& request = world_.requests[slot];
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  const CircuitBreakerConfig& limits = plan_->cluster_configs[cluster.config].breaker;
  if (!can_create(cluster.breaker.connections, limits.max_connections)) {
    count(cluster, ClusterCounter::upstream_cx_overflow);
    request.flags.set(ResponseFlag::UO);
    return reply_locally(slot, 0, Details::Overflow);
  }
  if (request.attempts >= plan_->routes[request.route].max_connect_attempts) {
    count(cluster, ClusterCounter::upstream_cx_connect_attempts_exceeded);
    request.flags.set(ResponseFlag::URX);
    return reply_locally(slot, 0, last);
  }
  const std::uint32_t host = pick_host(request, nullptr);
  if (host == nil) return no_healthy_upstream(slot, ClusterCounter::upstream_cx_none_healthy);
  begin_attempt(slot, host);
}

void Engine::session_opened(std::uint32_t id) {
  Attempt& attempt = world_.attempts[id];
  Request& request = world_.requests[attempt.request];
  report(request.proxy_cluster, attempt.host_index, HostResult::LocalOriginConnectSuccessFinal, 0);
  const ClusterConfigId config = world_.proxy_clusters[request.proxy_cluster].config;
  request.route_timer = arm(cluster_lanes_[config].idle, TimerKind::SessionIdle, attempt.request,
                            world_.requests.generation(attempt.request));
}

/// An open session just ends. If the pool gave no connection there is another try in a following
/// iteration of the loop, elsewhere; a failure of our own sets no flag and blames nobody.
void Engine::session_reset(std::uint32_t id, ResetReason reason, Details details) {
  const Attempt attempt = world_.attempts[id];
  end_attempt(id, details);
  if (attempt.connected != never) return finish(attempt.request, 0, details);
  Request& request = world_.requests[attempt.request];
  if (reason == ResetReason::ConnectionTimeout) {
    request.flags.set(ResponseFlag::UF);
    report(request.proxy_cluster, attempt.host_index, HostResult::LocalOriginTimeout, 0);
  } else if (reason == ResetReason::RemoteConnectionFailure) {
    request.flags.set(ResponseFlag::UF);
    report(request.proxy_cluster, attempt.host_index, HostResult::LocalOriginConnectFailed, 0);
  }
  request.details = details;
  request.retry_scheduled = true;
  push(now(), EventKind::BackoffDone, attempt.request, world_.requests.generation(attempt.request));
}

/// The cluster is drawn again with every try.
void Engine::retry_session(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  choose_cluster(request, request.attempts);
  if (enter_cluster(slot)) open_session(slot, request.details);
}

/// The application has answered, so the client hangs up; or it hung up itself.
void Engine::session_over(std::uint32_t id) {
  const Attempt attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  const bool answered = attempt.code != 0;
  ProxyCluster& cluster = world_.proxy_clusters[world_.requests[slot].proxy_cluster];
  count(cluster, ClusterCounter::upstream_cx_destroy_with_active_rq);
  count(cluster, answered ? ClusterCounter::upstream_cx_destroy_local_with_active_rq
                          : ClusterCounter::upstream_cx_destroy_remote_with_active_rq);
  detach(id);
  close_connection(attempt.connection, !answered);
  const Details details = answered ? Details::ViaUpstream : Details::ConnectionTermination;
  end_attempt(id, details);
  finish(slot, attempt.code, details);
}

void Engine::on_session_idle(std::uint32_t slot) {
  abandon_attempts(slot, Details::TcpSessionIdle);
  finish(slot, 0, Details::TcpSessionIdle);
}

}  // namespace mesh
