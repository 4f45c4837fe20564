// Ejections of a run as Envoy's outlier event log has them.
#pragma once

#include <string>
#include <string_view>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// JSON lines in the order of time, in the form of api/envoy/data/cluster/v3/
/// outlier_detection_event.proto: ejections, detections that were not enforced, returns.
/// `proxy` is the pod whose log it is; empty = all, each line then ends with its "proxy".
///
/// A run has no calendar: its timestamps begin at 1970-01-01T00:00:00Z. `upstream_url` is the
/// pod's name where Envoy has its address, since records hold names. The numbers inside the events
/// of success rates and failure percentages are left out: a record does not hold them.
/// Source: source/common/upstream/outlier_detection_impl.cc (EventLoggerImpl).
std::string outlier_log(const RunRecord& record, std::string_view proxy = {});

}  // namespace mesh
