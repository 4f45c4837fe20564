// Hashed requests that leave overloaded hosts.
#include "libmesh/policy/load_balancer/bounded_load.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

using namespace mesh;

namespace {

std::vector<HashedHost> equal_hosts(std::uint32_t n) {
  std::vector<HashedHost> hosts;
  for (std::uint32_t i = 0; i < n; ++i) hosts.push_back({"", i, 1.0 / n});
  return hosts;
}

}  // namespace

TEST_CASE("bounded_load: slots are a share of the factor times all requests, rounded up") {
  struct Row {
    const char* name;
    std::uint32_t percent, cluster, host;
    double weight, factor;
  };
  const Row rows[] = {
      {"idle", 120, 0, 0, 0.25, 0.0},
      // (9 + 1) × 120 % = 12 slots, a quarter is 3.
      {"at its share", 120, 9, 3, 0.25, 1.0},
      {"above it", 120, 9, 4, 0.25, 4.0 / 3},
      // (10 + 1) × 120 % = 13.2, up to 14; a quarter of 14 is 3.5, up to 4.
      {"both are rounded up", 120, 10, 4, 0.25, 1.0},
      {"total slots are whole before the share is taken: 0.3 of 14 is 5", 120, 10, 5, 0.3, 1.0},
      {"at least one slot", 100, 0, 1, 0.01, 1.0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(overload_factor(row.percent, row.cluster, row.host, row.weight) ==
          doctest::Approx(row.factor));
  }
}

TEST_CASE("bounded_load: the hash's own host as long as it has a slot") {
  const auto hosts = equal_hosts(4);
  std::vector<std::uint32_t> load = {3, 3, 3, 3}, scratch;
  const auto active = [&](std::uint32_t i) { return load[i]; };
  CHECK(bounded_load_pick(hosts, 2, 77, 120, 12, active, scratch) == 2);
  CHECK(scratch.empty());  // the fast path touches nothing
}

TEST_CASE("bounded_load: another host is the same one for the same hash") {
  const auto hosts = equal_hosts(8);
  // 62 slots, 8 for each: all but host 3 have room, whatever their load.
  std::vector<std::uint32_t> load = {0, 1, 2, 50, 4, 5, 6, 7}, scratch;
  const auto active = [&](std::uint32_t i) { return load[i]; };
  std::vector<int> picks(8);
  for (std::uint64_t hash = 0; hash < 800; ++hash) {
    const std::uint32_t first = bounded_load_pick(hosts, 3, hash, 120, 50, active, scratch);
    REQUIRE(bounded_load_pick(hosts, 3, hash, 120, 50, active, scratch) == first);
    ++picks[first];
  }
  CHECK(picks[3] == 0);
  for (const std::uint32_t i : {0, 1, 2, 4, 5, 6, 7}) CHECK(picks[i] > 60);
}

TEST_CASE("bounded_load: when all are overloaded the least overloaded one is used") {
  const auto hosts = equal_hosts(4);
  std::vector<std::uint32_t> load = {40, 20, 10, 30}, scratch;
  const auto active = [&](std::uint32_t i) { return load[i]; };
  // The cluster's count lags behind: 3 active give 4 × 120 % = 5 slots, 2 per host.
  CHECK(bounded_load_pick(hosts, 0, 9, 120, 3, active, scratch) == 2);
  CHECK(bounded_load_pick(hosts, 2, 9, 120, 3, active, scratch) == 2);
}

TEST_CASE("bounded_load: draws of the twister are uniform by rejection") {
  MersenneTwister twister(1);
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts[uniform_below(twister, 3)];
  for (const int n : counts) CHECK(std::abs(n - 10'000) < 400);
  MersenneTwister one(7);
  CHECK(uniform_below(one, 1) == 0);
}
