// How many hosts may be ejected, which failures count, and when panic undoes it.
#include <algorithm>
#include <set>

#include "libmesh/lint/all.h"
#include "libmesh/policy/outlier_detector.h"
#include "libmesh/policy/panic.h"

namespace mesh {
namespace {

std::uint32_t most_ejected(const OutlierConfig& config, std::uint32_t hosts) {
  std::uint32_t ejected = 0;
  while (ejected < hosts && may_eject(config, ejected, hosts)) ++ejected;
  return ejected;
}

/// Of a cluster with one priority (`envoy.md` §6.3).
bool panics(const PriorityHosts& hosts, std::uint32_t threshold_percent) {
  return availability(hosts).healthy < 100 && is_below_panic_threshold(hosts, threshold_percent);
}

std::string of_hosts(std::uint32_t n, std::uint32_t hosts, const std::string& cluster) {
  return std::to_string(n) + " of the " + std::to_string(hosts) + " hosts of " + cluster;
}

struct Finding {
  const code::Code& code;
  std::string what, hint;
};

/// A timeout counts as local origin then, and each connection that comes about clears that counter
/// (`envoy.md` §5.2).
std::vector<Finding> findings(const LintCluster& cluster) {
  const ClusterConfig& config = *cluster.config;
  const std::uint32_t hosts = cluster.replicas, threshold = config.panic_threshold_percent;
  const std::uint32_t most = most_ejected(*config.outlier, hosts);
  std::vector<Finding> found;
  if (config.outlier->split_external_local_origin_errors) {
    found.push_back({lint_code::split_hides_hangs,
                     "with splitExternalLocalOriginErrors a host that accepts connections and "
                     "never answers is not ejected: timeouts are of local origin, and every "
                     "connection that comes about clears their counter",
                     "leave it out, so that timeouts count as 504 among consecutive5xxErrors"});
  }
  if (hosts > 1 && most == hosts && threshold == 0) {
    found.push_back({lint_code::all_ejected,
                     "may eject all " + std::to_string(hosts) + " hosts of " + cluster.name +
                         "; minHealthPercent 0 means no panic, so requests then get 503 UH",
                     "lower maxEjectionPercent, or set minHealthPercent"});
  }
  for (std::uint32_t ejected = 1; ejected <= most; ++ejected) {
    if (!panics({.hosts = hosts, .healthy = hosts - ejected}, threshold)) continue;
    found.push_back({lint_code::early_panic,
                     "once " + of_hosts(ejected, hosts, cluster.name) +
                         " are ejected, fewer than minHealthPercent " + std::to_string(threshold) +
                         " % are healthy: Envoy panics and uses the ejected ones again",
                     "lower minHealthPercent or maxEjectionPercent"});
    break;
  }
  return found;
}

}  // namespace

void lint_ejection_limits(const LintInput& input, Diagnostics& problems) {
  std::set<std::tuple<std::string, std::string, std::uint32_t>> said;  // clusters share policies
  for (const LintCluster& cluster : input.clusters()) {
    if (!cluster.config->outlier || cluster.replicas == 0) continue;
    const Place place = cluster.policy.groups.outlier_detection
                            ? cluster.policy.groups.outlier_detection->place
                            : Place{};
    for (Finding& finding : findings(cluster)) {
      const bool by_size = &finding.code != &lint_code::split_hides_hangs;
      if (!said.insert({to_string(place), finding.code.id, by_size ? cluster.replicas : 0})
               .second) {
        continue;
      }
      warn(problems, finding.code, place, cluster.rule + ": outlierDetection",
           std::move(finding.what), std::move(finding.hint));
    }
  }
}

}  // namespace mesh
