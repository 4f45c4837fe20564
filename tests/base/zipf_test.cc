// Zipf's law: every rank as often as its weight says, with and without a last one.
#include "libmesh/base/zipf.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace mesh {
namespace {

/// How often ranks 1 … shown came in n draws.
std::vector<double> shares(const Zipf& law, std::size_t shown, std::uint64_t n) {
  const ZipfSampler sampler(law);
  std::vector<double> counts(shown);
  for (std::uint64_t i = 0; i < n; ++i) {
    Draw draw = Draws(7).at(Purpose::CacheKey, 1, i);
    const std::uint64_t rank = sampler.sample(draw);
    CHECK(rank >= 1);
    if (rank <= shown) counts[rank - 1] += 1.0 / static_cast<double>(n);
  }
  return counts;
}

TEST_CASE("zipf: ranks come as often as their weights say") {
  struct Row {
    Zipf law;
    double sum;  // of k^-exponent over all keys
  };
  const auto sum_of = [](const Zipf& law) {
    double sum = 0;
    for (std::uint64_t k = 1; k <= law.keys; ++k) {
      sum += std::pow(static_cast<double>(k), -law.exponent);
    }
    return sum;
  };
  std::vector<Row> rows;
  for (const Zipf law : {Zipf{1, 1.0}, Zipf{2, 1.1}, Zipf{7, 0.0}, Zipf{50, 0.5}, Zipf{50, 1.0},
                         Zipf{20'000, 1.1}, Zipf{1000, 3.0}}) {
    rows.push_back({law, sum_of(law)});
  }
  rows.push_back({{0, 1.3}, 3.931949211809654});  // zeta(1.3)
  rows.push_back({{0, 2.0}, 1.6449340668482264});
  constexpr std::uint64_t n = 100'000;
  for (const Row& row : rows) {
    CAPTURE(row.law.keys);
    CAPTURE(row.law.exponent);
    const std::vector<double> found = shares(row.law, 5, n);
    for (std::size_t k = 1; k <= 5; ++k) {
      const bool exists = row.law.keys == 0 || k <= row.law.keys;
      const double p = exists ? std::pow(static_cast<double>(k), -row.law.exponent) / row.sum : 0.0;
      CHECK(std::abs(found[k - 1] - p) <= 4 * std::sqrt(p * (1 - p) / n) + 1e-9);
    }
  }
}

TEST_CASE("zipf: the tail of a law without end has the weight that it should") {
  const ZipfSampler sampler({0, 1.3});
  std::uint64_t beyond = 0;
  constexpr std::uint64_t n = 100'000;
  for (std::uint64_t i = 0; i < n; ++i) {
    Draw draw = Draws(3).at(Purpose::CacheKey, 2, i);
    beyond += sampler.sample(draw) > 1000 ? 1 : 0;
  }
  // Sum over k > 1000 of k^-1.3 is 0.41957 (Euler-Maclaurin), of all 3.93195.
  const double p = 0.4195 / 3.93195;
  CHECK(std::abs(static_cast<double>(beyond) / n - p) < 4 * std::sqrt(p * (1 - p) / n));
}

}  // namespace
}  // namespace mesh
