// Thresholds of a scenario: what they are on must exist.
#include "libmesh/plan/thresholds.h"

#include <algorithm>

#include "libmesh/plan/names.h"

namespace mesh {
namespace {

/// Names that one side of an edge may have.
std::vector<std::string> edge_names(const Draft& draft) {
  std::vector<std::string> names{"ingress"};
  for (const WorkloadPlan& workload : draft.plan.workloads) names.push_back(workload.name);
  for (const ServicePlan& service : draft.plan.services) names.push_back(service.name);
  for (const LoadPlan& load : draft.plan.loads) names.push_back(load.name);
  return names;
}

void check_edge_side(Draft& draft, const ThresholdSpec& threshold, std::string name,
                     const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  if (std::find(known.begin(), known.end(), split_dotted(name).name) != known.end()) return;
  const std::string near = did_you_mean(name, known);
  draft.error(plan_code::unknown_threshold, threshold.place, "thresholds: " + threshold.edge,
              "nothing is called \"" + name + "\"",
              near.empty() ? "" : "did you mean \"" + near + "\"?");
}

}  // namespace

void check_thresholds(Draft& draft) {
  const std::vector<std::string> known = edge_names(draft);
  for (const ThresholdSpec& threshold : draft.scenario.thresholds) {
    if (!threshold.load.empty()) {
      std::vector<std::string> loads;
      for (const LoadPlan& load : draft.plan.loads) loads.push_back(load.name);
      if (std::find(loads.begin(), loads.end(), threshold.load) == loads.end()) {
        const std::string near = did_you_mean(threshold.load, loads);
        draft.error(plan_code::unknown_threshold, threshold.place,
                    "thresholds: " + threshold.metric,
                    "there is no load \"" + threshold.load + "\"",
                    near.empty() ? "" : "did you mean \"" + near + "\"?");
      }
    }
    if (threshold.edge.empty()) continue;
    const std::size_t arrow = threshold.edge.find("->");
    if (arrow == std::string::npos) {
      draft.error(plan_code::unknown_threshold, threshold.place, "thresholds: " + threshold.edge,
                  "an edge is written \"source->destination\"");
      continue;
    }
    check_edge_side(draft, threshold, threshold.edge.substr(0, arrow), known);
    check_edge_side(draft, threshold, threshold.edge.substr(arrow + 2), known);
  }
}

}  // namespace mesh
