// Limits of the requests in progress on a server that find themselves from its answer times.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

/// The limits of Netflix concurrency-limits (AIMDLimit, VegasLimit, Gradient2Limit), and a fixed
/// one. Source of formulas and defaults: github.com/Netflix/concurrency-limits,
/// concurrency-limits-core/…/limit/*.java.
enum class LimiterKind : std::uint8_t { None, Fixed, Aimd, Vegas, Gradient2 };

struct LimiterConfig {
  LimiterKind kind = LimiterKind::None;
  std::uint32_t initial = 20;           // Fixed: the limit
  std::uint32_t min = 20;               // Aimd, Gradient2
  std::uint32_t max = 200;              // Vegas: 1,000
  double backoff_ratio = 0.9;           // Aimd
  Duration timeout = seconds(5);        // Aimd: a slower answer counts as dropped
  double smoothing = 0.2;               // Gradient2; Vegas: 1
  std::uint32_t probe_multiplier = 30;  // Vegas
  std::uint32_t queue_size = 4;         // Gradient2
  double tolerance = 1.5;               // Gradient2
  std::uint32_t long_window = 600;      // Gradient2
  bool operator==(const LimiterConfig&) const = default;
};

/// One answer as the limiter sees it.
struct LimiterSample {
  Duration time{};              // from arrival to answer
  std::uint32_t in_flight = 0;  // when the request came in, with itself
  bool dropped = false;         // by the queue, or failed by a timeout
};

struct LimiterState {
  double limit = 0;      // 0 = not begun
  double long_time = 0;  // Gradient2: long average of answer times in ns
  double sum = 0;
  std::uint32_t samples = 0;  // Gradient2: of the warm-up
  std::int64_t least = 0;     // Vegas: answer time without load in ns
  std::uint32_t since_probe = 0;
  double probe_jitter = 0.75;  // Vegas: drawn from 0.5 … 1 after each probe
};

/// Begins at the initial limit.
void begin(const LimiterConfig& config, LimiterState& state);
/// May one more come in beside this many?
inline bool admits(const LimiterState& state, std::uint32_t in_flight) {
  return in_flight < static_cast<std::uint32_t>(state.limit);
}
/// The limit after one more answer. `jitter` is uniform in (0, 1) and read after a probe only.
void update(const LimiterConfig& config, LimiterState& state, const LimiterSample& sample,
            double jitter);

}  // namespace mesh
