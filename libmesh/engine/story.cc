// What a proxy sees when it decides, stated only where requests are recorded.
#include "libmesh/engine/engine.h"
#include "libmesh/policy/timeouts.h"

namespace mesh {

namespace {

PickedBy picked_by(LoadBalancerKind kind) {
  switch (kind) {
    case LoadBalancerKind::RoundRobin:
    case LoadBalancerKind::ClientSideWeightedRoundRobin:
      return PickedBy::RoundRobin;
    case LoadBalancerKind::LeastRequest:
      return PickedBy::LeastRequest;
    case LoadBalancerKind::Random:
      return PickedBy::Random;
    case LoadBalancerKind::RingHash:
      return PickedBy::RingHash;
    case LoadBalancerKind::Maglev:
      return PickedBy::Maglev;
    case LoadBalancerKind::OriginalDestination:
      break;
  }
  return PickedBy::Other;
}

}  // namespace

/// Before the attempt counts anywhere; `host_index` nil = there was no host.
void Engine::tell_pick(const Request& request, std::uint32_t host_index) {
  const ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  const CircuitBreaker& breaker = cluster.breaker;
  HostPicked fact{.request = request.id,
                  .number = static_cast<std::uint16_t>(request.attempts + 1),
                  .by = picked_by(config.load_balancer.kind),
                  .scheduled = cluster.balancer != nil,
                  .members = members(cluster),
                  .worker = request.worker,
                  .connections = {breaker.connections, config.breaker.max_connections},
                  .pending = {breaker.pending, config.breaker.max_pending_requests},
                  .requests = {breaker.requests, config.breaker.max_requests},
                  .retries = {breaker.retries, retry_limit(config.breaker, breaker)}};
  fact.tried = request.tried.size(world_.tried);
  if (request.kind == Origin::Inbound) {
    fact.by = PickedBy::OwnApplication;
    fact.hosts = fact.members = 1;
  } else if (host_index != nil) {
    fact.priority = config.hosts[host_index].priority;
    const ClusterView& view = view_of(cluster);
    const PriorityView& hosts = view.priorities[fact.priority];
    fact.panic = view.table.panic[fact.priority] != 0;
    fact.hosts = static_cast<std::uint32_t>(fact.panic ? hosts.all.size() : hosts.healthy.size());
  }
  if (host_index != nil) {
    fact.host = host_of(cluster, host_index);
    tell_pool(cluster, host_index, fact);
    tell_compared(request, cluster, fact);
  }
  tell_route(request, fact);
  recorder_.host_picked(fact);
}

void Engine::tell_pool(const ProxyCluster& cluster, std::uint32_t host_index, HostPicked& fact) {
  for (std::uint32_t p = world_.cells[cluster.first_cell + host_index].first_pool; p != nil;
       p = world_.pools[p].next_of_host) {
    if (world_.pools[p].worker != fact.worker) continue;
    for (const std::uint32_t newest : world_.pools[p].newest) {
      for (std::uint32_t c = newest; c != nil; c = world_.connections[c].next) {
        const Connection& connection = world_.connections[c];
        ++(connection.state == ConnectionState::Connecting ? fact.connecting
           : connection.streams == 0                       ? fact.idle
                                                           : fact.busy);
      }
    }
  }
}

/// Least request draws its candidates anew from where it began: draws are functions of their keys.
void Engine::tell_compared(const Request& request, const ProxyCluster& cluster,
                           const HostPicked& fact) {
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  if (fact.by != PickedBy::LeastRequest || fact.scheduled || fact.hosts < 2) return;
  const PriorityView& priority = view_of(cluster).priorities[fact.priority];
  const std::vector<std::uint32_t>& hosts = fact.panic ? priority.all : priority.healthy;
  Draw draw = last_pick_;
  draw.word();  // chose the priority
  for (std::uint32_t choice = 0; choice < config.load_balancer.choices; ++choice) {
    const std::uint32_t host = hosts[draw.modulo(hosts.size())];
    recorder_.host_compared({.request = request.id,
                             .number = fact.number,
                             .host = config.hosts[host].endpoint,
                             .active = world_.active[cluster.first_cell + host]});
  }
}

/// Weights, and timers as they stand when the attempt begins.
void Engine::tell_route(const Request& request, HostPicked& fact) const {
  if (!request.route.valid()) return;
  const RoutePlan& route = plan_->routes[request.route];
  for (const WeightedCluster& candidate : route.clusters) {
    if (route.clusters.size() == 1 || candidate.cluster != request.cluster) continue;
    fact.weight = candidate.weight;
    fact.weights = route.total_weight;
  }
  if (request.session) return;
  const bool first = request.attempts == 0;
  if (first || request.route_timer.valid()) fact.timeout = fact.timeout_left = timeout_of(request);
  if (request.route_timer.valid()) {
    fact.timeout_left = elapsed(now(), world_.loop.timers.deadline(request.route_timer));
  }
  const bool has_per_try = route.retry && request.kind != Origin::Mirror;
  if (has_per_try && route_lanes_[request.route].per_try.valid() &&
      !route_lanes_[request.route].per_try_is_idle) {
    fact.per_try = route.retry->per_try_timeout;
  }
  const RequestTimeouts timeouts{.global = fact.timeout, .per_try = fact.per_try};
  const bool hedging = route.retry && route.retry->hedge_on_per_try_timeout;
  fact.expected_ms =
      expected_timeout_ms(timeouts, hedging, fact.timeout - fact.timeout_left).value_or(0);
}

void Engine::tell_decision(const Request& request, RetryDecision decision, Fill retries,
                           const Backoff& wait) {
  if (!recorder_.keeps_requests()) return;
  recorder_.retry_decided({.at = now(),
                           .request = request.id,
                           .number = request.attempts,
                           .decision = decision,
                           .asked = wait.asked,
                           .backoff = wait.drawn,
                           .window = wait.window,
                           .remaining = request.retry.remaining,
                           .retries = retries});
}

}  // namespace mesh
