// The resources of every configuration version: the start and each `apply` in time order.
#pragma once

#include <vector>

#include "libmesh/plan/draft.h"

namespace mesh {

/// What istiod knows from `at` on.
struct VersionInput {
  Instant at{};
  const ChangeSpec* change = nullptr;  // null for the start
  Resources resources;
  std::vector<k8s::Workload> applied_workloads;  // of this change alone
};

/// The start, then one per `apply` change, by time. New objects without a creation time are
/// younger than all earlier ones, as after a real `kubectl apply`.
std::vector<VersionInput> version_inputs(Draft& draft);

/// Fills Plan::changes (scales, applies, Deployments whose applied replicas differ) and raises
/// WorkloadPlan::reserved where needed. Endpoints must not have been numbered yet.
void plan_changes(Draft& draft, const std::vector<VersionInput>& versions);

}  // namespace mesh
