// The cores of a pod, shared evenly by everything that works, throttled like a cgroup.
#include "libmesh/policy/processor_sharing.h"

#include <algorithm>

namespace mesh {

namespace {

using Wide = unsigned __int128;

std::uint64_t busy_cores(const ProcessorConfig& config, const ProcessorState& state) {
  return std::min(config.cores, state.tasks);
}

/// Core-nanoseconds for each period.
std::uint64_t quota(const ProcessorConfig& config) {
  return static_cast<std::uint64_t>(config.limit_milli) *
         static_cast<std::uint64_t>(config.period.ns) / 1000;
}

/// What each task gets in so many nanoseconds of running.
std::uint64_t share_of(const ProcessorConfig& config, const ProcessorState& state,
                       std::uint64_t run_ns) {
  const std::uint64_t cores = busy_cores(config, state);
  if (cores == state.tasks) return run_ns << work_bits;
  return static_cast<std::uint64_t>((Wide{run_ns} << work_bits) * cores / state.tasks);
}

/// The fewest nanoseconds of running in which each task gets this.
std::uint64_t time_for(const ProcessorConfig& config, const ProcessorState& state,
                       std::uint64_t share) {
  const Wide scale = Wide{busy_cores(config, state)} << work_bits;
  return static_cast<std::uint64_t>((Wide{share} * state.tasks + scale - 1) / scale);
}

void serve(const ProcessorConfig& config, ProcessorState& state, std::uint64_t run_ns) {
  state.service += share_of(config, state, run_ns);
  state.used += run_ns * busy_cores(config, state);
}

/// Nanoseconds that the tasks may still run in this period.
std::uint64_t left_in_period(const ProcessorConfig& config, const ProcessorState& state) {
  const std::uint64_t all = quota(config);
  return state.used >= all ? 0 : (all - state.used) / busy_cores(config, state);
}

}  // namespace

void advance(const ProcessorConfig& config, ProcessorState& state, Instant now) {
  if (state.tasks == 0 || config.limit_milli == 0) {
    if (state.tasks > 0)
      serve(config, state, static_cast<std::uint64_t>(elapsed(state.at, now).ns));
    state.at = now;
    if (config.limit_milli > 0 && now.ns / config.period.ns != state.period) {
      state.period = now.ns / config.period.ns;
      state.used = 0;
    }
    return;
  }
  while (state.at < now) {
    const Instant end{(state.period + 1) * config.period.ns};
    const Instant to = std::min(now, end);
    const auto passed = static_cast<std::uint64_t>(elapsed(state.at, to).ns);
    serve(config, state, std::min(passed, left_in_period(config, state)));
    state.at = to;
    if (to < end) return;
    ++state.period;
    state.used = 0;
  }
}

Instant completion(const ProcessorConfig& config, const ProcessorState& state,
                   std::uint64_t finish) {
  if (state.has_done(finish)) return state.at;
  const std::uint64_t missing = finish - state.service;
  const auto after = [](Instant from, std::uint64_t ns) {
    return from + Duration{static_cast<std::int64_t>(ns)};
  };
  if (config.limit_milli == 0) return after(state.at, time_for(config, state, missing));
  const Instant end{(state.period + 1) * config.period.ns};
  const auto rest_of_period = static_cast<std::uint64_t>(elapsed(state.at, end).ns);
  const std::uint64_t now_ns = std::min(rest_of_period, left_in_period(config, state));
  const std::uint64_t now_share = share_of(config, state, now_ns);
  if (missing <= now_share) return after(state.at, time_for(config, state, missing));
  // The rest is done in the first part of each following period.
  const std::uint64_t each_ns = std::min<std::uint64_t>(
      quota(config) / busy_cores(config, state), static_cast<std::uint64_t>(config.period.ns));
  const std::uint64_t each = std::max<std::uint64_t>(share_of(config, state, each_ns), 1);
  const std::uint64_t whole = (missing - now_share - 1) / each;
  const std::uint64_t last = missing - now_share - whole * each;
  return after(end + config.period * static_cast<std::int64_t>(whole),
               time_for(config, state, last));
}

}  // namespace mesh
