// Endpoints: the pods behind a service port or a subset of it (EDS).
#pragma once

#include <string_view>
#include <vector>

#include "libmesh/plan/registry.h"

namespace mesh {

/// One endpoint of a service port, before localities are put in order for a caller.
struct Backend {
  EndpointId endpoint;
  std::uint32_t port = 0, weight = 1;
  std::string_view locality;  // "region/zone/subzone"
  const Labels* labels = nullptr;
};

/// Everything that can ever be behind the port: pods in endpoint order, then WorkloadEntries and
/// endpoints of the ServiceEntry. A pod that lacks a named target port is no endpoint of it.
/// `subset_labels` may be empty.
std::vector<Backend> endpoints_of(const Draft& draft, const Registry& registry,
                                  const ServiceView& service, const k8s::ServicePort& port,
                                  const Labels& subset_labels);
/// The port that the pods of a workload listen on for a service's port; 0 when they have none.
std::uint32_t target_port(const k8s::Workload* spec, const k8s::ServicePort& port);

/// Calls `visit` once for each run of hosts of one workload, in order.
template <class Visit>
void for_each_workload(const Plan& plan, const std::vector<HostPlan>& hosts, Visit visit) {
  WorkloadId last;
  for (const HostPlan& host : hosts) {
    const WorkloadId workload = plan.endpoints[host.endpoint].workload;
    if (workload == last) continue;
    last = workload;
    visit(workload);
  }
}

}  // namespace mesh
