// One step of each limit of Netflix concurrency-limits.
#include "libmesh/policy/concurrency_limit.h"

#include <algorithm>
#include <cmath>

namespace mesh {

namespace {

constexpr std::uint32_t warm_up = 10;  // samples whose plain mean starts the long average

/// max(1, ⌊log10 n⌋), Log10RootIntFunction without baseline.
int log10_root(double limit) {
  int digits = 0;
  for (auto n = static_cast<std::uint32_t>(limit); n >= 10; n /= 10) ++digits;
  return std::max(1, digits);
}

void update_aimd(const LimiterConfig& config, LimiterState& state, const LimiterSample& sample) {
  double limit = state.limit;
  if (sample.dropped || sample.time > config.timeout) {
    limit = std::floor(limit * config.backoff_ratio);
  } else if (sample.in_flight * 2.0 >= limit) {
    limit += 1;
  }
  state.limit = std::min<double>(config.max, std::max<double>(config.min, limit));
}

void update_vegas(const LimiterConfig& config, LimiterState& state, const LimiterSample& sample,
                  double jitter) {
  ++state.since_probe;
  if (state.probe_jitter * config.probe_multiplier * state.limit <= state.since_probe) {
    state.probe_jitter = 0.5 + 0.5 * jitter;
    state.since_probe = 0;
    state.least = sample.time.ns;
    return;
  }
  if (state.least == 0 || sample.time.ns < state.least) {
    state.least = sample.time.ns;
    return;
  }
  const double ratio = static_cast<double>(state.least) / static_cast<double>(sample.time.ns);
  const double queue = std::ceil(state.limit * (1.0 - ratio));
  const int root = log10_root(state.limit);
  const int alpha = 3 * root, beta = 6 * root;
  if (!sample.dropped && sample.in_flight * 2.0 < state.limit) return;
  double limit = state.limit;
  if (sample.dropped || queue > beta) {
    limit -= root;
  } else if (queue <= root) {
    limit += beta;
  } else if (queue < alpha) {
    limit += root;
  } else {
    return;
  }
  limit = std::max(1.0, std::min<double>(config.max, limit));
  state.limit = (1.0 - config.smoothing) * state.limit + config.smoothing * limit;
}

/// ExpAvgMeasurement: a plain mean at first.
void add_long(const LimiterConfig& config, LimiterState& state, double time) {
  if (state.samples < warm_up) {
    ++state.samples;
    state.sum += time;
    state.long_time = state.sum / state.samples;
    return;
  }
  const double factor = 2.0 / (config.long_window + 1.0);
  state.long_time = state.long_time * (1.0 - factor) + time * factor;
}

void update_gradient2(const LimiterConfig& config, LimiterState& state,
                      const LimiterSample& sample) {
  const auto time = static_cast<double>(sample.time.ns);
  add_long(config, state, time);
  const double long_time = state.long_time;
  if (long_time / time > 2) state.long_time *= 0.95;
  if (sample.in_flight < state.limit / 2) return;
  const double gradient = std::max(0.5, std::min(1.0, config.tolerance * long_time / time));
  double limit = state.limit * gradient + config.queue_size;
  limit = state.limit * (1.0 - config.smoothing) + limit * config.smoothing;
  state.limit = std::max<double>(config.min, std::min<double>(config.max, limit));
}

}  // namespace

void begin(const LimiterConfig& config, LimiterState& state) {
  state = {.limit = static_cast<double>(config.initial)};
}

void update(const LimiterConfig& config, LimiterState& state, const LimiterSample& sample,
            double jitter) {
  LimiterSample seen = sample;
  seen.time.ns = std::max<std::int64_t>(seen.time.ns, 1);  // an answer in no time tells nothing
  switch (config.kind) {
    case LimiterKind::None:
    case LimiterKind::Fixed:
      return;
    case LimiterKind::Aimd:
      return update_aimd(config, state, seen);
    case LimiterKind::Vegas:
      return update_vegas(config, state, seen, jitter);
    case LimiterKind::Gradient2:
      return update_gradient2(config, state, seen);
  }
}

}  // namespace mesh
