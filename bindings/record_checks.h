// Whether the columns of a record fit together: what a saved run must keep to be read.
#pragma once

#include "libmesh/telemetry/run_record.h"

namespace mesh::python {

/// Throws std::invalid_argument that names the first column that refers to nothing or has another
/// length than its table.
void check_references(const RunRecord& record);

}  // namespace mesh::python
