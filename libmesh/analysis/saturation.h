// Which workload is the bottleneck: utilisation, queues and refusals.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/base/id_vector.h"
#include "libmesh/plan/plan.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

struct Saturation {
  WorkloadId workload;
  double utilisation = 0;       // mean busy workers / workers, 0 … 1; 0 when unlimited
  double peak_utilisation = 0;  // largest sample
  double mean_busy = 0;         // workers
  double mean_queued = 0, peak_queued = 0;
  double mean_queue_time_ms = 0;
  std::uint64_t overflowed = 0;  // turned away at a full queue
};

/// Workers of one pod of each workload, 0 = unlimited.
IdVector<WorkloadId, std::uint32_t> workers_of(const Plan& plan);

/// Workloads that were sampled, the most utilised first; of equals the one with the longer queue,
/// then in order of their numbers. Counts samples after the warm-up.
std::vector<Saturation> saturation(const RunRecord& record,
                                   const IdVector<WorkloadId, std::uint32_t>& workers);

}  // namespace mesh
