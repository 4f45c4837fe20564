// Tests of the verdict on two sets of replications.
#include "libmesh/analysis/comparison.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "libmesh/analysis/metric.h"

namespace mesh {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("comparison: a table of verdicts on pairs") {
  struct Row {
    const char* what;
    const char* metric;
    std::vector<double> a, b;
    const char* effect;
  };
  const Row rows[] = {
      {"a lower p99 is better", "p99", {10, 20, 30}, {9, 19, 29.1}, "better"},
      {"a higher one is worse", "p99", {10, 20, 30}, {11, 21, 31.1}, "worse"},
      {"more goodput is better", "goodput", {10, 20, 30}, {11, 21, 31.1}, "better"},
      {"less goodput is worse", "goodput", {10, 20, 30}, {9, 19, 29.1}, "worse"},
      {"another rate is neither", "rps", {10, 20, 30}, {11, 21, 31.1}, "changed"},
      {"more errors are worse", "error_rate", {0, 0, 0}, {0.1, 0.1, 0.11}, "worse"},
      {"pairs that go both ways say nothing", "p99", {10, 20, 30}, {12, 18, 30}, "unclear"},
      {"one pair says nothing", "p99", {10}, {20}, "unclear"},
      {"no pair says nothing", "p99", {}, {}, "unclear"},
      {"equal pairs are the same", "p99", {10, 20}, {10, 20}, "same"},
      {"a constant difference is certain", "p99", {10, 20}, {11, 21}, "worse"},
      {"a pair that lacks one is left out", "p99", {10, nothing, 20}, {10, 5, 20}, "same"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(effect_name(paired_difference(row.metric, row.a, row.b).effect) == row.effect);
  }
}

TEST_CASE("comparison: independent runs need not be as many, pairs are sharper") {
  const std::vector<double> a = {10, 20, 30, 40}, b = {11, 21, 31, 41.2}, c = {50, 60, 70};
  CHECK(paired_difference("p99", a, b).effect == Effect::Worse);
  CHECK(independent_difference("p99", a, b).effect == Effect::Unclear);
  const Difference far = independent_difference("p99", a, c);
  CHECK(far.effect == Effect::Worse);
  CHECK(far.difference.mean == doctest::Approx(35));
  CHECK(far.a.count == 4);
  CHECK(independent_difference("p99", a, std::vector<double>{nothing}).effect == Effect::Unclear);
}

TEST_CASE("comparison: every metric has a direction that somebody thought of") {
  std::string neither, high;
  for (const std::string_view metric : metric_names()) {
    if (direction_of(metric) == Direction::Neither) neither += metric;
    if (direction_of(metric) == Direction::HigherIsBetter) high += metric;
  }
  CHECK(neither == "rps");
  CHECK(high == "goodput");
}

}  // namespace
}  // namespace mesh
