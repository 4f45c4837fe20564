// Random meshes: whatever is combined, nothing is lost, no limit is broken, every run repeats.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "libmesh/engine/engine.h"
#include "libmesh/mesh.h"
#include "tests/support/random_mesh.h"
#include "tests/support/world_audit.h"

namespace mesh {
namespace {

using testing::RandomMesh;
using testing::WorldAudit;

/// SWARM_FIRST and SWARM_COUNT widen or narrow the hunt; a failure names its seed.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::shared_ptr<const Plan> plan_of(std::uint64_t seed) {
  const Scenario scenario = parse_scenario(RandomMesh(seed).yaml(), "swarm.yaml");
  for (const Diagnostic& problem : scenario.diagnostics) {
    if (problem.severity == Severity::Error) INFO(to_string(problem));
  }
  REQUIRE(!scenario.diagnostics.has_errors());
  const CompileResult result = compile(scenario);
  REQUIRE(result.plan != nullptr);
  return result.plan;
}

void check_world(const Engine& engine) {
  const WorldAudit audit(engine);
  for (const std::string& problem : audit.problems()) FAIL_CHECK(problem);
}

/// The most upstream attempts that the route, or the receiving sidecar, allows a request.
std::uint32_t attempts_allowed(const Plan& plan, const RequestTable& table, std::size_t row) {
  if (table.mirror[row] != 0) return 1;
  if (table.inbound[row] != 0) return 3;  // two retries: `istio.md` §1.1.2
  const RouteId route{table.route[row]};
  if (!route.valid()) return 0;
  return 1 + (plan.routes[route].retry ? plan.routes[route].retry->num_retries : 0);
}

void check_record(const Plan& plan, const RunRecord& record) {
  const RequestTable& requests = record.requests;
  CHECK(requests.id.size() + record.info.requests_in_flight == record.info.requests_created);
  std::vector<std::uint64_t> ids = requests.id;
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());  // each ended once

  std::map<std::uint64_t, std::uint32_t> attempts;
  for (const std::uint64_t id : record.attempts.request) ++attempts[id];
  std::size_t backwards = 0, too_many = 0, unlisted = 0;
  for (std::size_t i = 0; i < requests.id.size(); ++i) {
    backwards += requests.started_ns[i] > requests.ended_ns[i];
    too_many += requests.attempts[i] > attempts_allowed(plan, requests, i);
    // A try that found no host counts as an attempt of the request, but is none of any host.
    const bool listed = attempts[requests.id[i]] <= requests.attempts[i];
    unlisted += requests.inbound[i] == 0 && !listed;
  }
  for (std::size_t i = 0; i < record.attempts.request.size(); ++i) {
    backwards += record.attempts.started_ns[i] > record.attempts.ended_ns[i];
  }
  CHECK(backwards == 0);
  CHECK(too_many == 0);
  CHECK(unlisted == 0);
}

/// A run in steps of random length, its world counted after each.
Engine audited(const std::shared_ptr<const Plan>& plan, std::mt19937_64& random) {
  Engine engine(plan, plan->seed);
  const Instant end = plan->until;
  while (engine.world().loop.now() < end) {
    engine.run_events(1 + random() % 400, end);
    check_world(engine);
  }
  return engine;
}

TEST_CASE("swarm: random meshes keep every invariant and repeat themselves") {
  const std::uint64_t first = from_environment("SWARM_FIRST", 1);
  const std::uint64_t count = from_environment("SWARM_COUNT", 1000);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    const std::shared_ptr<const Plan> plan = plan_of(seed);
    std::mt19937_64 random(seed);
    Engine once = audited(plan, random);
    check_record(*plan, *once.record());

    Engine again(plan, plan->seed);
    again.run_events(random() % 3000, plan->until);
    Engine fork = again;
    again.run_until(plan->until, {});
    CHECK(again.record()->hash() == once.record()->hash());
    fork.run_until(plan->until, {});
    CHECK(fork.record()->hash() == once.record()->hash());

    // Loads have stopped; faults end, queues drain, every caller gets its answer.
    once.run_until(plan->until + minutes(30), {});
    const WorldAudit rest(once);
    for (const std::string& left : rest.left_at_rest()) FAIL_CHECK(left);
    CHECK(once.record()->info.requests_in_flight == 0);
  }
}

}  // namespace
}  // namespace mesh
