// What a host costs by its latest round trips: a moving average that follows peaks at once.
#include "libmesh/policy/peak_ewma.h"

#include <algorithm>

#include "libmesh/base/math.h"

namespace mesh {

void PeakEwma::observe(Duration decay, Instant now, double round_trip_ns) {
  const auto since = static_cast<double>(std::max<std::int64_t>(elapsed(at, now).ns, 0));
  const double weight = mesh::exp(-since / static_cast<double>(decay.ns));
  cost_ns =
      round_trip_ns > cost_ns ? round_trip_ns : cost_ns * weight + round_trip_ns * (1.0 - weight);
  at = now;
}

double PeakEwma::load(Duration decay, Instant now, std::uint32_t outstanding) {
  constexpr double penalty = 1e14;  // Finagle: Long.MaxValue >> 16, in nanoseconds
  observe(decay, now, 0.0);
  if (cost_ns == 0.0 && outstanding != 0) return penalty + outstanding;
  return cost_ns * (outstanding + 1.0);
}

}  // namespace mesh
