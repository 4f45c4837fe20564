// How the processes of workloads live, from their behaviour and the limits of their containers.
#pragma once

#include <vector>

#include "libmesh/plan/changes.h"
#include "libmesh/plan/draft.h"

namespace mesh {

/// Fills Plan::lives and WorkloadPlan::life.
void plan_lives(Draft& draft, const std::vector<VersionInput>& versions);

}  // namespace mesh
