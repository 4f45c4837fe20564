// Thresholds of a scenario: what they are on must exist.
#pragma once

#include "libmesh/plan/draft.h"

namespace mesh {

/// Errors for thresholds on loads or edges that the plan does not have.
void check_thresholds(Draft& draft);

}  // namespace mesh
