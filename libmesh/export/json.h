// A record's totals as JSON.
#pragma once

#include <string>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// The run, its loads, edges, workloads, events and proxies' counters as one object; per-request
/// rows and series are in CSV. Keys keep their order and the same record gives the same bytes.
/// Digests are strings of 16 hex digits. `indent` < 0 writes one line.
std::string to_json(const RunRecord& record, int indent = 2);

}  // namespace mesh
