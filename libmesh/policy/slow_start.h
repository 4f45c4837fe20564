// Slow start: a host that has just become healthy gets less than its weight.
#pragma once

#include "libmesh/base/time.h"
#include "libmesh/policy/load_balancer/config.h"

namespace mesh {

/// Factor on the weight of a host that has been healthy (or known, without health checks) for
/// `healthy_for`: max((max(1 ms, healthy_for) / window)^(1/aggression), min weight), 1 after the
/// window. Source: source/extensions/load_balancing_policies/common/load_balancer_impl.cc
/// (applySlowStartFactor).
double slow_start_factor(const SlowStartConfig& config, Duration healthy_for);

/// While the newest host is in its window the schedule of unequal weights is used, even if all
/// weights are equal. Source: the same file (noHostsAreInSlowStart).
constexpr bool in_slow_start(const SlowStartConfig& config, Duration since_newest_host) {
  return config.window.ns > 0 &&
         whole_milliseconds(since_newest_host) <= whole_milliseconds(config.window);
}

}  // namespace mesh
