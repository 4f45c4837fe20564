// Runs a plan once, or once per seed on threads.
#include "libmesh/experiment/run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "libmesh/base/rng.h"

namespace mesh {

namespace {

/// Runs that threads take one after the other; each writes only its own place.
class Batch {
 public:
  Batch(const Plan& plan, std::shared_ptr<const Plan> shared,
        const std::vector<std::uint64_t>& seeds)
      : until_(plan.until),
        plan_(std::move(shared)),
        seeds_(seeds),
        records_(seeds.size()),
        failures_(seeds.size()),
        runs_(seeds.size()) {}

  /// What a thread does: the next run that nobody has taken, until there is none.
  void work() {
    for (std::size_t i = next_++; i < seeds_.size() && !stop_; i = next_++) {
      try {
        one(i);
      } catch (...) {
        failures_[i] = std::current_exception();
        stop_ = true;
      }
    }
    const std::lock_guard lock(mutex_);
    idle_ += 1;
    wake_.notify_all();
  }

  /// Waits for `threads` threads and tells how far they are.
  void watch(unsigned threads, const Progress& progress) {
    constexpr std::chrono::milliseconds between_looks{100};
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, between_looks, [&] { return idle_ == threads; })) {
      if (!progress || stop_) continue;
      lock.unlock();
      if (!tell(progress)) stop_ = true;
      lock.lock();
    }
  }

  bool tell(const Progress& progress) const {
    double share = 0;
    std::uint64_t events = 0;
    for (const Run& run : runs_) {
      share += run.share;
      events += run.events;
    }
    return progress(share / static_cast<double>(runs_.size()), events);
  }

  /// The records, or the first failure by index, so that it does not depend on the threads.
  std::vector<std::shared_ptr<const RunRecord>> take() {
    for (const std::exception_ptr& failure : failures_) {
      if (failure) std::rethrow_exception(failure);
    }
    return std::move(records_);
  }

 private:
  struct Run {
    std::atomic<double> share = 0;
    std::atomic<std::uint64_t> events = 0;
  };

  void one(std::size_t i) {
    Simulation simulation(plan_, seeds_[i]);
    Run& run = runs_[i];
    const bool finished =
        simulation.run_until(until_, [this, &run](double share, std::uint64_t events) {
          run.share = share;
          run.events = events;
          return !stop_;
        });
    run.share = 1;
    run.events = simulation.events();
    if (finished) records_[i] = simulation.record();
  }

  Instant until_;
  std::shared_ptr<const Plan> plan_;
  const std::vector<std::uint64_t>& seeds_;
  std::vector<std::shared_ptr<const RunRecord>> records_;
  std::vector<std::exception_ptr> failures_;
  std::vector<Run> runs_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  unsigned idle_ = 0;
};

}  // namespace

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
  if (seeds.empty()) return {};
  plan = with_times(std::move(plan), options.until, options.warmup);
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, seeds.size()));
  Batch batch(*plan, plan, seeds);
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back([&batch] { batch.work(); });
    batch.watch(threads, options.progress);
  }
  if (options.progress) batch.tell(options.progress);
  return batch.take();
}

std::vector<std::uint64_t> replication_seeds(std::uint64_t seed, std::uint32_t count) {
  std::vector<std::uint64_t> seeds(count, seed);
  for (std::uint32_t i = 1; i < count; ++i) seeds[i] = scramble(scramble(seed) + i);
  return seeds;
}

}  // namespace mesh
