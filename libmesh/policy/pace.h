// How fast a process works: slower while it warms up, and by its own state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "libmesh/base/time.h"

namespace mesh {

/// Times are multiplied by `factor` at the start of a process; this falls linearly to 1.
struct WarmUp {
  Duration lasting{0};  // 0 = warm from the start
  double factor = 1.0;
  bool operator==(const WarmUp&) const = default;
};

constexpr double warm_up_factor(const WarmUp& warm, Duration age) {
  if (age >= warm.lasting) return 1.0;
  return warm.factor +
         (1.0 - warm.factor) * static_cast<double>(age.ns) / static_cast<double>(warm.lasting.ns);
}

/// What of a pod's state slows it down.
enum class SlowBy : std::uint8_t { InFlight, Queue, Memory };

/// Times are multiplied by a piecewise linear function of the state; constant beyond its ends.
struct Slowdown {
  struct Point {
    double x = 0, factor = 1.0;
    bool operator==(const Point&) const = default;
  };
  SlowBy by = SlowBy::InFlight;
  std::vector<Point> points;  // rising x; empty = never
  bool operator==(const Slowdown&) const = default;
};

inline double slowdown_factor(const Slowdown& slowdown, double x) {
  const std::vector<Slowdown::Point>& points = slowdown.points;
  if (points.empty()) return 1.0;
  if (x <= points.front().x) return points.front().factor;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Slowdown::Point &a = points[i - 1], &b = points[i];
    if (x < b.x) return a.factor + (b.factor - a.factor) * (x - a.x) / (b.x - a.x);
  }
  return points.back().factor;
}

}  // namespace mesh
