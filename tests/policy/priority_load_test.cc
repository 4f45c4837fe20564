// Loads of priorities by their health.
#include "libmesh/policy/priority_load.h"

#include <doctest/doctest.h>

#include <numeric>
#include <random>
#include <vector>

using namespace mesh;

TEST_CASE("priority_load: availability truncates, caps, leaves excluded hosts out") {
  struct Row {
    const char* name;
    PriorityHosts hosts;
    std::uint32_t factor;
    Availability expected;
  };
  const Row rows[] = {
      {"all well", {10, 10, 0, 0}, 140, {100, 0}},
      {"8 of 10 are 112, capped", {10, 8, 0, 0}, 140, {100, 0}},
      {"5 of 10 are 70", {10, 5, 0, 0}, 140, {70, 0}},
      {"1 of 3 is 46.6, truncated", {3, 1, 0, 0}, 140, {46, 0}},
      {"degraded ones are counted apart", {10, 2, 3, 0}, 140, {28, 42}},
      {"excluded ones leave the denominator", {4, 1, 0, 3}, 140, {100, 0}},
      {"nobody counts", {3, 0, 0, 3}, 140, {0, 0}},
      {"no hosts", {0, 0, 0, 0}, 140, {0, 0}},
      {"factor 100", {4, 2, 0, 0}, 100, {50, 0}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(availability(row.hosts, row.factor) == row.expected);
  }
}

TEST_CASE("priority_load: shares are handed out in order, healthy ones first") {
  using A = std::vector<Availability>;
  using S = std::vector<PriorityShare>;
  struct Row {
    const char* name;
    A health;
    S shares;
  };
  const Row rows[] = {
      {"the first takes all it can", {{100, 0}, {100, 0}}, {{100, 0}, {0, 0}}},
      {"the rest spills", {{70, 0}, {70, 0}}, {{70, 0}, {30, 0}}},
      {"scaled up when there is too little", {{35, 0}, {35, 0}}, {{50, 0}, {50, 0}}},
      {"rounding goes to the first one with hosts",
       {{0, 0}, {20, 0}, {20, 0}, {20, 0}},
       {{0, 0}, {34, 0}, {33, 0}, {33, 0}}},
      {"degraded hosts after all healthy ones", {{40, 60}, {50, 0}}, {{40, 10}, {50, 0}}},
      {"the example in Envoy's source: 10/20/10 healthy, 20/10/0 degraded",
       {{10, 20}, {20, 10}, {10, 0}},
       {{16, 28}, {28, 14}, {14, 0}}},
      {"only degraded hosts", {{0, 30}, {0, 40}}, {{0, 43}, {0, 57}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    S shares(row.health.size());
    distribute_load(row.health, shares);
    CHECK(shares == row.shares);
  }
}

TEST_CASE("priority_load: shares add up to 100 whatever the health") {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Availability> health(1 + random() % 6);
    for (Availability& a : health) {
      a.healthy = static_cast<std::uint8_t>(random() % 4 == 0 ? 0 : random() % 101);
      a.degraded = static_cast<std::uint8_t>(random() % 3 != 0 ? 0 : random() % 101);
    }
    if (total_availability(health) == 0) continue;
    std::vector<PriorityShare> shares(health.size());
    distribute_load(health, shares);
    int sum = 0;
    for (std::size_t p = 0; p < health.size(); ++p) {
      sum += shares[p].healthy + shares[p].degraded;
      if (health[p].healthy == 0) CHECK(shares[p].healthy == 0);
      if (health[p].degraded == 0) CHECK(shares[p].degraded == 0);
    }
    REQUIRE(sum == 100);
  }
}

TEST_CASE("priority_load: the word modulo 100 walks healthy shares, then degraded ones") {
  const std::vector<PriorityShare> shares = {{16, 28}, {28, 14}, {14, 0}};
  struct Row {
    std::uint64_t word;
    std::uint32_t priority;
    bool degraded;
  };
  for (const Row row :
       {Row{0, 0, false}, Row{15, 0, false}, Row{16, 1, false}, Row{43, 1, false},
        Row{44, 2, false}, Row{57, 2, false}, Row{58, 0, true}, Row{85, 0, true}, Row{86, 1, true},
        Row{99, 1, true}, Row{100, 0, false}, Row{1058, 0, true}}) {
    CAPTURE(row.word);
    const PriorityChoice choice = choose_priority(shares, row.word);
    CHECK(choice.priority == row.priority);
    CHECK(choice.degraded == row.degraded);
  }
}
