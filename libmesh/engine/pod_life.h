// What a pod has used and been through, where a scenario has words about it.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"
#include "libmesh/policy/restart_backoff.h"

namespace mesh {

/// Pods that are there from the start have been so for long.
inline constexpr Instant long_ago{-hours(24).ns};

/// What a pod has used, where an autoscaler reads it.
struct Meter {
  std::uint64_t cpu_ns = 0;    // until `at`
  std::uint64_t cpu_part = 0;  // in 2^-16 ns, of shared cores
  std::uint32_t working = 0;   // frames that use a core of their own
  bool measured = false;       // since `read_at` without a break
  Instant at{}, read_at{};
  std::uint64_t cpu_before = 0, received_before = 0;  // at `read_at`
  Instant started{}, ready{};                         // of the pod; last change of its readiness
};

/// The process of a pod.
struct PodLife {
  Instant started{}, paused_until{};
  Duration stood{0};  // length of all pauses that have begun
  RestartBackoff backoff;
  std::uint32_t restarts = 0, pauses = 0, starts = 0;
  std::uint32_t generation = 0;  // makes events about an earlier process void
  bool down = false;             // starts, or waits for its restart
  bool doomed = false;           // out of memory
};

}  // namespace mesh
