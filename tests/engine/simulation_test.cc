// Runs of small meshes: conservation, determinism, forks.
#include "libmesh/engine/simulation.h"

#include <doctest/doctest.h>

#include "tests/support/hand_plan.h"

namespace mesh {
namespace {

using testing::HandPlan;

std::shared_ptr<const Plan> one_queue(double rps, std::uint32_t workers) {
  HandPlan hand;
  const WorkloadId client = hand.client("client");
  const WorkloadId server = hand.service("server", {.pods = 1, .workers = workers});
  hand.open_load("load", client, server, rps);
  return hand.build();
}

std::uint64_t total(const OutcomeTable& table) {
  std::uint64_t sum = 0;
  for (const std::uint64_t c : table.count) sum += c;
  return sum;
}

TEST_CASE("simulation: every request that a load sent ends once or is in flight") {
  Simulation run(one_queue(80, 1), 1);
  run.run_until(Instant{} + seconds(100));
  const auto record = run.record();
  CHECK(record->info.requests_created > 7000);
  CHECK(total(record->requests_by_load) + record->info.requests_in_flight ==
        record->info.requests_created);
}

TEST_CASE("simulation: an M/M/1 queue at 80 % is 50 ms long in the mean") {
  Simulation run(one_queue(80, 1), 1);
  run.run_until(Instant{} + seconds(20'000));
  const auto record = run.record();
  REQUIRE(record->latency_by_load.size() == 1);
  const Histogram& latency = record->latency_by_load.front();
  CHECK(as_milliseconds(latency.sum()) / static_cast<double>(latency.count()) ==
        doctest::Approx(50.0).epsilon(0.03));
}

TEST_CASE("simulation: a copy made mid-run lives through the same history") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Simulation once(one_queue(120, 2), seed);
    Simulation again(one_queue(120, 2), seed);
    once.run_events(1000 + 37 * seed);
    Simulation fork = once;
    once.run_events(5000);
    fork.run_events(5000);
    again.run_events(6000 + 37 * seed);
    CHECK(once.fingerprint() == again.fingerprint());
    CHECK(fork.fingerprint() == again.fingerprint());
    CHECK(once.record()->hash() == fork.record()->hash());
  }
}

}  // namespace
}  // namespace mesh
