// Endpoints: the pods behind a service port or a subset of it (EDS).
#include "libmesh/plan/endpoints.h"

#include <algorithm>
#include <charconv>

#include "libmesh/plan/locality.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

std::uint32_t entry_port(const istio::EntryEndpoint& entry, const k8s::ServicePort& port) {
  for (const auto& [name, number] : entry.ports) {
    if (name == port.name) return number;
  }
  return target_port(nullptr, port);
}

}  // namespace

std::uint32_t target_port(const k8s::Workload* spec, const k8s::ServicePort& port) {
  const std::string& target = port.target_port;
  if (target.empty()) return port.port;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), number);
  if (error == std::errc() && end == target.data() + target.size()) return number;
  if (spec == nullptr) return port.port;
  for (const k8s::Container& container : spec->containers) {
    for (const k8s::ContainerPort& candidate : container.ports) {
      if (candidate.name == target) return candidate.container_port;
    }
  }
  return 0;
}

std::vector<Backend> endpoints_of(const Draft& draft, const Registry& registry,
                                  const ServiceView& service, const k8s::ServicePort& port,
                                  const Labels& subset_labels) {
  std::vector<Backend> backends;
  for (const WorkloadId id : service.backends) {
    if (!labels_contain(registry.labels(id), subset_labels)) continue;
    const std::uint32_t at = target_port(registry.declared(id), port);
    if (at == 0) continue;
    const WorkloadPlan& workload = draft.plan.workloads[id];
    for (std::uint32_t k = 0; k < workload.reserved; ++k) {
      backends.push_back({EndpointId{workload.first_endpoint.value + k}, at, 1, workload.locality,
                          &registry.labels(id)});
    }
  }
  for (const EntryBackend& entry : service.entries) {
    if (!labels_contain(entry.spec->labels, subset_labels)) continue;
    backends.push_back({entry.endpoint, entry_port(*entry.spec, port),
                        std::max(entry.spec->weight, 1u), trimmed_locality(entry.spec->locality),
                        &entry.spec->labels});
  }
  return backends;
}

}  // namespace mesh
