// What `analyze` says beyond errors: configuration whose effect is not what it looks like.
#pragma once

#include "libmesh/plan/plan.h"
#include "libmesh/spec/scenario.h"

namespace mesh {

/// Runs every analyzer of all.h over a scenario and the plan compiled from it; sorted by place.
Diagnostics lint(const Scenario& scenario, const Plan& plan);

}  // namespace mesh
