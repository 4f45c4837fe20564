// The cores of a pod, shared evenly by everything that works, throttled like a cgroup.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

struct ProcessorConfig {
  std::uint32_t cores = 0;        // 0 = unlimited: nothing is shared
  std::uint32_t limit_milli = 0;  // quota in thousandths of a core; 0 = none
  /// The quota is for this long; periods are counted from the start of the run.
  /// Source: Linux, Documentation/scheduler/sched-bwc.rst (cpu.cfs_period_us, default 100 ms).
  Duration period = milliseconds(100);
  bool operator==(const ProcessorConfig&) const = default;
};

/// Work is counted in 2^-16 ns, so that sharing among any number of tasks rounds by less than that.
inline constexpr unsigned work_bits = 16;
/// Longest single piece of work, 19 hours: differences of counters stay below half their range.
inline constexpr std::int64_t work_max_ns = std::int64_t{1} << 46;

constexpr std::uint64_t work_of(Duration time) {
  return static_cast<std::uint64_t>(time.ns < work_max_ns ? time.ns : work_max_ns) << work_bits;
}

/// What the tasks of a pod have got until `at`. Counters wrap round: only differences count.
struct ProcessorState {
  Instant at{};
  std::uint64_t service = 0;  // that each task has got which was there from the start
  std::uint64_t used = 0;     // core-nanoseconds of the quota, in this period
  std::int64_t period = 0;
  std::uint32_t tasks = 0;

  /// Has a task that began at `service` s with work w (s + w = finish) had all of it?
  bool has_done(std::uint64_t finish) const {
    return static_cast<std::int64_t>(finish - service) <= 0;
  }
};

/// Time passes to `now`: every task gets min(1, cores / tasks) of it, while the quota lasts.
void advance(const ProcessorConfig& config, ProcessorState& state, Instant now);

/// When a task that is ready at `finish` will be, if no task comes or goes; tasks > 0.
Instant completion(const ProcessorConfig& config, const ProcessorState& state,
                   std::uint64_t finish);

}  // namespace mesh
