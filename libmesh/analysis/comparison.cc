// Whether B is better than A: intervals and the verdict on them.
#include "libmesh/analysis/comparison.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "libmesh/base/check.h"

namespace mesh {

namespace {

std::vector<double> known(std::span<const double> values) {
  std::vector<double> out;
  std::copy_if(values.begin(), values.end(), std::back_inserter(out),
               [](double v) { return !std::isnan(v); });
  return out;
}

Effect effect_of(const Interval& difference, Direction direction) {
  const bool above = difference.low() > 0, below = difference.high() < 0;
  if (!above && !below) {
    const bool same = difference.count > 0 && difference.half_width == 0;
    return same ? Effect::Same : Effect::Unclear;
  }
  if (direction == Direction::Neither) return Effect::Changed;
  return above == (direction == Direction::HigherIsBetter) ? Effect::Better : Effect::Worse;
}

}  // namespace

Direction direction_of(std::string_view metric) {
  if (metric == "goodput") return Direction::HigherIsBetter;
  if (metric == "rps") return Direction::Neither;
  return Direction::LowerIsBetter;
}

std::string_view effect_name(Effect effect) {
  switch (effect) {
    case Effect::Better:
      return "better";
    case Effect::Worse:
      return "worse";
    case Effect::Changed:
      return "changed";
    case Effect::Unclear:
      return "unclear";
    case Effect::Same:
      return "same";
  }
  return "";
}

Difference paired_difference(std::string_view metric, std::span<const double> a,
                             std::span<const double> b, double confidence) {
  MESH_CHECK(a.size() == b.size());
  std::vector<double> left, right;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    left.push_back(a[i]);
    right.push_back(b[i]);
  }
  Difference out{.a = mean_interval(left, confidence), .b = mean_interval(right, confidence)};
  out.difference = paired_interval(left, right, confidence);
  out.effect = effect_of(out.difference, direction_of(metric));
  return out;
}

Difference independent_difference(std::string_view metric, std::span<const double> a,
                                  std::span<const double> b, double confidence) {
  const std::vector<double> left = known(a), right = known(b);
  Difference out{.a = mean_interval(left, confidence), .b = mean_interval(right, confidence)};
  out.difference = welch_interval(left, right, confidence);
  out.effect = effect_of(out.difference, direction_of(metric));
  return out;
}

}  // namespace mesh
