// Little's law per workload: requests present = arrival rate times time spent.
#pragma once

#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// L = lambda W must hold for every workload over a long run, whatever the laws of arrivals and
/// service; that it does says that nothing was lost or counted twice.
struct LittleRow {
  WorkloadId workload;
  double present = 0;         // L: mean in flight at the samples after the warm-up
  double arrivals_per_s = 0;  // lambda: visits served, per second of one run
  double time_s = 0;          // W: mean of queue time plus service time
  double expected() const { return arrivals_per_s * time_s; }
};

/// Workloads with at least one sample and one served visit. Visits that were turned away at a full
/// queue are in neither side; those cancelled while they waited are in L only, so the law shows a
/// gap where callers give up on waiting work.
std::vector<LittleRow> littles_law(const RunRecord& record);

}  // namespace mesh
