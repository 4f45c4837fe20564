// Tests of independent runs on threads: what is kept, what is thrown, who is told.
#include "libmesh/experiment/batch.h"

#include <doctest/doctest.h>

#include <vector>

#include "libmesh/experiment/run.h"
#include "tests/support/hand_plan.h"

namespace mesh {
namespace {

std::shared_ptr<const Plan> shop(std::uint64_t memory_limit = 1u << 30) {
  testing::HandPlan hand;
  const WorkloadId front = hand.service("shop", {.pods = 2, .workers = 4});
  hand.open_load("buyers", hand.client("client"), front, 100);
  hand.plan().until = Instant{} + seconds(5);
  hand.plan().memory_limit_bytes = memory_limit;
  return hand.build();
}

TEST_CASE("batch: every job is kept once under its index for any number of threads") {
  const auto one = shop(), other = with_times(one, Instant{} + seconds(2), {});
  const std::vector<Job> jobs = {{one, 1}, {other, 1}, {one, 2}, {other, 2}, {one, 1}};
  for (const unsigned threads : {0u, 1u, 3u, 9u}) {
    CAPTURE(threads);
    std::vector<std::uint64_t> hashes(jobs.size(), 0);
    run_batch(jobs, threads, {}, [&](std::size_t i, std::shared_ptr<const RunRecord> record) {
      CHECK(hashes[i] == 0);
      hashes[i] = record->hash();
    });
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      CHECK(hashes[i] == run(jobs[i].plan, {.seed = jobs[i].seed})->hash());
    }
  }
  run_batch({}, 2, {}, [](std::size_t, auto) { FAIL("there is nothing to run"); });
}

TEST_CASE("batch: of several failures that of the smallest index is thrown") {
  const auto good = shop();
  const std::vector<Job> jobs = {{good, 1}, {shop(100), 1}, {shop(200), 1}, {good, 2}};
  for (const unsigned threads : {1u, 4u}) {
    CAPTURE(threads);
    try {
      run_batch(jobs, threads, {}, [](std::size_t, auto) {});
      FAIL("a plan that is too large was run");
    } catch (const MemoryLimitExceeded& refused) {
      CHECK(refused.limit == 100);
    }
  }
}

TEST_CASE("batch: whoever says stop gets only finished runs") {
  const std::vector<Job> jobs(20'000, {shop(), 1});  // more than are done before the first look
  std::size_t kept = 0;
  run_batch(
      jobs, 1, [](double share, std::uint64_t) { return share > 2; },
      [&](std::size_t, std::shared_ptr<const RunRecord> record) {
        CHECK(record->info.ended_by == EndedBy::Horizon);
        ++kept;
      });
  CHECK(kept < jobs.size());
}

}  // namespace
}  // namespace mesh
