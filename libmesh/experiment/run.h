// Runs a plan once, or once per seed on threads; results never depend on the thread count.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "libmesh/engine/simulation.h"

namespace mesh {

struct RunOptions {
  std::optional<Instant> until;  // absent: the plan's horizon
  std::optional<Instant> warmup;
  std::optional<std::uint64_t> seed;  // absent: the plan's
  Progress progress;
};

/// One run from the start to the horizon. Throws MemoryLimitExceeded.
std::shared_ptr<const RunRecord> run(std::shared_ptr<const Plan> plan,
                                     const RunOptions& options = {});

/// One record per seed, in the order of `seeds`, computed on `threads` threads (0 = all cores).
std::vector<std::shared_ptr<const RunRecord>> replicate(std::shared_ptr<const Plan> plan,
                                                        const std::vector<std::uint64_t>& seeds,
                                                        unsigned threads = 0,
                                                        const RunOptions& options = {});

}  // namespace mesh
