// The schedule of unequal weights.
#include "libmesh/policy/load_balancer/edf.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace mesh;

namespace {

/// The obvious, slow schedule.
struct SlowSchedule {
  struct Entry {
    double deadline;
    std::uint64_t order;
    std::uint32_t item;
  };
  double time = 0;
  std::uint64_t inserted = 0;
  std::vector<Entry> entries;

  void add(std::uint32_t item, double weight) {
    entries.push_back({time + 1.0 / weight, inserted++, item});
  }
  std::uint32_t pick(const std::vector<double>& weights) {
    const auto first =
        std::min_element(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
          return a.deadline < b.deadline || (a.deadline == b.deadline && a.order < b.order);
        });
    const std::uint32_t item = first->item;
    time = first->deadline;
    entries.erase(first);
    add(item, weights[item]);
    return item;
  }
};

std::vector<double> random_weights(std::mt19937& random) {
  std::vector<double> weights(2 + random() % 12);
  for (double& w : weights) w = 1 + random() % 20;
  return weights;
}

}  // namespace

TEST_CASE("edf: same picks as the obvious schedule, weights changing under way") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> weights = random_weights(random);
    EdfSchedule fast;
    SlowSchedule slow;
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
      fast.add(i, weights[i]);
      slow.add(i, weights[i]);
    }
    for (int pick = 0; pick < 300; ++pick) {
      if (random() % 5 == 0) weights[random() % weights.size()] = 1 + random() % 20;
      REQUIRE(fast.pick([&](std::uint32_t i) { return weights[i]; }) == slow.pick(weights));
    }
  }
}

TEST_CASE("edf: equal deadlines go in order of insertion") {
  EdfSchedule schedule;
  for (std::uint32_t i = 0; i < 4; ++i) schedule.add(i, 1.0);
  const auto one = [](std::uint32_t) { return 1.0; };
  std::vector<std::uint32_t> picks;
  for (int i = 0; i < 8; ++i) picks.push_back(schedule.pick(one));
  CHECK(picks == std::vector<std::uint32_t>{0, 1, 2, 3, 0, 1, 2, 3});
}

TEST_CASE("edf: every item gets its share in each period of the sum of weights") {
  std::mt19937 random(2);
  for (int round = 0; round < 100; ++round) {
    const std::vector<double> weights = random_weights(random);
    const auto weight_of = [&](std::uint32_t i) { return weights[i]; };
    double sum = 0;
    for (const double w : weights) sum += w;
    const std::uint64_t seed = (std::uint64_t{random()} << 32) | random();
    CAPTURE(seed);
    EdfSchedule schedule =
        EdfSchedule::fast_forward(static_cast<std::uint32_t>(weights.size()), seed, weight_of);
    std::vector<double> counts(weights.size());
    for (int pick = 0; pick < static_cast<int>(10 * sum); ++pick)
      ++counts[schedule.pick(weight_of)];
    // Ties in time may fall on either side of the last period.
    for (std::size_t i = 0; i < weights.size(); ++i) {
      REQUIRE(std::abs(counts[i] - 10 * weights[i]) <= 1.0);
    }
  }
}

TEST_CASE("edf: a fast-forward of n picks stands where n single picks stand") {
  // Weights without common ties in time, so that the order is unique.
  const std::vector<double> weights = {1.0, 1.7320508, 2.6457513, 3.3166248};
  const auto weight_of = [&](std::uint32_t i) { return weights[i]; };
  for (std::uint64_t picks = 0; picks < 500; ++picks) {
    CAPTURE(picks);
    EdfSchedule stepped = EdfSchedule::fast_forward(4, 0, weight_of);
    for (std::uint64_t i = 0; i < picks; ++i) stepped.pick(weight_of);
    EdfSchedule jumped = EdfSchedule::fast_forward(4, picks, weight_of);
    for (int i = 0; i < 50; ++i) REQUIRE(jumped.pick(weight_of) == stepped.pick(weight_of));
  }
}

TEST_CASE("edf: a share that rounds up to its exact value is lowered by one") {
  // Of three picks over 2, 3, 4 exactly one is due to weight 3; given at once it would come too
  // late in the order that single picks make.
  const std::vector<double> weights = {2, 3, 4};
  const auto weight_of = [&](std::uint32_t i) { return weights[i]; };
  EdfSchedule schedule = EdfSchedule::fast_forward(3, 3, weight_of);
  std::vector<std::uint32_t> picks;
  for (int i = 0; i < 9; ++i) picks.push_back(schedule.pick(weight_of));
  CHECK(picks == std::vector<std::uint32_t>{2, 1, 2, 0, 2, 1, 2, 1, 0});
}

TEST_CASE("edf: the seed is cut to 32 bits, then reduced; a huge one costs nothing") {
  const std::vector<double> weights = {1, 2, 3};
  const auto weight_of = [&](std::uint32_t i) { return weights[i]; };
  const auto first_picks = [&](std::uint64_t seed) {
    EdfSchedule schedule = EdfSchedule::fast_forward(3, seed, weight_of);
    std::vector<std::uint32_t> picks;
    for (int i = 0; i < 12; ++i) picks.push_back(schedule.pick(weight_of));
    return picks;
  };
  const std::uint64_t limit = EdfSchedule::pick_limit;
  CHECK(first_picks(limit + 4) == first_picks(4));
  CHECK(first_picks((7ull << 32) + 4) == first_picks(4));
  for (std::uint64_t seed = limit - 50; seed < limit; ++seed) first_picks(seed);
}

TEST_CASE("edf: nothing scheduled is empty") {
  CHECK(EdfSchedule{}.empty());
  CHECK(EdfSchedule::fast_forward(0, 5, [](std::uint32_t) { return 1.0; }).empty());
}
