// Schedules of weights and of warm-up, request for request.
#include "libmesh/engine/balancer_state.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/small_cluster.h"

namespace mesh {
namespace {

using testing::SmallCluster;

TEST_CASE("balancer_state: weights of 1, 2 and 5 give 1, 2 and 5 of 8, request for request") {
  for (const LoadBalancerKind kind :
       {LoadBalancerKind::RoundRobin, LoadBalancerKind::LeastRequest}) {
    SmallCluster mesh(3, kind, 800);
    for (std::uint32_t h = 0; h < 3; ++h) mesh.config().hosts[h].weight = h == 2 ? 5 : h + 1;
    CHECK(mesh.run(seconds(1)) == std::vector<std::uint64_t>{100, 200, 500});
  }
}

TEST_CASE("balancer_state: a pod that warms up begins with a tenth and gains its full share") {
  SmallCluster mesh(3, LoadBalancerKind::RoundRobin);
  Plan& plan = mesh.hand.plan();
  mesh.config().load_balancer.slow_start.window = seconds(10);
  plan.workloads[mesh.server].replicas = 2;
  plan.endpoint_propagation = milliseconds(1);
  plan.clusters_made_at = Instant{} - seconds(60);
  plan.changes.add({"grow", Instant{} + seconds(5), 0, mesh.server, 3});
  Engine engine(mesh.hand.build(), 1);
  std::vector<double> share;
  std::uint64_t before = 0;
  for (int second = 6; second <= 20; ++second) {
    engine.run_until(Instant{} + seconds(second), {});
    const std::uint64_t now = testing::received(engine.world(), engine.plan(), mesh.server)[2];
    share.push_back(static_cast<double>(now - before) / 1000);
    before = now;
  }
  CHECK(share[0] < 0.06);                                        // 0.1 of 2.1 at first
  CHECK(share[4] == doctest::Approx(0.45 / 2.45).epsilon(0.1));  // half way
  CHECK(share[12] == doctest::Approx(1 / 3.0).epsilon(0.02));
  for (std::size_t s = 1; s < 10; ++s) CHECK(share[s] >= share[s - 1] - 0.005);
}

}  // namespace
}  // namespace mesh
