// Kubernetes' HorizontalPodAutoscaler v2: how many replicas, from metrics and what was done lately.
#pragma once

// Source of all rules: kubernetes/kubernetes, pkg/controller/podautoscaler/horizontal.go and
// replica_calculator.go (v1.33), called "horizontal" and "calculator" below.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libmesh/base/time.h"

namespace mesh {

/// At most so many replicas more, or fewer, within a period.
struct ScalingPolicy {
  enum class Kind : std::uint8_t { Pods, Percent };
  Kind kind = Kind::Percent;
  std::uint32_t value = 100;
  Duration period = seconds(15);
  bool operator==(const ScalingPolicy&) const = default;
};

/// Which of several policies counts: the one that allows the largest change, the smallest, none.
enum class SelectPolicy : std::uint8_t { Max, Min, Disabled };

struct ScalingRules {
  /// Recommendations of this span count together: the least of them upwards, the largest downwards.
  Duration stabilization{0};
  SelectPolicy select = SelectPolicy::Max;
  std::vector<ScalingPolicy> policies;
  /// No change while the ratio of metric to target is this near to 1
  /// (--horizontal-pod-autoscaler-tolerance).
  double tolerance = 0.1;
  bool operator==(const ScalingRules&) const = default;
};

/// Defaults of autoscaling/v2 (pkg/apis/autoscaling/v2/defaults.go).
inline ScalingRules default_scale_up() {
  return {.policies = {{ScalingPolicy::Kind::Pods, 4, seconds(15)},
                       {ScalingPolicy::Kind::Percent, 100, seconds(15)}}};
}
inline ScalingRules default_scale_down() {
  return {.stabilization = minutes(5),
          .policies = {{ScalingPolicy::Kind::Percent, 100, seconds(15)}}};
}

struct AutoscalerConfig {
  std::uint32_t min_replicas = 1, max_replicas = 1;
  ScalingRules up = default_scale_up(), down = default_scale_down();
  /// Defaults of kube-controller-manager's flags --horizontal-pod-autoscaler-sync-period,
  /// -cpu-initialization-period and -initial-readiness-delay.
  Duration sync_period = seconds(15);
  Duration cpu_initialization = minutes(5);
  Duration initial_readiness_delay = seconds(30);
  bool operator==(const AutoscalerConfig&) const = default;
};

struct MetricTarget {
  /// Utilization: percent of what the pods request. AverageValue: thousandths for each pod.
  enum class Kind : std::uint8_t { Utilization, AverageValue };
  Kind kind = Kind::Utilization;
  std::int64_t value = 80;
  bool operator==(const MetricTarget&) const = default;
};

/// What the controller knows of one pod when it looks.
struct PodStatus {
  bool terminating = false;  // or failed
  bool pending = false;      // not started yet
  bool ready = true;
  Instant started{};         // status.startTime
  Instant ready_changed{};   // last transition of the condition Ready
  bool measured = false;     // the metrics have a value for it
  Instant measured_at{};     // end of the window
  Duration window{0};        // that the value is an average of
  std::int64_t value = 0;    // thousandths of a core, of a request per second, of a request
  std::int64_t request = 0;  // thousandths of a core that the pod asks for; 0 = none
};

/// How a pod counts (calculator, groupPods).
enum class PodGroup : std::uint8_t { Ready, Unready, Missing, Ignored };
PodGroup group_of(const AutoscalerConfig& config, const PodStatus& pod, bool is_cpu, Instant now);

/// Replicas that one metric asks for; nothing when it cannot be worked out: no pod has a value, or
/// nobody requests anything (calculator, GetResourceReplicas and calcPlainMetricReplicas).
std::optional<std::uint32_t> replicas_for(const AutoscalerConfig& config,
                                          const MetricTarget& target, bool is_cpu,
                                          std::span<const PodStatus> pods, std::uint32_t current,
                                          Instant now);

/// Of several metrics the largest counts; while one is unknown only upwards (horizontal,
/// computeReplicasForMetrics).
std::optional<std::uint32_t> largest(std::span<const std::optional<std::uint32_t>> asked,
                                     std::uint32_t current);

/// What an autoscaler remembers.
struct AutoscalerState {
  struct Entry {
    Instant at{};
    std::uint32_t replicas = 0;  // recommended; of a change: how many more or fewer
  };
  std::vector<Entry> recommendations, ups, downs;
};

/// The replicas from now on, with stabilization windows, policies and limits. `asked` is nothing
/// when the metrics are unknown (horizontal, reconcileAutoscaler).
std::uint32_t reconcile(const AutoscalerConfig& config, AutoscalerState& state,
                        std::uint32_t current, std::optional<std::uint32_t> asked, Instant now);

}  // namespace mesh
