// Workloads and their pods: declared ones, gateways and the clients made for loads.
#pragma once

#include <string>
#include <vector>

#include "libmesh/plan/changes.h"
#include "libmesh/plan/draft.h"

namespace mesh {

/// Every workload of every version, then the gateways and clients that loads need but nothing
/// declares (Draft::entries). Workloads of later versions start with 0 replicas.
void plan_workloads(Draft& draft, const std::vector<VersionInput>& versions);

/// Numbers the pods, once `reserved` is final.
void plan_endpoints(Draft& draft);

/// The declared workload of this name; null when there is none.
const k8s::Workload* find_workload(const Resources& resources, std::string_view name,
                                   std::string_view name_space);
/// The Gateway that a load enters by: "name" or "namespace/name"; null when there is none.
const istio::Gateway* find_gateway(const Resources& resources, std::string_view text);
/// The workload whose pods carry the Gateway's selector; none when there is none.
WorkloadId workload_of_gateway(const Draft& draft, const istio::Gateway& gateway);

/// The address of pod k: a declared one, one that follows the first, else made up in 10.0.0.0/8.
std::string pod_address(const WorkloadFacts& facts, std::uint32_t workload, std::uint32_t k);
/// `wanted`, with a number when a workload of that name exists in the namespace.
std::string free_name(const Draft& draft, const std::string& wanted, const std::string& space);

/// A workload of one pod that no resource declares, as clients of loads are.
WorkloadPlan made_workload(const Draft& draft, const std::string& name,
                           const std::string& name_space);

bool labels_contain(const Labels& labels, const Labels& wanted);

}  // namespace mesh
