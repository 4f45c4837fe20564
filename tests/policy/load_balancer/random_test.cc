// Random picks.
#include "libmesh/policy/load_balancer/random.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("random: the word of the priority choice modulo the number of hosts") {
  CHECK(random_pick(3, 0) == 0);
  CHECK(random_pick(3, 5) == 2);
  CHECK(random_pick(1, ~0ull) == 0);
  CHECK(random_pick(7, ~0ull) == ~0ull % 7);
}

TEST_CASE("random: no hosts, no pick") {
  RandomBalancer balancer;
  const auto idle = [](std::uint32_t) { return 0u; };
  CHECK(balancer.pick({}, idle, [] { return 1ull; }) == no_host);
}
