// Tests of stationary distributions.
#include "libmesh/analysis/markov_chain.h"

#include <doctest/doctest.h>

#include <cmath>

namespace mesh {
namespace {

TEST_CASE("markov_chain: two states share time by their rates") {
  const auto p = stationary_distribution(2, {{0, 1, 3.0}, {1, 0, 1.0}});
  CHECK(p[0] == doctest::Approx(0.25));
  CHECK(p[1] == doctest::Approx(0.75));
}

TEST_CASE("markov_chain: a ring with equal rates is uniform, a single state is certain") {
  const auto ring = stationary_distribution(4, {{0, 1, 2}, {1, 2, 2}, {2, 3, 2}, {3, 0, 2}});
  for (const double share : ring) CHECK(share == doctest::Approx(0.25));
  CHECK(stationary_distribution(1, {}) == std::vector<double>{1.0});
}

TEST_CASE("markov_chain: flows balance in every state of a chain without symmetry") {
  const std::vector<Transition> jumps = {{0, 1, 1.5}, {1, 2, 0.5}, {2, 0, 4}, {2, 1, 1}, {0, 2, 2}};
  const auto p = stationary_distribution(3, jumps);
  double sum = 0;
  for (std::size_t state = 0; state < 3; ++state) {
    double in = 0, out = 0;
    for (const Transition& t : jumps) {
      if (t.to == state) in += p[t.from] * t.rate_per_s;
      if (t.from == state) out += p[t.from] * t.rate_per_s;
    }
    CHECK(in == doctest::Approx(out));
    CHECK(p[state] > 0);
    sum += p[state];
  }
  CHECK(sum == doctest::Approx(1));
}

}  // namespace
}  // namespace mesh
