// Timers that end a request or a try, a caller that goes away.
#include "libmesh/engine/engine.h"
#include "libmesh/policy/hedging.h"

namespace mesh {

/// 504, or what x-envoy-upstream-rq-timeout-alt-response asks for.
std::uint16_t Engine::timeout_code(const Request& request) const {
  return request.route.valid() ? plan_->routes[request.route].timeout_code : std::uint16_t{504};
}

/// Every try under way is charged, the oldest first (`envoy.md` §1.4).
void Engine::on_route_timeout(std::uint32_t slot) {
  const std::uint32_t cluster = world_.requests[slot].proxy_cluster;
  const std::uint16_t timeout = timeout_code(world_.requests[slot]);
  std::uint16_t code = timeout;
  while (world_.requests[slot].first_attempt != nil) {
    std::uint32_t id = world_.requests[slot].first_attempt;
    while (world_.attempts[id].next != nil) id = world_.attempts[id].next;
    const Attempt attempt = world_.attempts[id];
    count(world_.proxy_clusters[cluster], ClusterCounter::upstream_rq_timeout);
    abandon_attempt(id, Details::ResponseTimeout);
    if (attempt.response_started) {  // only the rest is missing: what was sent stays logged
      code = attempt.code;
      continue;
    }
    charge_code(world_.proxy_clusters[cluster], timeout);
    // No host is blamed while the attempt waited in the queue or connected, none twice.
    if (attempt.state == AttemptState::Active && !attempt.timeout_reported) {
      report(cluster, attempt.host_index, HostResult::LocalOriginTimeout, timeout);
    }
  }
  world_.requests[slot].flags.set(ResponseFlag::UT);
  finish(slot, code, Details::ResponseTimeout);
}

/// The per-try timeout, or that of a try on which nothing moves, whichever is the shorter.
void Engine::on_per_try_timeout(std::uint32_t id) {
  const Request& request = world_.requests[world_.attempts[id].request];
  const PerTryTimeoutView view{
      .hedge_on_per_try_timeout = retry_policy(request)->hedge_on_per_try_timeout,
      .response_started = world_.attempts[id].response_started,
      .has_retry_state = request.retries_enabled};
  switch (mesh::on_per_try_timeout(view)) {
    case PerTryTimeoutAction::Ignore:
      return;
    case PerTryTimeoutAction::Reset:
      return reset_slow_try(id);
    case PerTryTimeoutAction::Keep:
    case PerTryTimeoutAction::KeepAndRetry:
      return hedge(id, view.has_retry_state);
  }
}

/// The try is over: judged as a reset of our own.
void Engine::reset_slow_try(std::uint32_t id) {
  const Attempt attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  const std::uint32_t cluster = world_.requests[slot].proxy_cluster;
  const std::uint16_t code = timeout_code(world_.requests[slot]);
  const bool idle = route_lanes_[world_.requests[slot].route].per_try_is_idle;
  const Details details = idle ? Details::PerTryIdleTimeout : Details::PerTryTimeout;
  count(world_.proxy_clusters[cluster], idle ? ClusterCounter::upstream_rq_per_try_idle_timeout
                                             : ClusterCounter::upstream_rq_per_try_timeout);
  abandon_attempt(id, details);
  report(cluster, attempt.host_index, HostResult::LocalOriginTimeout, code);
  if (retry_reset(slot, ResetReason::LocalReset)) return;
  charge_code(world_.proxy_clusters[cluster], code);
  world_.requests[slot].flags.set(ResponseFlag::UT);
  finish(slot, code, details);
}

/// The try goes on while another one is sent after the usual back-off (`envoy.md` §1.7).
void Engine::hedge(std::uint32_t id, bool may_retry) {
  const Attempt attempt = world_.attempts[id];
  const Request& request = world_.requests[attempt.request];
  world_.attempts[id].timeout_reported = true;
  report(request.proxy_cluster, attempt.host_index, HostResult::LocalOriginTimeout,
         timeout_code(request));
  if (may_retry) world_.attempts[id].retried = retry(attempt.request, {.wanted = true});
}

/// max_stream_duration of an upstream request: retried as a reset of our own; no host is blamed and
/// no code is charged (`envoy.md` §1.4).
void Engine::on_stream_duration(std::uint32_t id) {
  const Attempt attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  count(world_.proxy_clusters[world_.requests[slot].proxy_cluster],
        ClusterCounter::upstream_rq_max_duration_reached);
  abandon_attempt(id, Details::MaxStreamDuration);
  if (!attempt.response_started && !attempt.retried && retry_reset(slot, ResetReason::LocalReset)) {
    return;
  }
  abandon_attempts(slot, Details::MaxStreamDuration);
  world_.requests[slot].flags.set(ResponseFlag::UMSDR);
  finish(slot, attempt.response_started ? attempt.code : std::uint16_t{504},
         Details::MaxStreamDuration);
}

void Engine::on_downstream_gone(std::uint32_t slot) {
  abandon_attempts(slot, Details::DownstreamDisconnect);
  world_.requests[slot].flags.set(ResponseFlag::DC);
  finish(slot, 0, Details::DownstreamDisconnect);
}

}  // namespace mesh
