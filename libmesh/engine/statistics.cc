// What is counted: codes of a cluster, rows of the record, gauges at the end.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

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

std::vector<ClusterStats> Engine::stats() const {
  std::vector<ClusterStats> rows;
  for (const ProxyCluster& cluster : world_.proxy_clusters) {
    ClusterStats row{.proxy = cluster.proxy, .cluster = cluster.cluster};
    for (std::size_t i = 0; i < common_counter_count; ++i) row.counters[i] = cluster.counters[i];
    if (cluster.special != nil) {
      const SpecialCluster& special = world_.specials[cluster.special];
      std::copy(special.counters.begin(), special.counters.end(),
                row.counters.begin() + common_counter_count);
    }
    const CircuitBreaker& breaker = cluster.breaker;
    const CircuitBreakerConfig& limits = plan_->cluster_configs[cluster.config].breaker;
    row.connections_active = breaker.connections;
    row.requests_active = breaker.requests;
    row.pending_active = breaker.pending;
    row.retries_active = breaker.retries;
    row.ejections_active = cluster.ejected;
    row.cx_open = is_open(breaker.connections, limits.max_connections);
    row.cx_pool_open = is_open(pools_in_use(cluster), limits.max_connection_pools);
    row.rq_open = is_open(breaker.requests, limits.max_requests);
    row.rq_pending_open = is_open(breaker.pending, limits.max_pending_requests);
    row.rq_retry_open = is_open(breaker.retries, retry_limit(limits, breaker));
    const bool own = cluster.config == proxy_config(cluster.proxy).inbound;
    row.membership_total = own ? 1 : members(cluster);  // its one host is its own application
    row.membership_healthy = row.membership_total - unhealthy(cluster);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace mesh
