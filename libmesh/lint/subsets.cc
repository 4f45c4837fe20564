// Weights that lead to subsets without pods.
#include <set>

#include "libmesh/lint/all.h"

namespace mesh {

/// The cluster exists, so nothing is refused; its share of requests gets 503 UH.
void lint_subsets(const LintInput& input, Diagnostics& problems) {
  std::set<std::pair<std::string, ClusterId>> said;
  for (const LintCluster& cluster : input.clusters()) {
    if (!cluster.config->hosts.empty()) continue;
    for (const RoutePlan& route : input.plan.routes) {
      for (const WeightedCluster& target : route.clusters) {
        if (target.cluster != cluster.config->cluster) continue;
        if (route.place.empty() || !said.insert({route.place, target.cluster}).second) continue;
        const std::string share =
            route.clusters.size() == 1
                ? "all"
                : std::to_string(target.weight) + " of " + std::to_string(route.total_weight);
        warn(problems, lint_code::weight_to_nothing, input.place_of(route), route.virtual_host,
             share + " requests go to " + cluster.name + ", which has no pods: 503 UH",
             "correct the subset's labels, or deploy it");
      }
    }
  }
}

}  // namespace mesh
