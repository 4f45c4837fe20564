// The slow start curve.
#include "libmesh/policy/slow_start.h"

#include <algorithm>

#include "libmesh/base/math.h"

namespace mesh {

double slow_start_factor(const SlowStartConfig& config, Duration healthy_for) {
  const std::int64_t window = whole_milliseconds(config.window);
  const std::int64_t healthy = whole_milliseconds(healthy_for);
  if (healthy >= window) return 1.0;
  const double time =
      static_cast<double>(std::max<std::int64_t>(1, healthy)) / static_cast<double>(window);
  const double aggression = config.aggression > 0.0 ? config.aggression : 1.0;
  const double curve = aggression == 1.0 || time == 1.0 ? time : mesh::pow(time, 1.0 / aggression);
  return std::max(curve, config.min_weight_percent / 100.0);
}

}  // namespace mesh
