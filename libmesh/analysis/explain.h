// The story of one request, told from the per-request tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// Every decision about a request and all below it as indented text, times relative to the start of
/// its root: route with the rule's file and line, host picked, connection, wait for a worker,
/// timers, flags, attempts, nested calls, work that went on for nobody. Nothing when the tables do
/// not hold the request. For the record of one run: in a sum of several an id is not unique.
std::optional<std::string> explain(const RunRecord& record, std::uint64_t request);

/// Ids of the slowest requests that a load sent, slowest first; of equals the one created first.
std::vector<std::uint64_t> slowest(const RunRecord& record, std::size_t count);

/// Ids of the first requests that a load sent and that ended without an answer or with 4xx or 5xx,
/// in order of ending: what `record.requests.keepErrors` keeps.
std::vector<std::uint64_t> errors(const RunRecord& record, std::size_t count);

}  // namespace mesh
