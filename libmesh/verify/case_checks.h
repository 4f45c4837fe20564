// What the fields of case.yaml must be together.
#pragma once

#include "libmesh/verify/case.h"
#include "libmesh/verify/expected.h"

namespace mesh::verify {

/// Problems that no field has by itself: unknown names, phases of no kind or of two, tolerances
/// that are no numbers, loads beyond any machine.
void check_case(const Case& recorded, Diagnostics& problems);

/// Rows of `compare` for which nothing was recorded to compare with.
void check_recorded(const Case& recorded, const Expected& expected, Diagnostics& problems);

}  // namespace mesh::verify
