// Retries: the decision with its counters, the back-off, the next host.
#include "libmesh/engine/engine.h"

namespace mesh {

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

const RetryPolicy* Engine::retry_policy(const Request& request) const {
  if (request.kind == Origin::Inbound) return &inbound_retry_;
  if (request.kind == Origin::Mirror || !request.route.valid()) return nullptr;
  const RoutePlan& route = plan_->routes[request.route];
  return route.retry ? &*route.retry : nullptr;
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

}  // namespace mesh
