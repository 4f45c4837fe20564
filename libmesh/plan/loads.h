// Loads, failures and thresholds: what happens to the mesh from outside.
#pragma once

#include "libmesh/plan/draft.h"
#include "libmesh/plan/reach.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// Fills Plan::loads and tells `reach` what they send.
void plan_loads(Draft& draft, const Registry& start, Reach& reach);
/// Fills Plan::faults.
void plan_faults(Draft& draft);
/// Errors for thresholds on loads or edges that do not exist.
void check_thresholds(Draft& draft);

/// The curve of an open load inside [start, stop): steps and linear ramps, zero parts left out.
std::vector<RateSegment> rate_segments(const std::vector<RatePoint>& points, Instant start,
                                       Instant stop);

}  // namespace mesh
