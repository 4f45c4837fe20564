// The two ziggurats: their tables against calculus, their variates against the laws.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "libmesh/base/distribution.h"
#include "libmesh/base/ziggurat_tables.h"

namespace mesh {
namespace {

constexpr std::uint64_t samples = 400'000;

template <class Variate>
std::vector<double> sorted_variates(std::uint64_t entity, Variate variate) {
  std::vector<double> values(samples);
  for (std::uint64_t i = 0; i < samples; ++i) {
    Draw draw = Draws(41).at(Purpose::Disturbance, entity, i);
    values[i] = variate(draw);
  }
  std::sort(values.begin(), values.end());
  return values;
}

/// Kolmogorov and Smirnov's distance times sqrt(n): above 1.95 for one correct sampler in a
/// thousand.
template <class Cdf>
double kolmogorov_smirnov(const std::vector<double>& sorted, Cdf cdf) {
  const auto n = static_cast<double>(sorted.size());
  double distance = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double f = cdf(sorted[i]);
    distance =
        std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return distance * std::sqrt(n);
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace

TEST_CASE("ziggurat: all 256 regions have one area and the heights lie on the curve") {
  const double exponential_tail = std::exp(-ziggurat::exponential_edge[1]);
  const double normal_tail =
      std::sqrt(std::acos(-1.0) / 2) * std::erfc(ziggurat::normal_edge[1] / std::sqrt(2.0));
  struct Row {
    const char* name;
    const double (&edge)[257];
    const double (&height)[257];
    double tail;
    double (*density)(double);
  };
  for (const Row& row :
       {Row{"exponential", ziggurat::exponential_edge, ziggurat::exponential_height,
            exponential_tail, [](double x) { return std::exp(-x); }},
        Row{"normal", ziggurat::normal_edge, ziggurat::normal_height, normal_tail,
            [](double x) { return std::exp(-0.5 * x * x); }}}) {
    CAPTURE(row.name);
    const double area = row.edge[1] * row.height[1] + row.tail;
    CHECK(row.edge[0] * row.height[1] == doctest::Approx(area).epsilon(1e-14));
    double worst_area = 0, worst_height = 0;
    for (std::size_t i = 1; i <= 256; ++i) {
      worst_height = std::max(worst_height, std::fabs(row.density(row.edge[i]) - row.height[i]));
      if (i == 256) continue;
      const double layer = row.edge[i] * (row.height[i + 1] - row.height[i]);
      worst_area = std::max(worst_area, std::fabs(layer / area - 1));
    }
    CHECK(worst_area < 1e-12);
    CHECK(worst_height < 1e-15);
    CHECK(row.edge[256] == 0);
    CHECK(row.height[256] == 1);
  }
}

TEST_CASE("ziggurat: the exponential variate follows its law, deep tail included") {
  const auto values = sorted_variates(0, standard_exponential);
  CHECK(kolmogorov_smirnov(values, [](double x) { return -std::expm1(-x); }) < 1.95);
  // 400,000 e^-7.7 = 181 ± 54 (4 standard deviations) lie beyond the outermost layer.
  const double edge = ziggurat::exponential_edge[1];
  const auto tail = values.end() - std::upper_bound(values.begin(), values.end(), edge);
  CHECK(tail > 127);
  CHECK(tail < 236);
  CHECK(values.front() >= 0);
}

TEST_CASE("ziggurat: the normal variate follows its law, deep tails included") {
  const auto values = sorted_variates(1, standard_normal);
  CHECK(kolmogorov_smirnov(values, normal_cdf) < 1.95);
  // 400,000 * 2 * Φ(-3.654) = 103 ± 41 (4 standard deviations) lie beyond the outermost layers.
  const double edge = ziggurat::normal_edge[1];
  const auto right = values.end() - std::upper_bound(values.begin(), values.end(), edge);
  const auto left = std::lower_bound(values.begin(), values.end(), -edge) - values.begin();
  CHECK(left + right > 62);
  CHECK(left + right < 144);
  CHECK(left > 0);
  CHECK(right > 0);
}

TEST_CASE("ziggurat: within every layer the position is uniform") {
  // One word per draw decides layer and position from different bits; were they to overlap, the
  // density inside a narrow band of x would be stepped. 64 bands of equal probability.
  const auto values = sorted_variates(2, standard_exponential);
  std::vector<double> counts(64);
  for (const double x : values) {
    counts[std::min<std::size_t>(63, static_cast<std::size_t>(-std::expm1(-x) * 64))] += 1;
  }
  const double expected = static_cast<double>(samples) / 64;
  double chi_square = 0;
  for (const double c : counts) chi_square += (c - expected) * (c - expected) / expected;
  CHECK(chi_square < 103.4);  // 63 degrees of freedom, one in a thousand
}

}  // namespace mesh
