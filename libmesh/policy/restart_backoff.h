// CrashLoopBackOff: how long the kubelet waits before it starts a container again.
#pragma once

// Source: kubernetes/kubernetes, pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff),
// pkg/kubelet/kubelet.go (10 s and 300 s), client-go/util/flowcontrol/backoff.go.

#include <algorithm>

#include "libmesh/base/time.h"

namespace mesh {

struct RestartBackoff {
  Duration wait{0};   // before the next restart; 0 = it comes at once
  Instant started{};  // the latest restart
  bool operator==(const RestartBackoff&) const = default;
};

/// The container has died at `now`: how long until it is started again. The first time at once,
/// then after 10 s, 20 s, … 5 min; who has run for more than 10 minutes begins anew.
constexpr Duration next_restart(RestartBackoff& backoff, Instant now) {
  constexpr Duration first = seconds(10), longest = minutes(5), forgotten = minutes(10);
  if (elapsed(backoff.started, now) > forgotten) backoff.wait = {};
  const Duration wait = backoff.wait;
  backoff.wait = wait.ns == 0 ? first : Duration{std::min(2 * wait.ns, longest.ns)};
  backoff.started = now + wait;
  return wait;
}

}  // namespace mesh
