// Failures of a scenario, each on the first pods of a workload.
#pragma once

#include "libmesh/plan/draft.h"

namespace mesh {

/// Fills Plan::faults; unknown workloads are errors.
void plan_faults(Draft& draft);

}  // namespace mesh
