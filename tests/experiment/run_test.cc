// Tests of running plans once and on threads.
#include "libmesh/experiment/run.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/hand_plan.h"

namespace mesh {
namespace {

std::shared_ptr<const Plan> shop(std::uint64_t memory_limit = 1u << 30) {
  testing::HandPlan hand;
  const WorkloadId stock = hand.service("stock", {.pods = 2});
  const WorkloadId front = hand.service("shop", {.pods = 2, .workers = 4});
  hand.calls(front, {stock});
  const WorkloadId client = hand.client("client");
  hand.open_load("buyers", client, front, 100);
  hand.plan().until = Instant{} + seconds(20);
  hand.plan().memory_limit_bytes = memory_limit;
  return hand.build();
}

std::uint64_t total(const OutcomeTable& table) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : table.count) sum += count;
  return sum;
}

std::vector<std::uint64_t> hashes(const std::vector<std::shared_ptr<const RunRecord>>& records) {
  std::vector<std::uint64_t> all;
  for (const auto& record : records) all.push_back(record ? record->hash() : 0);
  return all;
}

TEST_CASE("run: the same plan and seed give the same record, another seed another one") {
  const auto plan = shop();
  const auto a = run(plan), b = run(plan, {.seed = plan->seed}), c = run(plan, {.seed = 99});
  CHECK(a->hash() == b->hash());
  CHECK(a->hash() != c->hash());
  CHECK(a->info.ended_by == EndedBy::Horizon);
  CHECK(total(a->requests_by_load) > 1800);
  CHECK(c->info.seed == 99);
}

TEST_CASE("run: a shorter horizon and a warm-up count less") {
  const auto plan = shop();
  const auto whole = run(plan);
  const auto half = run(plan, {.until = Instant{} + seconds(10)});
  const auto late = run(plan, {.warmup = Instant{} + seconds(15)});
  CHECK(half->info.until == Instant{} + seconds(10));
  CHECK(total(half->requests_by_load) < total(whole->requests_by_load) * 6 / 10);
  CHECK(total(late->requests_by_load) < total(whole->requests_by_load) * 3 / 10);
  CHECK(late->series_by_load.count == whole->series_by_load.count);  // series show all
  CHECK(late->info.fingerprint == whole->info.fingerprint);
}

TEST_CASE("run: stopped by progress it keeps what it has") {
  int calls = 0;
  double last = 0;
  const Progress twice = [&](double share, std::uint64_t) {
    CHECK(share >= last);
    last = share;
    return ++calls < 2;
  };
  const auto record = run(shop(), {.until = Instant{} + seconds(500), .progress = twice});
  CHECK(calls == 2);
  CHECK(record->info.ended_by == EndedBy::Interrupt);
  CHECK(total(record->requests_by_load) > 0);
}

TEST_CASE("run: too large a plan is refused before it starts") {
  CHECK_THROWS_AS(run(shop(1000)), MemoryLimitExceeded);
  CHECK_THROWS_AS(replicate(shop(1000), {1, 2, 3}), MemoryLimitExceeded);
}

TEST_CASE("replicate: records come in the order of the seeds for any number of threads") {
  const auto plan = shop();
  const std::vector<std::uint64_t> seeds = replication_seeds(7, 5);
  std::vector<std::uint64_t> expected;
  for (const std::uint64_t seed : seeds) expected.push_back(run(plan, {.seed = seed})->hash());
  for (const unsigned threads : {0u, 1u, 2u, 16u}) {
    CAPTURE(threads);
    CHECK(hashes(replicate(plan, seeds, threads)) == expected);
  }
  CHECK(replicate(plan, {}).empty());
}

TEST_CASE("replicate: progress is told on the calling thread and can stop") {
  const auto plan = shop();
  const std::vector<std::uint64_t> seeds = replication_seeds(1, 400);
  const auto caller = std::this_thread::get_id();
  int calls = 0;
  const auto records = replicate(plan, seeds, 2, {.progress = [&](double share, std::uint64_t) {
                                   calls += 1;
                                   CHECK(std::this_thread::get_id() == caller);
                                   CHECK(share >= 0);
                                   CHECK(share <= 1);
                                   return false;
                                 }});
  CHECK(calls >= 1);
  REQUIRE(records.size() == seeds.size());
  CHECK(records.back() == nullptr);
}

TEST_CASE("replication_seeds: begin with the seed, are distinct, and grow at the end") {
  const std::vector<std::uint64_t> ten = replication_seeds(3, 10), five = replication_seeds(3, 5);
  CHECK(ten.front() == 3);
  CHECK(std::equal(five.begin(), five.end(), ten.begin()));
  std::set<std::uint64_t> distinct(ten.begin(), ten.end());
  for (const std::uint64_t seed : replication_seeds(4, 10)) distinct.insert(seed);
  CHECK(distinct.size() == 20);
}

}  // namespace
}  // namespace mesh
