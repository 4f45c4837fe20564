// One client and one service whose pods answer at once, for laws of balancers.
#pragma once

#include <utility>
#include <vector>

#include "libmesh/engine/engine.h"
#include "tests/support/hand_plan.h"

namespace mesh::testing {

/// Requests that each pod of the service has received.
inline std::vector<std::uint64_t> received(const World& world, const Plan& plan,
                                           WorkloadId server) {
  std::vector<std::uint64_t> counts;
  for (std::uint32_t i = 0; i < plan.workloads[server].reserved; ++i) {
    counts.push_back(
        world.endpoints[EndpointId{plan.workloads[server].first_endpoint.value + i}].received);
  }
  return counts;
}

struct SmallCluster {
  explicit SmallCluster(std::uint32_t pods, LoadBalancerKind kind, double rps = 1000,
                        std::uint32_t clients = 1)
      : client(hand.client("client", clients, true)),
        server(hand.service("server", {.pods = pods, .workers = 0, .time = Distribution()})),
        load(hand.open_load("load", client, server, rps)) {
    Plan& plan = hand.plan();
    for (std::uint32_t e = 0; e < plan.endpoints.size(); ++e) {
      plan.endpoints[EndpointId{e}].address = "10.0.0." + std::to_string(e + 1);
    }
    plan.loads[load].poisson = false;
    config().load_balancer.kind = kind;
  }
  ClusterConfig& config() { return hand.cluster_of(server); }
  void hash_by(HashPart part) {
    hand.plan().hash_keys.push_back({RouteId{0}, hand.request_to(server), {std::move(part)}});
  }
  std::vector<std::uint64_t> run(Duration length, std::uint64_t seed = 1) {
    RateSegment& rate = hand.plan().loads[load].rate.front();
    rate.length = length;
    Engine engine(hand.build(), seed);
    engine.run_until(Instant{} + length + seconds(5), {});
    return received(engine.world(), engine.plan(), server);
  }

  HandPlan hand;
  WorkloadId client, server;
  LoadId load;
};

}  // namespace mesh::testing
