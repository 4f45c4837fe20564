// Percentiles from bins of two significant digits.
#include "libmesh/policy/latency_samples.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace mesh;

TEST_CASE("latency_samples: one value lies in the middle of its bin") {
  struct Row {
    std::uint64_t value;
    double median;
  };
  // A bin of value v spans a tenth of v's leading decimal unit.
  for (const Row row :
       {Row{0, 0.0}, Row{1, 1.05}, Row{9, 9.05}, Row{10, 10.5}, Row{99, 99.5}, Row{100, 105},
        Row{5'000, 5'050}, Row{5'099, 5'050}, Row{5'100, 5'150}, Row{1'234'567, 1'250'000}}) {
    CAPTURE(row.value);
    LatencySamples samples;
    samples.add(row.value);
    CHECK(samples.quantile(0.5) == doctest::Approx(row.median));
  }
}

TEST_CASE("latency_samples: quantiles interpolate, edges included") {
  LatencySamples samples;
  for (int i = 0; i < 4; ++i) samples.add(10);  // bin 10 … 11
  for (int i = 0; i < 4; ++i) samples.add(50);  // bin 50 … 51
  CHECK(samples.quantile(0.0) == doctest::Approx(10.0));
  CHECK(samples.quantile(0.25) == doctest::Approx(10.5));
  CHECK(samples.quantile(0.5) == doctest::Approx(11.0));
  CHECK(samples.quantile(0.75) == doctest::Approx(50.5));
  CHECK(samples.quantile(1.0) == doctest::Approx(51.0));
  CHECK(samples.count() == 8);
  samples.clear();
  CHECK(samples.count() == 0);
}

TEST_CASE("latency_samples: within 10 % of the exact quantile") {
  std::mt19937 random(9);
  LatencySamples samples;
  std::vector<std::uint64_t> exact;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = 1 + random() % (i % 2 == 0 ? 1'000 : 1'000'000);
    exact.push_back(value);
    samples.add(value);
  }
  std::sort(exact.begin(), exact.end());
  for (const double share : {0.1, 0.5, 0.9, 0.99}) {
    const auto at = static_cast<double>(exact[static_cast<std::size_t>(share * 9'999)]);
    CHECK(samples.quantile(share) == doctest::Approx(at).epsilon(0.1));
  }
}

TEST_CASE("latency_samples: absurd values land in the last decade") {
  LatencySamples samples;
  samples.add(~0ull);
  CHECK(samples.quantile(0.5) > 9e11);
}
