// Independent runs on threads: taken one after the other, kept by index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "libmesh/engine/simulation.h"

namespace mesh {

/// One run to come, to the plan's own horizon.
struct Job {
  std::shared_ptr<const Plan> plan;
  std::uint64_t seed = 1;
};

/// Takes the record of a finished run. Called on the thread that ran it; calls for different jobs
/// may overlap, so each may write only what belongs to its index.
using Keep = std::function<void(std::size_t index, std::shared_ptr<const RunRecord> record)>;

/// Runs the jobs on `threads` threads (0 = all cores); they begin in their order. `progress` is
/// called about ten times a second on the calling thread with the share of all jobs; when it says
/// stop, what is unfinished is not kept. A failing run (MemoryLimitExceeded) ends the batch: that
/// of the smallest index is thrown, whatever the number of threads.
void run_batch(const std::vector<Job>& jobs, unsigned threads, const Progress& progress,
               const Keep& keep);

}  // namespace mesh
