// Runs a plan once, or once per seed on threads.
#include "libmesh/experiment/run.h"

#include <utility>

#include "libmesh/base/rng.h"
#include "libmesh/experiment/batch.h"

namespace mesh {

std::shared_ptr<const Plan> with_times(std::shared_ptr<const Plan> plan,
                                       std::optional<Instant> until,
                                       std::optional<Instant> warmup) {
  const bool same =
      until.value_or(plan->until) == plan->until && warmup.value_or(plan->warmup) == plan->warmup;
  if (same) return plan;
  auto changed = std::make_shared<Plan>(*plan);
  changed->until = until.value_or(plan->until);
  changed->warmup = warmup.value_or(plan->warmup);
  return changed;
}

std::shared_ptr<const RunRecord> run(std::shared_ptr<const Plan> plan, const RunOptions& options) {
  plan = with_times(std::move(plan), options.until, options.warmup);
  Simulation simulation(plan, options.seed.value_or(plan->seed));
  simulation.run_until(plan->until, options.progress);
  return simulation.record();
}

std::vector<std::shared_ptr<const RunRecord>> replicate(std::shared_ptr<const Plan> plan,
                                                        const std::vector<std::uint64_t>& seeds,
                                                        unsigned threads,
                                                        const RunOptions& options) {
  plan = with_times(std::move(plan), options.until, options.warmup);
  std::vector<Job> jobs;
  for (const std::uint64_t seed : seeds) jobs.push_back({plan, seed});
  std::vector<std::shared_ptr<const RunRecord>> records(seeds.size());
  run_batch(jobs, threads, options.progress,
            [&records](std::size_t i, std::shared_ptr<const RunRecord> record) {
              records[i] = std::move(record);
            });
  return records;
}

std::vector<std::uint64_t> replication_seeds(std::uint64_t seed, std::uint32_t count) {
  std::vector<std::uint64_t> seeds(count, seed);
  for (std::uint32_t i = 1; i < count; ++i) seeds[i] = scramble(scramble(seed) + i);
  return seeds;
}

}  // namespace mesh
