// After which time a call is sent a second time: a time of its own, or a quantile of what it takes.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"
#include "libmesh/policy/latency_samples.h"

namespace mesh {

/// Hedged and tied requests: Dean and Barroso, The Tail at Scale, CACM 56(2), 2013.
struct HedgeConfig {
  Duration after{0};
  double quantile = 0;     // above 0: instead of `after`
  std::uint32_t most = 1;  // copies beside the first, each this much later than the one before
  bool cancels = true;     // the others are given up when the first answer is there
  bool tied = false;       // the copy that begins first takes the others out of their queues
  bool operator==(const HedgeConfig&) const = default;
};

inline constexpr std::uint32_t hedges_max = 4;  // gRFC A6 allows five attempts

/// The quantile of the first hundred calls, then of each full thousand, in bins of two digits.
class HedgeDelay {
 public:
  /// Of one call, from its first copy to its answer.
  void add(double quantile, Duration latency);
  bool known() const { return known_; }
  Duration delay() const { return delay_; }

 private:
  LatencySamples samples_;
  Duration delay_{0};
  bool known_ = false;
};

}  // namespace mesh
