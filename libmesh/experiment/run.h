// Runs a plan once, or once per seed on threads; results never depend on the thread count.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "libmesh/engine/simulation.h"

namespace mesh {

struct RunOptions {
  std::optional<Instant> until{};  // absent: the plan's horizon
  std::optional<Instant> warmup{};
  std::optional<std::uint64_t> seed{};  // absent: the plan's
  /// Always called on the thread that called run or replicate. Of replicate, `share` is that of
  /// all runs together, and it is called about ten times a second.
  Progress progress{};
};

/// The plan with another horizon or warm-up; itself when it has those already. Loads do not go on
/// beyond the horizon that the plan was compiled for.
std::shared_ptr<const Plan> with_times(std::shared_ptr<const Plan> plan,
                                       std::optional<Instant> until, std::optional<Instant> warmup);

/// One run from the start to the horizon. Stopped by `progress` it gives what was recorded until
/// then, ended by Interrupt. Throws MemoryLimitExceeded.
std::shared_ptr<const RunRecord> run(std::shared_ptr<const Plan> plan,
                                     const RunOptions& options = {});

/// One record per seed, in the order of `seeds`, computed on `threads` threads (0 = all cores).
/// Stopped by `progress` it gives null for runs that were not finished. `options.seed` is not
/// looked at. Throws MemoryLimitExceeded.
std::vector<std::shared_ptr<const RunRecord>> replicate(std::shared_ptr<const Plan> plan,
                                                        const std::vector<std::uint64_t>& seeds,
                                                        unsigned threads = 0,
                                                        const RunOptions& options = {});

/// `count` seeds for replications: the first is `seed` itself, the others are far from it and from
/// each other, and a longer list begins with a shorter one.
std::vector<std::uint64_t> replication_seeds(std::uint64_t seed, std::uint32_t count);

}  // namespace mesh
