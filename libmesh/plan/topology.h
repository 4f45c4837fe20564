// The call graph that a plan implies: who calls whom, in which order, in circles or not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/plan/plan.h"

namespace mesh {

/// Requests of `from` can arrive at `to` under some version.
struct CallEdge {
  WorkloadId from, to;
  ServiceId service;  // whose cluster carries them
  auto operator<=>(const CallEdge&) const = default;
};
/// All edges, by caller, callee and service.
std::vector<CallEdge> call_graph(const Plan& plan);

/// Calls between an application and the one it calls; 0 for loads' entries and for workloads that
/// nothing reaches. A circle counts as one place.
IdVector<WorkloadId, std::uint32_t> depths(const Plan& plan);
/// Callers before the ones they call; members of a circle in id order.
std::vector<WorkloadId> topological_order(const Plan& plan);

/// The graph for Graphviz: gateways and clients as ellipses, workloads as boxes.
std::string topology_dot(const Plan& plan);

/// One step of a circle: the workload, the request that it got, the call (none: a gateway
/// forwards) that leads to the next.
struct CircleStep {
  WorkloadId workload;
  TemplateId request;
  CallId call;
};
/// Requests that would cause themselves again, without end; one shortest circle per component.
std::vector<std::vector<CircleStep>> call_circles(const Plan& plan);

}  // namespace mesh
