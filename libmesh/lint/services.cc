// Services and workloads that do not find each other.
#include <map>
#include <set>

#include "libmesh/lint/all.h"
#include "libmesh/plan/endpoints.h"

namespace mesh {
namespace {

/// Workloads that some cluster of the first version has pods of.
std::set<WorkloadId> selected_workloads(const LintInput& input) {
  std::set<WorkloadId> selected;
  for (const LintCluster& cluster : input.clusters()) {
    for_each_workload(input.plan, cluster.config->hosts,
                      [&](WorkloadId workload) { selected.insert(workload); });
  }
  return selected;
}

void check_workloads(const LintInput& input, Diagnostics& problems) {
  std::set<WorkloadId> reachable = selected_workloads(input);
  for (const LoadPlan& load : input.plan.loads) reachable.insert(load.entry);
  std::map<std::pair<std::string, std::string>, const k8s::Workload*> declared;
  for (const k8s::Workload& spec : input.scenario.resources.workloads) {
    declared.emplace(std::pair(spec.metadata.name_space, spec.metadata.name), &spec);
  }
  for (std::uint32_t w = 0; w < input.plan.workloads.size(); ++w) {
    const WorkloadPlan& workload = input.plan.workloads[WorkloadId{w}];
    const auto spec = declared.find({workload.name_space, workload.name});
    if (spec == declared.end() || workload.is_gateway || reachable.contains(WorkloadId{w})) {
      continue;
    }
    warn(problems, lint_code::workload_without_service, spec->second->place, workload.name,
         "no Service selects its pods, so nothing can call it",
         "give a Service of namespace " + workload.name_space + " the selector of its labels");
  }
}

void check_services(const LintInput& input, Diagnostics& problems) {
  std::set<ServiceId> said;
  for (const LintCluster& cluster : input.clusters()) {
    const ServiceId id = cluster.config->service;
    const bool is_subset = cluster.name.find("||") == std::string::npos;
    if (is_subset || !cluster.config->hosts.empty() || !said.insert(id).second) continue;
    const ServicePlan& service = input.plan.services[id];
    for (const k8s::Service& spec : input.scenario.resources.services) {
      if (spec.metadata.name != service.name || spec.metadata.name_space != service.name_space) {
        continue;
      }
      if (!spec.external_name.empty()) continue;
      warn(
          problems, lint_code::service_without_pods, spec.place, "Service/" + service.name,
          "has no pods; requests to it get 503 UH",
          "compare its selector and target ports with the pods of namespace " + service.name_space);
    }
  }
}

}  // namespace

void lint_services(const LintInput& input, Diagnostics& problems) {
  check_workloads(input, problems);
  check_services(input, problems);
}

}  // namespace mesh
