// Whether B is better than A: a metric's difference over replications with its interval.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "libmesh/analysis/interval.h"

namespace mesh {

enum class Direction : std::uint8_t { LowerIsBetter, HigherIsBetter, Neither };

/// Times, errors and retries should be low, goodput high; a rate of requests is neither.
Direction direction_of(std::string_view metric);

enum class Effect : std::uint8_t {
  Better,   // the interval of the difference lies on the good side of 0
  Worse,    // … on the bad side
  Changed,  // … on one side, of a metric that is neither
  Unclear,  // the interval contains 0
  Same,     // every pair is equal
};
std::string_view effect_name(Effect effect);

struct Difference {
  Interval a, b;
  Interval difference;  // of B - A
  Effect effect = Effect::Unclear;
};

/// Of pairs that shared their seeds; pairs with a NaN are left out.
Difference paired_difference(std::string_view metric, std::span<const double> a,
                             std::span<const double> b, double confidence = 0.95);
/// Of independent runs (Welch); NaN are left out.
Difference independent_difference(std::string_view metric, std::span<const double> a,
                                  std::span<const double> b, double confidence = 0.95);

}  // namespace mesh
