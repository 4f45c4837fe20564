// Transitions of the active health check with their intervals.
#include "libmesh/policy/health_check.h"

namespace mesh {
namespace {

Duration or_else(Duration value, Duration fallback) {
  return value.ns > 0 ? value : fallback;
}

bool counts_towards_threshold(CheckResult result) {
  return result == CheckResult::Timeout || result == CheckResult::ConnectError ||
         result == CheckResult::RetriableStatus;
}

HealthTransition on_success(const HealthCheckConfig& config, HealthCheckState& state) {
  state.unhealthy_run = 0;
  if (!state.failed) return HealthTransition::Unchanged;
  // The very first result decides alone, so that a start is fast.
  if (!state.first_check && ++state.healthy_run != config.healthy_threshold) {
    return HealthTransition::ChangePending;
  }
  state.failed = false;
  return HealthTransition::Changed;
}

HealthTransition on_failure(const HealthCheckConfig& config, HealthCheckState& state,
                            CheckResult result) {
  state.healthy_run = 0;
  if (state.failed) return HealthTransition::Unchanged;
  if (counts_towards_threshold(result) && ++state.unhealthy_run != config.unhealthy_threshold) {
    return HealthTransition::ChangePending;
  }
  state.failed = true;
  return HealthTransition::Changed;
}

/// The first result ends the exclusion of a pending host, which is a change by itself.
HealthTransition clear_pending(HealthCheckState& state, HealthTransition transition) {
  if (!state.pending) return transition;
  state.pending = false;
  return HealthTransition::Changed;
}

}  // namespace

HealthTransition on_check_result(const HealthCheckConfig& config, HealthCheckState& state,
                                 CheckResult result) {
  HealthTransition transition =
      is_success(result) ? on_success(config, state) : on_failure(config, state, result);
  transition = clear_pending(state, transition);
  if (is_success(result)) {
    const bool degraded = result == CheckResult::Degraded;
    if (degraded != state.degraded && transition == HealthTransition::Unchanged) {
      transition = HealthTransition::Changed;
    }
    state.degraded = degraded;
  }
  state.first_check = false;
  return transition;
}

Duration check_interval(const HealthCheckConfig& config, bool healthy, HealthTransition transition,
                        bool traffic_seen) {
  const bool pending = transition == HealthTransition::ChangePending;
  if (!traffic_seen) {
    return healthy && !pending
               ? or_else(config.no_traffic_healthy_interval, config.no_traffic_interval)
               : config.no_traffic_interval;
  }
  const Duration unhealthy = or_else(config.unhealthy_interval, config.interval);
  if (!healthy) return pending ? or_else(config.unhealthy_edge_interval, unhealthy) : unhealthy;
  return pending ? or_else(config.healthy_edge_interval, config.interval) : config.interval;
}

}  // namespace mesh
