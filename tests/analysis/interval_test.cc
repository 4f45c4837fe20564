// Tests of Student's distribution and of intervals built on it.
#include "libmesh/analysis/interval.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "libmesh/base/distribution.h"

namespace mesh {
namespace {

TEST_CASE("interval: quantiles of Student's distribution as printed in tables") {
  struct Row {
    double confidence;
    std::size_t degrees;
    double t;
  };
  const Row rows[] = {
      // Abramowitz and Stegun, table 26.10
      {0.95, 1, 12.706},   {0.95, 2, 4.303},  {0.95, 3, 3.182},  {0.95, 4, 2.776},
      {0.95, 9, 2.262},    {0.95, 10, 2.228}, {0.95, 30, 2.042}, {0.95, 120, 1.980},
      {0.99, 1, 63.657},   {0.99, 5, 4.032},  {0.99, 20, 2.845}, {0.90, 7, 1.895},
      {0.95, 5000, 1.960}, {0.50, 2, 0.816},
  };
  for (const Row& row : rows) {
    CAPTURE(row.confidence);
    CAPTURE(row.degrees);
    CHECK(student_t_quantile(row.confidence, row.degrees) == doctest::Approx(row.t).epsilon(3e-4));
  }
}

TEST_CASE("interval: the series is a distribution: 0 at 0, 1 far out, rising") {
  for (std::size_t degrees = 1; degrees < 40; ++degrees) {
    CHECK(student_t_central(0, degrees) == 0);
    CHECK(student_t_central(1e9, degrees) == doctest::Approx(1));
    double last = 0;
    for (double t = 0.1; t < 6; t += 0.1) {
      const double p = student_t_central(t, degrees);
      REQUIRE(p > last);
      last = p;
    }
  }
}

TEST_CASE("interval: of a hand-made sample") {
  const std::vector<double> values = {10, 12, 14};
  const Interval i = mean_interval(values);
  CHECK(i.mean == doctest::Approx(12));
  CHECK(i.half_width == doctest::Approx(4.3027 * 2 / std::sqrt(3)).epsilon(1e-4));
  CHECK(i.low() < 10);
  CHECK(i.high() > 14);
  CHECK(mean_interval({}).count == 0);
  CHECK(std::isinf(mean_interval(std::vector<double>{3}).half_width));
  CHECK(mean_interval(std::vector<double>{3, 3, 3}).half_width == 0);
}

TEST_CASE("interval: 95 % of intervals hold the true mean") {
  const Distribution law{Exponential{milliseconds(10)}};
  const Draws draws(5);
  int held = 0;
  constexpr int rounds = 2000;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> means;  // of 50 values each: near normal
    for (std::uint64_t k = 0; k < 8; ++k) {
      double sum = 0;
      for (std::uint64_t i = 0; i < 50; ++i) {
        const auto entity = static_cast<std::uint64_t>(round) * 8 + k;
        sum += as_milliseconds(law.sample(draws.at(Purpose::ServiceTime, entity, i)));
      }
      means.push_back(sum / 50);
    }
    const Interval i = mean_interval(means);
    held += i.low() <= 10 && 10 <= i.high() ? 1 : 0;
  }
  CHECK(held > rounds * 93 / 100);
  CHECK(held < rounds * 97 / 100);
}

TEST_CASE("interval: pairs that share their noise tell small differences apart") {
  std::vector<double> a, b;
  for (int i = 0; i < 10; ++i) {
    const double noise = (i * 37) % 10;
    a.push_back(100 + noise);
    b.push_back(101 + noise + 0.01 * (i % 2));
  }
  CHECK(paired_interval(a, b).low() > 0.9);
  CHECK(mean_interval(a).half_width > 2);
}

TEST_CASE("interval: the difference of independent means by Welch") {
  const std::vector<double> a = {10, 12, 14}, b = {20, 24, 28};
  const Interval d = welch_interval(a, b);
  CHECK(d.mean == doctest::Approx(12));
  // (20/3)² / ((4/3)²/2 + (16/3)²/2) = 2.94: two whole degrees
  CHECK(d.half_width == doctest::Approx(4.3027 * std::sqrt(20.0 / 3)).epsilon(1e-4));
  CHECK(d.count == 3);
  CHECK(welch_interval(a, a).mean == 0);
  CHECK(welch_interval({}, a).count == 0);
  CHECK(std::isinf(welch_interval(std::vector<double>{1}, a).half_width));
  const std::vector<double> same = {5, 5, 5};
  CHECK(welch_interval(same, same).half_width == 0);
}

}  // namespace
}  // namespace mesh
