// Outlier detection that cannot eject anybody.
#include <set>

#include "libmesh/lint/all.h"
#include "libmesh/policy/outlier_detector.h"

namespace mesh {
namespace {

/// The least maxEjectionPercent that lets one of `hosts` go.
std::uint32_t least_percent(OutlierConfig config, std::uint32_t hosts) {
  for (std::uint32_t percent = 1; percent < 100; ++percent) {
    config.max_ejection_percent = percent;
    if (may_eject(config, 0, hosts)) return percent;
  }
  return 100;
}

}  // namespace

/// Envoy tests the percentage before the first ejection too (istio.md §0.1 fact 4), so the default
/// of 10 % ejects nothing below ten hosts.
void lint_outlier_detection(const LintInput& input, Diagnostics& problems) {
  std::set<std::pair<std::string, std::uint32_t>> said;  // several clusters share one policy
  for (const LintCluster& cluster : input.clusters()) {
    const ClusterConfig& config = *cluster.config;
    if (!config.outlier || cluster.replicas == 0) continue;
    if (may_eject(*config.outlier, 0, cluster.replicas)) continue;
    const Place place = cluster.policy.groups.outlier_detection
                            ? cluster.policy.groups.outlier_detection->place
                            : Place{};
    if (!said.insert({to_string(place), cluster.replicas}).second) continue;
    warn(problems, lint_code::never_ejects, place, cluster.rule + ": outlierDetection",
         "can never eject a host of " + cluster.name + ": one of " +
             std::to_string(cluster.replicas) + " is more than " +
             std::to_string(config.outlier->max_ejection_percent) + " %",
         "set maxEjectionPercent to " +
             std::to_string(least_percent(*config.outlier, cluster.replicas)) + " or more");
  }
}

}  // namespace mesh
