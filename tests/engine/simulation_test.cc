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

TEST_CASE("simulation: the memory asked for grows with what the run will send, not with the load") {
  struct Row {
    const char* name;
    Duration until, length;
    double rps;
    std::uint64_t more_than, at_most;  // MiB, beside what the mesh itself takes
  };
  const Row rows[] = {
      {"ten seconds of a thousand a second are logged", seconds(10), seconds(10), 1e3, 2, 4},
      {"a load that goes on for a day is cut at the end", seconds(10), hours(24), 1e3, 2, 4},
      {"a day of it is logged whole", hours(24), hours(24), 1e3, 20'000, 24'000},
      {"an absurd load is a very large number, not a small one", Duration{never.ns},
       Duration{never.ns}, 1e9, 1'000'000'000, 9'000'000'000'000},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Plan plan = *one_queue(1, 1);
    plan.record.requests = true;
    const std::uint64_t without = estimated_bytes(plan) - estimated_bytes(plan) % (1u << 20);
    plan.until = Instant{} + row.until;
    plan.loads[LoadId{0}].rate = {{.length = row.length, .from_rps = row.rps, .to_rps = row.rps}};
    const std::uint64_t needed = (estimated_bytes(plan) - without) >> 20;
    CHECK(needed >= row.more_than);
    CHECK(needed <= row.at_most);
  }
}

}  // namespace
}  // namespace mesh
