// Loads: who sends which requests when.
#pragma once

#include "libmesh/plan/draft.h"
#include "libmesh/plan/reach.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// Fills Plan::loads and tells `reach` what they send.
void plan_loads(Draft& draft, const Registry& start, Reach& reach);

/// The curve of an open load inside [start, stop): steps and linear ramps, zero parts left out.
std::vector<RateSegment> rate_segments(const std::vector<RatePoint>& points, Instant start,
                                       Instant stop);

}  // namespace mesh
