// What changes the number, the state and the pace of pods by itself, compiled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/base/time.h"
#include "libmesh/policy/horizontal_autoscaler.h"
#include "libmesh/policy/pace.h"

namespace mesh {

/// What an autoscaler reads of each pod. `Unknown` has no values, as in a cluster without the
/// adapter that would serve them.
enum class PodMetric : std::uint8_t { Cpu, InFlight, RequestRate, Unknown };

struct AutoscalerMetricPlan {
  PodMetric metric = PodMetric::Cpu;
  MetricTarget target;
};

/// A HorizontalPodAutoscaler as it was applied at `from`, until it was changed.
struct AutoscalerPlan {
  std::string name;
  WorkloadId workload;
  Instant from{}, to = never;
  AutoscalerConfig config;
  std::vector<AutoscalerMetricPlan> metrics;
  std::int64_t cpu_request_milli = 0;  // of each pod
};

inline constexpr std::uint32_t no_life = 0xffffffffu;

/// How the processes of a workload live. Times are indices in Plan::distributions.
struct LifePlan {
  bool starts = false;  // a new process is not ready for a while
  std::uint32_t start_up = 0;
  WarmUp warm_up;
  Slowdown slowdown;
  bool pauses = false;
  std::uint32_t pause_every = 0, pause_for = 0;
  std::uint64_t memory_base = 0, memory_per_request = 0;
  std::uint64_t memory_limit = 0;  // above it the process is killed; 0 = none
};

}  // namespace mesh
