// Both halves of what outlier detection knows of one host, side by side.
#pragma once

#include "libmesh/policy/outlier_detector.h"

namespace mesh::testing {

struct OutlierHost : OutlierState, Ejection {
  bool operator==(const OutlierHost&) const = default;
};

inline void eject(const OutlierConfig& config, OutlierHost& host, Instant now,
                  std::uint64_t random) {
  eject(config, host, host, now, random);
}
inline bool stay_is_over(const OutlierConfig& config, const OutlierHost& host, Instant now) {
  return stay_is_over(config, host, host, now);
}
inline void uneject(OutlierHost& host, Instant now) {
  uneject(host, host, now);
}
inline void decay_multiplier(const OutlierConfig& config, OutlierHost& host, Instant now) {
  decay_multiplier(config, host, host, now);
}
inline bool is_default(const OutlierHost& host) {
  return is_default(host, host);
}

}  // namespace mesh::testing
