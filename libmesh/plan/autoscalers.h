// HorizontalPodAutoscalers resolved to workloads, with the pods that they may make.
#pragma once

#include <vector>

#include "libmesh/plan/changes.h"
#include "libmesh/plan/draft.h"

namespace mesh {

/// Fills Plan::autoscalers and raises WorkloadPlan::reserved. Endpoints must not have been numbered
/// yet.
void plan_autoscalers(Draft& draft, const std::vector<VersionInput>& versions);

}  // namespace mesh
