// Choices, ties, weights.
#include "libmesh/policy/load_balancer/least_request.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

namespace {

struct Words {
  std::vector<std::uint64_t> values;
  std::size_t used = 0;
  std::uint64_t operator()() { return values.at(used++); }
};

}  // namespace

TEST_CASE("least_request: the emptier of the choices, the first one on ties") {
  const std::vector<std::uint32_t> load = {5, 3, 3, 9};
  const auto active = [&](std::uint32_t i) { return load[i]; };
  struct Row {
    const char* name;
    std::uint32_t choices;
    std::vector<std::uint64_t> words;
    std::uint32_t pick;
  };
  const Row rows[] = {
      {"the second is emptier", 2, {0, 1}, 1},
      {"the first is emptier", 2, {1, 0}, 1},
      {"a tie keeps the first", 2, {1, 2}, 1},
      {"a tie keeps the first, the other way", 2, {2, 1}, 2},
      {"the same host twice: with replacement", 2, {3, 3}, 3},
      {"words are reduced modulo n", 2, {4, 7}, 0},
      {"three choices", 3, {3, 0, 2}, 2},
      {"one choice is random", 1, {3}, 3},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Words words{row.words};
    CHECK(least_request_pick(4, row.choices, active, words) == row.pick);
    CHECK(words.used == row.words.size());
  }
}

TEST_CASE("least_request: a full scan takes the minimum, draws once per tie") {
  const std::vector<std::uint32_t> load = {2, 1, 1, 4, 1};
  const auto active = [&](std::uint32_t i) { return load[i]; };
  Words keep{{1, 1}};  // host 2 ties: 1 mod 2; host 4 ties: 1 mod 3
  CHECK(least_request_full_scan(5, active, keep) == 1);
  CHECK(keep.used == 2);
  Words last{{1, 3}};
  CHECK(least_request_full_scan(5, active, last) == 4);
  Words middle{{0, 1}};
  CHECK(least_request_full_scan(5, active, middle) == 2);
}

TEST_CASE("least_request: a full scan is fair among ties") {
  const auto equal = [](std::uint32_t) { return 7u; };
  std::vector<int> picks(3);
  // All pairs of residues modulo 2 and 3.
  for (std::uint64_t a = 0; a < 6; ++a) {
    for (std::uint64_t b = 0; b < 6; ++b) {
      Words words{{a, b}};
      ++picks[least_request_full_scan(3, equal, words)];
    }
  }
  CHECK(picks == std::vector<int>{12, 12, 12});
}

TEST_CASE("least_request: weight over (active + 1)^bias") {
  CHECK(least_request_weight(6, 2, 1.0) == 2.0);
  CHECK(least_request_weight(6, 2, 0.0) == 6.0);
  CHECK(least_request_weight(6, 3, 0.5) == doctest::Approx(3.0).epsilon(1e-12));
  CHECK(least_request_weight(6, 3, 2.0) == doctest::Approx(0.375).epsilon(1e-12));
  CHECK(least_request_weight(6, 0, 1.7) == doctest::Approx(6.0).epsilon(1e-12));
}

TEST_CASE("least_request: unequal weights use the schedule and draw nothing") {
  LeastRequestBalancer balancer;
  std::vector<std::uint32_t> load = {0, 0};
  const auto active = [&](std::uint32_t i) { return load[i]; };
  const std::vector<BalancerHost> hosts = {{"", 1}, {"", 3}};
  balancer.rebuild(hosts, {}, 0, active);
  Words none;
  std::vector<int> picks(2);
  for (int i = 0; i < 40; ++i) ++picks[balancer.pick({}, active, none)];
  CHECK(picks == std::vector<int>{10, 30});
  load = {0, 2};  // 3 / (2 + 1) is 1
  for (int i = 0; i < 4; ++i) balancer.pick({}, active, none);
  picks = {0, 0};
  for (int i = 0; i < 40; ++i) ++picks[balancer.pick({}, active, none)];
  CHECK(picks == std::vector<int>{20, 20});
}
