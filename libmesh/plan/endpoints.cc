// Endpoints: the pods behind a service port or a subset of it (EDS).
#include "libmesh/plan/endpoints.h"

#include <algorithm>

#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

bool is_number(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool serves(const k8s::Workload* spec, const k8s::ServicePort& port) {
  if (spec == nullptr || is_number(port.target_port)) return true;
  for (const k8s::Container& container : spec->containers) {
    for (const k8s::ContainerPort& candidate : container.ports) {
      if (candidate.name == port.target_port) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<HostPlan> endpoints_of(const Draft& draft, const Registry& registry,
                                   const ServiceView& service, const k8s::ServicePort& port,
                                   const Labels& subset_labels) {
  std::vector<HostPlan> hosts;
  for (const WorkloadId id : service.backends) {
    if (!labels_contain(registry.labels(id), subset_labels)) continue;
    if (!serves(registry.declared(id), port)) continue;
    const WorkloadPlan& workload = draft.plan.workloads[id];
    for (std::uint32_t k = 0; k < workload.reserved; ++k) {
      hosts.push_back({EndpointId{workload.first_endpoint.value + k}, 1, 0, 0});
    }
  }
  return hosts;
}

}  // namespace mesh
