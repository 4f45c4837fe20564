// Every law against its own moments, quantiles and distribution function.
#include "libmesh/base/distribution.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libmesh/base/hash.h"

namespace mesh {
namespace {

constexpr double ms = 1e6;  // in nanoseconds

/// Regularised lower incomplete gamma function, by its series.
double gamma_cdf(double shape, double x) {
  if (x <= 0) return 0;
  double term = 1 / shape, sum = term;
  for (double a = shape + 1; term > sum * 1e-16; a += 1) sum += term *= x / a;
  return sum * std::exp(shape * std::log(x) - x - std::lgamma(shape));
}
double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}
double square(double x) {
  return x * x;
}

struct Row {
  std::string name;
  Distribution law;
  double mean_ms, sd_ms;
  std::function<double(double)> cdf;  // of milliseconds
};

Row lognormal(double cv) {
  const double sigma = std::sqrt(std::log1p(cv * cv)), mu = std::log(10) - sigma * sigma / 2;
  return {"lognormal cv " + std::to_string(cv), Distribution(Lognormal{milliseconds(10), cv}), 10,
          10 * cv, [=](double x) { return x <= 0 ? 0 : normal_cdf((std::log(x) - mu) / sigma); }};
}
Row gamma(double cv) {
  const double shape = 1 / (cv * cv), scale = 10 / shape;
  return {"gamma cv " + std::to_string(cv), Distribution(Gamma{milliseconds(10), cv}), 10, 10 * cv,
          [=](double x) { return gamma_cdf(shape, x / scale); }};
}
Row weibull(double shape) {
  const double first = std::tgamma(1 + 1 / shape), second = std::tgamma(1 + 2 / shape);
  return {"weibull shape " + std::to_string(shape), Distribution(Weibull{milliseconds(10), shape}),
          10 * first, 10 * std::sqrt(second - first * first),
          [=](double x) { return -std::expm1(-std::pow(x / 10, shape)); }};
}
/// Bounded Pareto with scale 1 ms: moments from its density a x^(-a-1) / (1 - max^-a).
Row bounded_pareto(double a, double max) {
  const double mass = 1 - std::pow(max, -a);
  const auto moment = [=](double k) { return a / mass * (1 - std::pow(max, k - a)) / (a - k); };
  return {"pareto shape " + std::to_string(a) + " cut at " + std::to_string(max),
          Distribution(Pareto{milliseconds(1), a, milliseconds(static_cast<std::int64_t>(max))}),
          moment(1), std::sqrt(moment(2) - square(moment(1))),
          [=](double x) { return x < 1 ? 0 : std::min(1.0, (1 - std::pow(x, -a)) / mass); }};
}

std::vector<Row> rows() {
  const auto exponential_cdf = [](double mean) {
    return [=](double x) { return x <= 0 ? 0 : -std::expm1(-x / mean); };
  };
  const auto fast = exponential_cdf(1), slow = exponential_cdf(20);
  std::vector<Row> all = {
      {"uniform", Distribution(Uniform{milliseconds(2), milliseconds(8)}), 5, 6 / std::sqrt(12.0),
       [](double x) { return std::clamp((x - 2) / 6, 0.0, 1.0); }},
      {"exponential", Distribution(Exponential{milliseconds(10)}), 10, 10, exponential_cdf(10)},
      {"pareto shape 5", Distribution(Pareto{milliseconds(1), 5}), 1.25, std::sqrt(5.0 / (16 * 3)),
       [](double x) { return x < 1 ? 0 : 1 - std::pow(x, -5); }},
      {"hyperexponential",
       Distribution(Hyperexponential{{3, 1}, {milliseconds(1), seconds(0) + milliseconds(20)}}),
       5.75, std::sqrt(2 * (0.75 * 1 + 0.25 * 400) - square(5.75)),
       [=](double x) { return 0.75 * fast(x) + 0.25 * slow(x); }},
      {"empirical",
       Distribution(
           Empirical{{0, 0.5, 0.9, 1},
                     {milliseconds(1), milliseconds(2), milliseconds(4), milliseconds(14)}}),
       0.5 * 1.5 + 0.4 * 3 + 0.1 * 9,
       // E[X²] of a uniform piece from a to b is (a² + ab + b²) / 3.
       std::sqrt((0.5 * 7 + 0.4 * 28 + 0.1 * 268) / 3 - square(2.85)),
       [](double x) {
         if (x < 2) return std::max(0.0, 0.5 * (x - 1));
         if (x < 4) return 0.5 + 0.2 * (x - 2);
         return std::min(1.0, 0.9 + 0.01 * (x - 4));
       }},
      {"mixture",
       Distribution(
           std::vector<Mixture>{{1, Distribution(Uniform{milliseconds(1), milliseconds(3)})},
                                {0, Distribution(Constant{seconds(1000)})},
                                {1, Distribution(Exponential{milliseconds(20)})}}),
       11, std::sqrt(0.5 * (4.0 + 1.0 / 3) + 0.5 * 800 - 121),
       [=](double x) { return 0.5 * std::clamp((x - 1) / 2, 0.0, 1.0) + 0.5 * slow(x); }},
  };
  for (const double cv : {0.2, 1.0, 1.5}) all.push_back(lognormal(cv));
  // A cv of 1.5 is a shape below 1; from 2 on, much of the mass would be less than a nanosecond.
  for (const double cv : {0.1, 1 / std::sqrt(3.0), 1.0, 1.5}) all.push_back(gamma(cv));
  for (const double shape : {0.7, 1.0, 3.0}) all.push_back(weibull(shape));
  for (const double shape : {1.5, 0.5}) all.push_back(bounded_pareto(shape, 100));
  return all;
}

constexpr std::size_t samples = 100'000;

std::vector<double> sorted_samples_ms(const Distribution& law, std::uint64_t entity) {
  const Draws draws(51);
  std::vector<double> values(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    const Duration d = law.sample(draws.at(Purpose::Disturbance, entity, i), i);
    values[i] = static_cast<double>(d.ns) / ms;
  }
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

// Seed 51, 100,000 samples a law. Each bound is passed by a right sampler with a probability of at
// least 0.999; the seed is fixed, so a failure is a change of the sampler, not bad luck.
TEST_CASE("distribution: mean, variance, quantiles and shape of every law") {
  std::uint64_t entity = 0;
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    const std::vector<double> values = sorted_samples_ms(row.law, entity++);
    const auto n = static_cast<double>(samples);

    double mean = 0, second = 0, fourth = 0, distance = 0;
    for (const double x : values) mean += x / n;
    for (std::size_t i = 0; i < samples; ++i) {
      const double deviation = square(values[i] - mean);
      second += deviation / n;
      fourth += square(deviation) / n;
      const double f = row.cdf(values[i]);
      distance =
          std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
    }
    CHECK(row.law.mean_ns() == doctest::Approx(row.mean_ms * ms).epsilon(1e-12));
    CHECK(std::fabs(mean - row.mean_ms) < 3.3 * row.sd_ms / std::sqrt(n));
    const double variance_error = std::sqrt((fourth - square(second)) / n);
    CHECK(std::fabs(second - square(row.sd_ms)) < 4 * variance_error);
    for (const double q : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999}) {
      CAPTURE(q);
      const double at = row.cdf(values[static_cast<std::size_t>(q * n)]);
      CHECK(std::fabs(at - q) < 4 * std::sqrt(q * (1 - q) / n));
    }
    CHECK(distance * std::sqrt(n) < 1.95);  // Kolmogorov and Smirnov, one in a thousand
  }
}

TEST_CASE("distribution: samples have the same bits for every compiler and optimisation") {
  struct Pin {
    Distribution law;
    const char* digest;
  };
  const Duration mean = milliseconds(5);
  const std::vector<Pin> pins = {
      {Distribution(Uniform{mean, seconds(1)}), "6085-14d6-7a9a-e611"},
      {Distribution(Exponential{mean}), "92ce-76ee-bf99-84ed"},
      {Distribution(Lognormal{mean, 1.3}), "a502-ee26-f9cb-2cdf"},
      {Distribution(Gamma{mean, 0.4}), "09ed-647c-dfb9-302c"},
      {Distribution(Gamma{mean, 3.0}), "90ec-377d-98fb-a440"},
      {Distribution(Pareto{mean, 1.2}), "15bb-0446-c76f-955a"},
      {Distribution(Pareto{mean, 1.2, seconds(5)}), "f383-8879-f4af-8869"},
      {Distribution(Weibull{mean, 0.6}), "5440-94a2-dc91-2a47"},
      {Distribution(Hyperexponential{{0.9, 0.1}, {mean, seconds(1)}}), "c451-8a19-d32f-6f67"},
      {Distribution(Empirical{{0, 0.9, 1}, {mean, seconds(1), seconds(3)}}), "d55b-440f-d453-60e6"},
      {Distribution(Cycle{{mean, seconds(1), seconds(3)}}), "14c6-9890-be7f-65cf"},
      {Distribution(std::vector<Mixture>{{0.7, Distribution(Exponential{mean})},
                                         {0.3, Distribution(Lognormal{mean, 2})}}),
       "8d9b-59fb-c7b7-6cbf"},
  };
  for (const Pin& pin : pins) {
    CAPTURE(to_string(pin.law));
    const Draws draws(52);
    Digest digest;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      const Duration d = pin.law.sample(draws.at(Purpose::ServiceTime, 7, i), i);
      digest.word(static_cast<std::uint64_t>(d.ns));
    }
    CHECK(fingerprint_text(digest.value()) == std::string(pin.digest));
  }
}

TEST_CASE("distribution: a law without spread is constant") {
  const Draw draw(1);
  const Duration five = milliseconds(5);
  for (const Distribution& law :
       {Distribution(Constant{five}), Distribution(Uniform{five, five}),
        Distribution(Lognormal{five, 0}), Distribution(Gamma{five, 0}),
        Distribution(Pareto{five, 2, five}), Distribution(Empirical{{0.5}, {five}}),
        Distribution(Cycle{{five}})}) {
    CAPTURE(to_string(law));
    CHECK(law.sample(draw) == five);
    CHECK(law.mean_ns() == 5e6);
  }
  CHECK(Distribution().sample(draw) == Duration{0});
}

TEST_CASE("distribution: samples are never negative and never overflow an instant") {
  const Duration huge{std::int64_t{1} << 62};
  const Draws draws(53);
  for (const Distribution& law :
       {Distribution(Exponential{huge}), Distribution(Lognormal{huge, 1000}),
        Distribution(Gamma{huge, 1000}), Distribution(Pareto{huge, 0.01}),
        Distribution(Weibull{huge, 0.01}), Distribution(Uniform{{0}, huge}),
        Distribution(Lognormal{{0}, 1}), Distribution(Exponential{{0}}),
        Distribution(Weibull{{0}, 0.01}), Distribution(Pareto{{0}, 0.01, huge})}) {
    CAPTURE(to_string(law));
    for (std::uint64_t i = 0; i < 2'000; ++i) {
      const Duration d = law.sample(draws.at(Purpose::Disturbance, 0, i));
      REQUIRE(d.ns >= 0);
      REQUIRE(d <= huge);
    }
  }
}

TEST_CASE("distribution: cycle goes by the index of the draw, whatever its key") {
  const Distribution cycle(Cycle{{nanoseconds(1), nanoseconds(2), nanoseconds(3)}});
  for (std::uint64_t i = 0; i < 9; ++i) {
    CHECK(cycle.sample(Draw(i * 77), i).ns == static_cast<std::int64_t>(i % 3 + 1));
  }
}

TEST_CASE("distribution: uniform reaches both ends") {
  const Distribution die(Uniform{nanoseconds(1), nanoseconds(6)});
  std::vector<int> seen(8);
  for (std::uint64_t i = 0; i < 600; ++i) {
    seen[static_cast<std::size_t>(die.sample(Draw(i)).ns)] += 1;
  }
  for (std::size_t face = 1; face <= 6; ++face) CHECK(seen[face] > 60);
  CHECK(seen[0] + seen[7] == 0);
}

TEST_CASE("distribution: the mean of a Pareto with shape at most 1 is infinite unless it is cut") {
  CHECK(std::isinf(Distribution(Pareto{milliseconds(1), 1.0}).mean_ns()));
  const double cut = Distribution(Pareto{milliseconds(1), 1.0, milliseconds(100)}).mean_ns();
  CHECK(cut == doctest::Approx(std::log(100.0) / 0.99 * ms).epsilon(1e-12));
}

}  // namespace mesh
