// Endpoints: the pods behind a service port or a subset of it (EDS).
#pragma once

#include <vector>

#include "libmesh/plan/registry.h"

namespace mesh {

/// All pods that can ever be behind the port, in endpoint order. A pod that lacks a named target
/// port is no endpoint of it. `subset_labels` may be empty.
std::vector<HostPlan> endpoints_of(const Draft& draft, const Registry& registry,
                                   const ServiceView& service, const k8s::ServicePort& port,
                                   const Labels& subset_labels);

/// Calls `visit` once for each workload among the hosts, in order.
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
