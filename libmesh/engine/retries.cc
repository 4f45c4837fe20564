// Retries: the decision with its counters, the back-off, the next host.
#include "libmesh/engine/engine.h"

namespace mesh {

/// `envoy.md` §2.4. True when a back-off has been started.
bool Engine::retry(std::uint32_t slot, const RetryCase& outcome) {
  Request& request = world_.requests[slot];
  if (!request.retries_enabled) return false;
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  if (!outcome.wanted && request.retried) count(cluster, ClusterCounter::upstream_rq_retry_success);
  release_retry(request);
  if (!outcome.wanted) {
    const bool good = outcome.code > 0 && outcome.code < 400;
    if (!good) tell_decision(request, RetryDecision::NotWanted, {}, {});
    return false;
  }
  const RetryPolicy& policy = *retry_policy(request);
  const CircuitBreakerConfig& limits = plan_->cluster_configs[cluster.config].breaker;
  const Fill retries{cluster.breaker.retries, retry_limit(limits, cluster.breaker)};
  switch (decide_retry(request.retry, true, can_create(retries.now, retries.most))) {
    case RetryVerdict::No:
      return false;
    case RetryVerdict::LimitExceeded:
      count(cluster, ClusterCounter::upstream_rq_retry_limit_exceeded);
      request.flags.set(ResponseFlag::URX);
      tell_decision(request, RetryDecision::LimitExceeded, retries, {});
      return false;
    case RetryVerdict::Overflow:
      count(cluster, ClusterCounter::upstream_rq_retry_overflow);
      request.flags.set(ResponseFlag::UO);
      tell_decision(request, RetryDecision::Overflow, retries, {});
      return false;
    case RetryVerdict::Retry:
      break;
  }
  ++cluster.breaker.retries;
  request.retry.holds_resource = true;
  request.retry_scheduled = request.retried = true;
  count(cluster, ClusterCounter::upstream_rq_retry);
  const Backoff wait = backoff(request, policy, outcome.response);
  tell_decision(request, RetryDecision::Retried, retries, wait);
  push(now() + wait.drawn, EventKind::BackoffDone, slot, world_.requests.generation(slot));
  return true;
}

bool Engine::retry_reset(std::uint32_t slot, ResetReason reason) {
  const Request& request = world_.requests[slot];
  return retry(slot,
               {.wanted = request.retries_enabled &&
                          wants_retry(*retry_policy(request), reason, request.sent_upstream)});
}

/// As long as the answer asks for, else exponential (`envoy.md` §2.5). A run begins at the epoch.
Engine::Backoff Engine::backoff(Request& request, const RetryPolicy& policy,
                                const ResponsePlan* response) {
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  const std::uint64_t random = draws_.at(Purpose::Backoff, request.key, request.attempts).word();
  if (response != nullptr && !policy.reset_headers.empty()) {
    const std::int64_t unix_now_s = now().ns / seconds(1).ns;
    const auto asked = reset_interval(policy, response->headers, unix_now_s);
    if (asked && whole_milliseconds(*asked) > 1) {
      count(cluster, ClusterCounter::upstream_rq_retry_backoff_ratelimited);
      return {ratelimited_backoff(*asked, random), *asked, true};
    }
  }
  count(cluster, ClusterCounter::upstream_rq_retry_backoff_exponential);
  const Duration window = milliseconds(request.retry.window_ms);
  return {next_backoff(policy, request.retry, random), window, false};
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

void Engine::on_backoff_done(std::uint32_t slot, std::uint32_t generation) {
  if (!world_.requests.alive(slot, generation)) return;
  Request& request = world_.requests[slot];
  if (!request.retry_scheduled) return;
  request.retry_scheduled = false;
  if (request.session) return retry_session(slot);
  const std::uint32_t host =
      request.kind == Origin::Inbound ? 0 : pick_host(request, retry_policy(request));
  if (host != nil) return begin_attempt(slot, host);
  no_healthy_upstream(slot, ClusterCounter::upstream_cx_none_healthy);
}

}  // namespace mesh
