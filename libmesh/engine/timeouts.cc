// Timers that end a request or a try, a caller that goes away.
#include "libmesh/engine/engine.h"

namespace mesh {

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

}  // namespace mesh
