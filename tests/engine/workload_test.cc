// The application: workers, queue, scripts, callers that give up.
#include <doctest/doctest.h>

#include "tests/support/hand_plan.h"
#include "tests/support/outcomes.h"
#include "tests/support/world_audit.h"

namespace mesh {
namespace {

using testing::HandPlan;
using testing::WorldAudit;

void check_world(const Engine& engine) {
  const WorldAudit audit(engine);
  for (const std::string& problem : audit.problems()) FAIL_CHECK(problem);
}

TEST_CASE("workload: a hang-up that overtakes its request on the network takes it along") {
  HandPlan hand;
  const WorkloadId server = hand.service("server", {.pods = 1, .workers = 1, .queue = 5});
  const LoadId load = hand.open_load("load", hand.client("client"), server, 80);
  hand.plan().network.same_zone = {.one_way = milliseconds(1), .jitter = milliseconds(5)};
  hand.plan().loads[load].timeout = milliseconds(9);
  hand.plan().workloads[server].cancel = true;
  Engine engine(hand.build(), 1);
  for (int i = 0; i < 1000; ++i) {
    engine.run_events(10, Instant{} + seconds(60));
    check_world(engine);
  }
}

}  // namespace
}  // namespace mesh
