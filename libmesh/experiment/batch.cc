// Independent runs on threads.
#include "libmesh/experiment/batch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "libmesh/plan/plan.h"

namespace mesh {

namespace {

class Batch {
 public:
  Batch(const std::vector<Job>& jobs, const Keep& keep)
      : jobs_(jobs), keep_(keep), failures_(jobs.size()), runs_(jobs.size()) {}

  /// What a thread does: the next run that nobody has taken, until there is none.
  void work() {
    for (std::size_t i = next_++; i < jobs_.size() && wanted(i); i = next_++) {
      try {
        one(i);
      } catch (...) {
        failures_[i] = std::current_exception();
        give_up_after(i);
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
    return progress(std::min(share / static_cast<double>(runs_.size()), 1.0), events);
  }

  void rethrow_first() const {
    for (const std::exception_ptr& failure : failures_) {
      if (failure) std::rethrow_exception(failure);
    }
  }

 private:
  struct Run {
    std::atomic<double> share = 0;
    std::atomic<std::uint64_t> events = 0;
  };

  bool wanted(std::size_t i) const { return !stop_ && i < failed_; }

  /// Runs before the failing one go on: one of them may fail too, and then it is the first.
  void give_up_after(std::size_t i) {
    std::size_t first = failed_;
    while (i < first && !failed_.compare_exchange_weak(first, i)) {
    }
  }

  void one(std::size_t i) {
    Simulation simulation(jobs_[i].plan, jobs_[i].seed);
    Run& run = runs_[i];
    const bool finished = simulation.run_until(jobs_[i].plan->until,
                                               [this, i, &run](double share, std::uint64_t events) {
                                                 run.share = share;
                                                 run.events = events;
                                                 return wanted(i);
                                               });
    run.share = 1;
    run.events = simulation.events();
    if (finished) keep_(i, simulation.record());
  }

  const std::vector<Job>& jobs_;
  const Keep& keep_;
  std::vector<std::exception_ptr> failures_;
  std::vector<Run> runs_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> failed_ = std::numeric_limits<std::size_t>::max();
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  unsigned idle_ = 0;
};

}  // namespace

void run_batch(const std::vector<Job>& jobs, unsigned threads, const Progress& progress,
               const Keep& keep) {
  if (jobs.empty()) return;
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, jobs.size()));
  Batch batch(jobs, keep);
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back([&batch] { batch.work(); });
    batch.watch(threads, progress);
  }
  if (progress) batch.tell(progress);
  batch.rethrow_first();
}

}  // namespace mesh
