// The life of a connection: made, ready, drained, lost or closed.
#include "libmesh/base/check.h"
#include "libmesh/engine/engine.h"

namespace mesh {

void Engine::try_connect(std::uint32_t pool) {
  for (int i = 0; i < 3; ++i) {
    if (!connect_one(pool)) return;
  }
}

/// `envoy.md` §4.3: with a ratio above 1 there is to be capacity beyond what is wanted now.
bool Engine::wants_connection(const Pool& pool, const ClusterConfig& config) const {
  const ProxyCluster& cluster = world_.proxy_clusters[pool.proxy_cluster];
  const bool ejected = is_ejected(cluster, pool.host_index);
  const Probe* probe = pool.preconnects ? probe_of(cluster, pool.host_index) : nullptr;
  const bool unwell =
      ejected || (probe != nullptr && (probe->state.failed || probe->state.degraded));
  if (!pool.preconnects || unwell) return pool.pending_count > pool.connecting_capacity;
  std::uint64_t active = 0, capacity = pool.connecting_capacity;
  for (const ConnectionState state :
       {ConnectionState::Ready, ConnectionState::Busy, ConnectionState::Draining}) {
    for (std::uint32_t c = pool.newest_of(state); c != nil; c = world_.connections[c].next) {
      active += world_.connections[c].streams;
      if (state == ConnectionState::Ready) capacity += stream_room(world_.connections[c]);
    }
  }
  return static_cast<double>(pool.pending_count + active) * config.preconnect_ratio >
         static_cast<double>(capacity + active);
}

/// `envoy.md` §3.3, §4.3. True when a connection was created within the limits.
bool Engine::connect_one(std::uint32_t id) {
  Pool& pool = world_.pools[id];
  ProxyCluster& cluster = world_.proxy_clusters[pool.proxy_cluster];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  if (!wants_connection(pool, config)) return false;
  const bool within = can_create(cluster.breaker.connections, config.breaker.max_connections);
  if (!within) count(cluster, ClusterCounter::upstream_cx_overflow);
  if (!within && pool.connection_count > 0) return false;

  const bool http2 = config.protocol == UpstreamProtocol::Http2;
  Connection connection;
  connection.pool = id;
  connection.http2 = http2;
  connection.streams_max = http2 ? config.max_concurrent_streams : 1;
  connection.requests_left =
      config.max_requests_per_connection > 0 ? config.max_requests_per_connection : unlimited;
  ++cluster.breaker.connections;
  ++pool.connection_count;
  pool.connecting_capacity += stream_room(connection);
  count(cluster, ClusterCounter::upstream_cx_total);
  if (config.protocol != UpstreamProtocol::Tcp) {
    count(cluster, http2 ? ClusterCounter::upstream_cx_http2_total
                         : ClusterCounter::upstream_cx_http1_total);
  }
  const Handle handle = world_.connections.insert(connection);
  Connection& made = world_.connections[handle.slot];
  std::uint32_t& newest = pool.newest_of(ConnectionState::Connecting);
  made.next = newest;
  if (newest != nil) world_.connections[newest].prev = handle.slot;
  newest = handle.slot;
  made.timer = arm(cluster_lanes_[cluster.config].connect, TimerKind::ConnectTimeout, handle.slot,
                   handle.generation);
  Duration opening{};
  if (pool.host != cluster.proxy) {  // loopback from the receiving sidecar takes no time
    const bool encrypted = plan_->workloads[workload_of(pool.host)].receives_through_sidecar &&
                           plan_->workloads[workload_of(cluster.proxy)].has_sidecar;
    const std::uint64_t key = scramble((std::uint64_t{handle.generation} << 32) + handle.slot);
    opening = handshake(cluster.proxy, pool.host, encrypted, key);
  }
  if (!behind_sidecar(pool) && door(pool.host) == Door::Drops) return within;  // until it times out
  push(now() + opening, EventKind::Connected, handle.slot, handle.generation);
  return within;
}

/// TCP takes a round trip; TLS 1.3 between sidecars takes one more.
Duration Engine::handshake(EndpointId from, EndpointId to, bool encrypted, std::uint64_t key) {
  const Duration trip = link_between(from, to).one_way * 2;
  return (encrypted ? trip * 2 : trip) + opening_hindrance(from, to, key);
}

/// Does the connection end at the sidecar of the pod, not at its application?
bool Engine::behind_sidecar(const Pool& pool) const {
  return plan_->workloads[workload_of(pool.host)].receives_through_sidecar &&
         world_.proxy_clusters[pool.proxy_cluster].proxy != pool.host;
}

void Engine::on_connected(std::uint32_t id) {
  Connection& connection = world_.connections[id];
  const std::uint32_t pool_id = connection.pool;
  Pool& pool = world_.pools[pool_id];
  if (!behind_sidecar(pool) && door(pool.host) == Door::Refuses) {
    return connect_failed(id, ResetReason::RemoteConnectionFailure);
  }
  disarm(connection.timer);
  pool.connecting_capacity -= stream_room(connection);
  arm_age(id);
  move(id, ConnectionState::Ready);
  serve_pending(pool_id);
}

/// Whoever ends the connection first because of its age: its proxy, or the application behind it.
void Engine::arm_age(std::uint32_t id) {
  Connection& connection = world_.connections[id];
  const Pool& pool = world_.pools[connection.pool];
  const ClusterConfigId config = world_.proxy_clusters[pool.proxy_cluster].config;
  const Duration proxys = plan_->cluster_configs[config].max_connection_duration;
  const WorkloadId server = workload_of(pool.host);
  const Duration servers = plan_->workloads[server].max_connection_age;
  const std::uint32_t generation = world_.connections.generation(id);
  if (servers.ns > 0 && !behind_sidecar(pool) && (proxys.ns == 0 || servers < proxys)) {
    connection.age_timer = arm(server_age_lanes_[server], TimerKind::ServerAge, id, generation);
  } else {
    connection.age_timer =
        arm(cluster_lanes_[config].age, TimerKind::ConnectionAge, id, generation);
  }
}

void Engine::on_connect_timeout(std::uint32_t id) {
  const Pool& pool = world_.pools[world_.connections[id].pool];
  count(world_.proxy_clusters[pool.proxy_cluster], ClusterCounter::upstream_cx_connect_timeout);
  connect_failed(id, ResetReason::ConnectionTimeout);
}

/// Everything that waits in this pool fails with it, the newest first (`envoy.md` §4.5).
void Engine::connect_failed(std::uint32_t id, ResetReason reason) {
  const std::uint32_t pool_id = world_.connections[id].pool;
  const std::uint32_t cluster = world_.pools[pool_id].proxy_cluster;
  count(world_.proxy_clusters[cluster], ClusterCounter::upstream_cx_connect_fail);
  while (world_.pools[pool_id].pending.front != nil) {
    const std::uint32_t newest = world_.pools[pool_id].pending.front;
    unlink_pending(world_.pools[pool_id], newest);
    --world_.proxy_clusters[cluster].breaker.pending;
    count(world_.proxy_clusters[cluster], ClusterCounter::upstream_rq_pending_failure_eject);
    Request& request = world_.requests[world_.attempts[newest].request];
    if (request.retries_enabled) request.tried.add(world_.tried, world_.attempts[newest].host);
    pool_failed(newest, reason, true);
  }
  close_connection(id, reason == ResetReason::RemoteConnectionFailure);
}

void Engine::move(std::uint32_t id, ConnectionState to) {
  Connection& connection = world_.connections[id];
  Pool& pool = world_.pools[connection.pool];
  std::uint32_t& from = pool.newest_of(connection.state);
  if (connection.prev != nil) {
    world_.connections[connection.prev].next = connection.next;
  } else {
    from = connection.next;
  }
  if (connection.next != nil) world_.connections[connection.next].prev = connection.prev;
  std::uint32_t& newest = pool.newest_of(to);
  connection.prev = nil;
  connection.next = newest;
  if (newest != nil) world_.connections[newest].prev = id;
  newest = id;
  connection.state = to;
  if (to == ConnectionState::Ready && connection.streams == 0) {
    connection.idle_since = now();
    if (!connection.watched) watch_idle(id);
    const ProxyCluster& cluster = world_.proxy_clusters[pool.proxy_cluster];
    world_.cells[cluster.first_cell + pool.host_index].warm_connection = id;
  }
}

void Engine::close_connection(std::uint32_t id, bool remote) {
  Connection& connection = world_.connections[id];
  MESH_CHECK(connection.streams == 0);
  const std::uint32_t pool_id = connection.pool;
  Pool& pool = world_.pools[pool_id];
  ProxyCluster& cluster = world_.proxy_clusters[pool.proxy_cluster];
  if (connection.state == ConnectionState::Connecting) {
    pool.connecting_capacity -= stream_room(connection);
  }
  count(cluster, ClusterCounter::upstream_cx_destroy);
  count(cluster, remote ? ClusterCounter::upstream_cx_destroy_remote
                        : ClusterCounter::upstream_cx_destroy_local);
  move(id, ConnectionState::Draining);
  disarm(connection.timer);
  disarm(connection.age_timer);
  std::uint32_t& newest = pool.newest_of(ConnectionState::Draining);
  newest = connection.next;
  if (connection.next != nil) world_.connections[connection.next].prev = nil;
  --cluster.breaker.connections;
  --pool.connection_count;
  world_.connections.erase(id);
  if (pool.pending_count > 0) try_connect(pool_id);
}

/// The peer closed a connection: its streams end with it (`envoy.md` §4.6).
void Engine::connection_lost(std::uint32_t id, ResetReason reason) {
  const std::uint32_t cluster = world_.pools[world_.connections[id].pool].proxy_cluster;
  if (world_.connections[id].streams > 0) {
    ProxyCluster& pc = world_.proxy_clusters[cluster];
    count(pc, ClusterCounter::upstream_cx_destroy_with_active_rq);
    count(pc, ClusterCounter::upstream_cx_destroy_remote_with_active_rq);
  }
  if (world_.connections[id].state != ConnectionState::Connecting) {
    move(id, ConnectionState::Draining);  // nobody may take it while its streams end
  }
  while (world_.connections[id].streams > 0) {
    const std::uint32_t attempt = world_.connections[id].first_stream;
    detach(attempt);
    upstream_reset(attempt, reason);
  }
  close_connection(id, true);
}

/// The peer closed the connection under this very stream.
void Engine::closed_by_peer(std::uint32_t attempt, ResetReason reason) {
  const std::uint32_t id = world_.attempts[attempt].connection;
  ProxyCluster& cluster =
      world_.proxy_clusters[world_.pools[world_.attempts[attempt].pool].proxy_cluster];
  if (world_.connections[id].http2) {
    const bool of_stream =
        reason == ResetReason::RemoteReset || reason == ResetReason::RemoteRefusedStream;
    if (!of_stream) return connection_lost(id, reason);
    count(cluster, ClusterCounter::upstream_rq_rx_reset);
    stream_done(attempt, false);
    return upstream_reset(attempt, reason);
  }
  connection_lost(id, reason);
}

/// Connections become idle and are used again with every request. So no timer follows each of them:
/// one looks after the whole time, and finds out when the connection was used last.
void Engine::watch_idle(std::uint32_t id) {
  Connection& connection = world_.connections[id];
  const ClusterConfigId config =
      world_.proxy_clusters[world_.pools[connection.pool].proxy_cluster].config;
  connection.timer = arm(cluster_lanes_[config].idle, TimerKind::IdleTimeout, id,
                         world_.connections.generation(id));
  connection.watched = connection.timer.valid();
}

/// The rest of the idle time is over: a timer of no duration lets the events of this instant pass
/// first, as every timer does.
void Engine::on_idle_due(std::uint32_t id, std::uint32_t generation) {
  if (!world_.connections.alive(id, generation)) return;
  world_.connections[id].timer = arm(at_once_, TimerKind::IdleTimeout, id, generation);
}

void Engine::on_idle_timeout(std::uint32_t id) {
  Connection& connection = world_.connections[id];
  connection.watched = false;
  if (connection.streams > 0) return;  // the watch begins anew when it is idle
  ProxyCluster& cluster = world_.proxy_clusters[world_.pools[connection.pool].proxy_cluster];
  const Instant due = connection.idle_since + plan_->cluster_configs[cluster.config].idle_timeout;
  if (due > now()) {
    connection.watched = true;
    return push(due, EventKind::IdleDue, id, world_.connections.generation(id));
  }
  count(cluster, ClusterCounter::upstream_cx_idle_timeout);
  close_connection(id, false);
}

void Engine::on_connection_age(std::uint32_t id) {
  const Pool& pool = world_.pools[world_.connections[id].pool];
  count(world_.proxy_clusters[pool.proxy_cluster],
        ClusterCounter::upstream_cx_max_duration_reached);
  drain_connection(id);
}

/// The application has had enough of it: HTTP/2 says so, HTTP/1 closes it while it is idle.
void Engine::on_server_age(std::uint32_t id) {
  const Connection& connection = world_.connections[id];
  if (!connection.http2 && connection.streams == 0) return close_connection(id, true);
  going_away(id);
}

/// GOAWAY, or `Connection: close` in a response: it ends with its present streams (`envoy.md`
/// §4.4).
void Engine::going_away(std::uint32_t id) {
  const Pool& pool = world_.pools[world_.connections[id].pool];
  count(world_.proxy_clusters[pool.proxy_cluster], ClusterCounter::upstream_cx_close_notify);
  if (world_.connections[id].state != ConnectionState::Draining) drain_connection(id);
}

/// Idle ones close now, busy ones after their streams.
void Engine::drain_connection(std::uint32_t id) {
  if (world_.connections[id].streams == 0) return close_connection(id, false);
  move(id, ConnectionState::Draining);
}

/// `envoy.md` §4.7: what an ejection, or leaving the endpoints, does to the pools of a host.
void Engine::drain_host(std::uint32_t cluster, std::uint32_t host_index) {
  const std::uint32_t cell = world_.proxy_clusters[cluster].first_cell + host_index;
  for (std::uint32_t p = world_.cells[cell].first_pool; p != nil;
       p = world_.pools[p].next_of_host) {
    for (const ConnectionState state : {ConnectionState::Ready, ConnectionState::Busy}) {
      for (std::uint32_t c = world_.pools[p].newest_of(state); c != nil;) {
        const std::uint32_t next = world_.connections[c].next;
        drain_connection(c);
        c = next;
      }
    }
    if (world_.pools[p].pending_count > 0) continue;
    for (std::uint32_t c = world_.pools[p].newest_of(ConnectionState::Connecting); c != nil;) {
      const std::uint32_t next = world_.connections[c].next;
      close_connection(c, false);
      c = next;
    }
  }
}

/// Those that end at the pod's application, or those of its sidecar too.
void Engine::reset_connections_to(EndpointId endpoint, bool of_sidecars) {
  std::vector<Handle> lost;
  for (Pool& pool : world_.pools) {
    if (pool.host != endpoint || (behind_sidecar(pool) && !of_sidecars)) continue;
    for (const ConnectionState state :
         {ConnectionState::Ready, ConnectionState::Busy, ConnectionState::Draining}) {
      for (std::uint32_t c = pool.newest_of(state); c != nil; c = world_.connections[c].next) {
        lost.push_back(world_.connections.handle(c));
      }
    }
  }
  for (const Handle& c : lost) {
    if (world_.connections.alive(c)) {
      connection_lost(c.slot, ResetReason::ConnectionTermination);
    }
  }
}

}  // namespace mesh
