// Outlier detection as a mesh lives with it: idle clusters, dropped cells.
#include <doctest/doctest.h>

#include <random>

#include "libmesh/engine/engine.h"
#include "tests/support/hand_plan.h"

namespace mesh {
namespace {

using testing::HandPlan;

/// `clients` pods call each of `services` once in every pod, at the start; all answers are 500.
std::shared_ptr<const Plan> touched_once(std::uint32_t clients, std::uint32_t services) {
  HandPlan hand;
  const WorkloadId client = hand.client("client", clients, true, 1);
  for (std::uint32_t s = 0; s < services; ++s) {
    const WorkloadId server = hand.service("server-" + std::to_string(s),
                                           {.pods = 1, .workers = 0, .time = Distribution()});
    hand.handler_of(server).error_rate = 1;
    ClusterConfig& config = hand.cluster_of(server);
    config.outlier.emplace();
    config.idle_timeout = seconds(60);
    hand.requests_at(client, server, std::vector<int>(clients, 0));
  }
  return hand.build();
}

TEST_CASE("health: ten thousand pairs that were used once cost nothing while they are idle") {
  const auto idle_events = [](std::uint32_t clients, std::uint32_t services) {
    Engine engine(touched_once(clients, services), 1);
    engine.run_until(Instant{} + minutes(5), {});
    REQUIRE(engine.world().pairs == clients * services);
    return engine.run_events(10'000'000, Instant{} + hours(24));
  };
  CHECK(idle_events(100, 100) == idle_events(1, 1));  // the recorder's own samples
}

TEST_CASE("health: cells that equal the default may be dropped at random instants") {
  std::uint64_t dropped = 0, ejected = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    HandPlan hand;
    const WorkloadId client = hand.client("client", 2, true, 2);
    const WorkloadId server = hand.service("server", {.pods = 5, .workers = 4});
    OutlierConfig& outlier = hand.cluster_of(server).outlier.emplace();
    outlier.interval = milliseconds(500);
    outlier.base_ejection_time = milliseconds(700);
    outlier.consecutive_5xx = 2;
    outlier.max_ejection_percent = 60;
    outlier.enforcing_success_rate = outlier.enforcing_local_origin_success_rate = 0;
    hand.handler_of(server).error_rate = 0.1;
    hand.open_load("load", client, server, 100);
    const auto plan = hand.build();
    Engine kept(plan, seed), sparse(plan, seed);
    World& world = const_cast<World&>(sparse.world());  // a test may do what no engine does
    std::mt19937_64 random(seed);
    while (sparse.run_events(1 + random() % 50, plan->until) > 0) {
      for (const ProxyCluster& cluster : world.proxy_clusters) {
        for (std::uint32_t h = 0; h < 5; ++h) {
          OutlierState& state = world.outlier_cells[cluster.first_outlier + h].state;
          ejected += state.ejected ? 1 : 0;
          if (!is_default(outlier, state, world.loop.now())) continue;
          state = OutlierState{};
          ++dropped;
        }
      }
    }
    kept.run_until(plan->until, {});
    CHECK(kept.world().loop.fingerprint() == sparse.world().loop.fingerprint());
    CHECK(kept.record()->hash() == sparse.record()->hash());
  }
  CHECK(dropped > 200);
  CHECK(ejected > 1000);
}

}  // namespace
}  // namespace mesh
