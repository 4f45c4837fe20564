// After which time a call is sent a second time: a quantile of what it takes.
#include "libmesh/policy/hedge_delay.h"

namespace mesh {

void HedgeDelay::add(double quantile, Duration latency) {
  constexpr std::uint64_t first = 100, full = 1000;
  samples_.add(static_cast<std::uint64_t>(latency.ns / 1000));
  const bool whole = samples_.count() == full;
  if (!whole && (known_ || samples_.count() < first)) return;
  delay_ = {static_cast<std::int64_t>(samples_.quantile(quantile) * 1e3)};
  known_ = true;
  if (whole) samples_.clear();
}

}  // namespace mesh
