// Streams on connections: Envoy's pools, one per worker and host, with counters shared by workers.
#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

bool is_in_use(const Pool& pool) {
  return pool.connection_count > 0 || pool.pending_count > 0;
}

}  // namespace

/// Nil when a pool would have to be made and there may be no more of them (`envoy.md` §3.5).
std::uint32_t Engine::pool_for(std::uint32_t cluster, std::uint32_t host_index,
                               std::uint16_t worker) {
  HostCell& cell = world_.cells[world_.proxy_clusters[cluster].first_cell + host_index];
  for (std::uint32_t p = cell.first_pool; p != nil; p = world_.pools[p].next_of_host) {
    const Pool& pool = world_.pools[p];
    if (pool.worker != worker) continue;
    return pool.limited && !is_in_use(pool) && !may_use_pool(cluster) ? nil : p;
  }
  const ClusterConfig& config = plan_->cluster_configs[world_.proxy_clusters[cluster].config];
  if (!may_use_pool(cluster)) return nil;
  const auto id = static_cast<std::uint32_t>(world_.pools.size());
  Pool pool;
  pool.proxy_cluster = cluster;
  pool.host_index = host_index;
  pool.host = host_of(world_.proxy_clusters[cluster], host_index);
  pool.next_of_host = cell.first_pool;
  pool.worker = worker;
  pool.preconnects = config.preconnect_ratio > 1.0;
  pool.limited = config.breaker.max_connection_pools != unlimited;
  world_.pools.push_back(pool);
  cell.first_pool = id;
  return id;
}

bool Engine::may_use_pool(std::uint32_t id) const {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const std::uint32_t most = plan_->cluster_configs[cluster.config].breaker.max_connection_pools;
  return most == unlimited || can_create(pools_in_use(cluster), most);
}

/// Envoy drops a pool that has become idle; ours stay, so those with something in them count.
std::uint32_t Engine::pools_in_use(const ProxyCluster& cluster) const {
  std::uint32_t used = 0;
  const std::size_t hosts = plan_->cluster_configs[cluster.config].hosts.size();
  for (std::size_t h = 0; h < std::max<std::size_t>(hosts, 1); ++h) {
    for (std::uint32_t p = world_.cells[cluster.first_cell + h].first_pool; p != nil;
         p = world_.pools[p].next_of_host) {
      if (is_in_use(world_.pools[p])) ++used;
    }
  }
  return used;
}

std::uint32_t Engine::stream_room(const Connection& connection) const {
  return std::min(connection.streams_max - connection.streams, connection.requests_left);
}

/// `envoy.md` §4.2: a ready connection, or the queue and perhaps a new connection.
void Engine::new_stream(std::uint32_t id, std::uint32_t attempt) {
  Pool& pool = world_.pools[id];
  const std::uint32_t ready = pool.newest_of(ConnectionState::Ready);
  if (ready != nil) {
    attach(id, ready, attempt);
    if (world_.pools[id].preconnects) try_connect(id);
    return;
  }
  ProxyCluster& cluster = world_.proxy_clusters[pool.proxy_cluster];
  const CircuitBreakerConfig& limits = plan_->cluster_configs[cluster.config].breaker;
  if (!can_create(cluster.breaker.pending, limits.max_pending_requests)) {
    count(cluster, ClusterCounter::upstream_rq_pending_overflow);
    return pool_failed(attempt, ResetReason::Overflow, false);
  }
  ++cluster.breaker.pending;
  count(cluster, ClusterCounter::upstream_rq_pending_total);
  Attempt& waiting = world_.attempts[attempt];
  waiting.state = AttemptState::Pending;
  waiting.queue_prev = nil;
  waiting.queue_next = pool.pending.front;
  if (pool.pending.front != nil) {
    world_.attempts[pool.pending.front].queue_prev = attempt;
  } else {
    pool.pending.back = attempt;
  }
  pool.pending.front = attempt;
  ++pool.pending_count;
  try_connect(id);
}

void Engine::unlink_pending(Pool& pool, std::uint32_t id) {
  const Attempt& attempt = world_.attempts[id];
  if (attempt.queue_prev != nil) {
    world_.attempts[attempt.queue_prev].queue_next = attempt.queue_next;
  } else {
    pool.pending.front = attempt.queue_next;
  }
  if (attempt.queue_next != nil) {
    world_.attempts[attempt.queue_next].queue_prev = attempt.queue_prev;
  } else {
    pool.pending.back = attempt.queue_prev;
  }
  --pool.pending_count;
}

/// False when max_requests refuses the stream (`envoy.md` §3.2): the host is known by then.
bool Engine::attach(std::uint32_t id, std::uint32_t connection_id, std::uint32_t attempt_id) {
  const Pool& pool = world_.pools[id];
  ProxyCluster& cluster = world_.proxy_clusters[pool.proxy_cluster];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  if (!can_create(cluster.breaker.requests, config.breaker.max_requests) &&
      config.protocol != UpstreamProtocol::Tcp) {
    count(cluster, ClusterCounter::upstream_rq_pending_overflow);
    pool_failed(attempt_id, ResetReason::Overflow, true);
    return false;
  }
  ++cluster.breaker.requests;
  ++world_.active[cluster.first_cell + pool.host_index];
  count(cluster, ClusterCounter::upstream_rq_total);
  Connection& connection = world_.connections[connection_id];
  Attempt& attempt = world_.attempts[attempt_id];
  attempt.connection = connection_id;
  attempt.queue_prev = nil;
  attempt.queue_next = connection.first_stream;
  if (connection.first_stream != nil) {
    world_.attempts[connection.first_stream].queue_prev = attempt_id;
  }
  connection.first_stream = attempt_id;
  ++connection.streams;
  if (connection.requests_left != unlimited) --connection.requests_left;
  const bool fresh = !connection.used;
  connection.used = true;
  if (connection.requests_left == 0) {
    count(cluster, ClusterCounter::upstream_cx_max_requests);
    move(connection_id, ConnectionState::Draining);
  } else if (connection.streams == connection.streams_max) {
    move(connection_id, ConnectionState::Busy);
  }
  pool_ready(attempt_id, fresh);
  return true;
}

/// Oldest pending first, on the most recently freed connection (`envoy.md` §4.1).
void Engine::serve_pending(std::uint32_t id) {
  for (;;) {
    Pool& pool = world_.pools[id];
    const std::uint32_t oldest = pool.pending.back;
    if (oldest == nil) return;
    const std::uint32_t ready = pool.newest_of(ConnectionState::Ready);
    if (ready == nil) break;
    unlink_pending(pool, oldest);
    --world_.proxy_clusters[pool.proxy_cluster].breaker.pending;
    attach(id, ready, oldest);
  }
  try_connect(id);
}

/// Takes a stream off its connection; what becomes of the connection is the caller's question.
void Engine::detach(std::uint32_t attempt_id) {
  Attempt& attempt = world_.attempts[attempt_id];
  const Pool& pool = world_.pools[attempt.pool];
  ProxyCluster& cluster = world_.proxy_clusters[pool.proxy_cluster];
  Connection& connection = world_.connections[attempt.connection];
  if (attempt.queue_prev != nil) {
    world_.attempts[attempt.queue_prev].queue_next = attempt.queue_next;
  } else {
    connection.first_stream = attempt.queue_next;
  }
  if (attempt.queue_next != nil) {
    world_.attempts[attempt.queue_next].queue_prev = attempt.queue_prev;
  }
  attempt.connection = nil;
  attempt.state = AttemptState::Done;
  --connection.streams;
  --cluster.breaker.requests;
  --world_.active[cluster.first_cell + pool.host_index];
}

/// A stream is over: its connection is free, drained or (after a reset of HTTP/1) closed.
void Engine::stream_done(std::uint32_t attempt_id, bool close) {
  const std::uint32_t id = world_.attempts[attempt_id].connection;
  const std::uint32_t pool_id = world_.attempts[attempt_id].pool;
  detach(attempt_id);
  ProxyCluster& cluster = world_.proxy_clusters[world_.pools[pool_id].proxy_cluster];
  const Connection& connection = world_.connections[id];
  if (close && !connection.http2) {
    count(cluster, ClusterCounter::upstream_cx_destroy_with_active_rq);
    count(cluster, ClusterCounter::upstream_cx_destroy_local_with_active_rq);
    return close_connection(id, false);
  }
  if (close) count(cluster, ClusterCounter::upstream_rq_tx_reset);
  if (connection.state == ConnectionState::Draining) {
    if (connection.streams == 0) close_connection(id, false);
    return;
  }
  if (connection.state == ConnectionState::Busy || connection.streams == 0) {
    move(id, ConnectionState::Ready);
  }
  serve_pending(pool_id);
}

}  // namespace mesh
