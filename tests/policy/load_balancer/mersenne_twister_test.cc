// The twister against the standard library's.
#include "libmesh/policy/load_balancer/mersenne_twister.h"

#include <doctest/doctest.h>

#include <random>

using namespace mesh;

TEST_CASE("mersenne_twister: the same words as the standard's engine, over several refills") {
  for (const std::uint32_t seed : {0u, 1u, 5489u, 123'456'789u, ~0u}) {
    CAPTURE(seed);
    MersenneTwister own(seed);
    std::mt19937 standard(seed);
    for (int i = 0; i < 3'000; ++i) REQUIRE(own() == standard());
  }
}

TEST_CASE("mersenne_twister: the 10 000th word of the default seed is the one in the standard") {
  MersenneTwister own(5489u);
  for (int i = 0; i < 9'999; ++i) own();
  CHECK(own() == 4'123'659'995u);
}
