// Failures of a scenario: which pods they hit, and when.
#pragma once

#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// Fills Plan::faults and Plan::link_faults, each beginning by itself where a failure comes again
/// and again; unknown workloads, zones and hosts are errors.
void plan_faults(Draft& draft, const Registry& registry);

}  // namespace mesh
