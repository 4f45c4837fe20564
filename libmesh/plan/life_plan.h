// What changes the number and the state of pods by itself, compiled: autoscalers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/base/time.h"
#include "libmesh/policy/horizontal_autoscaler.h"

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

}  // namespace mesh
