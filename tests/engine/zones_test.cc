// Zone-aware routing as callers of several zones see it.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "libmesh/engine/engine.h"
#include "tests/support/hand_plan.h"
#include "tests/support/outcomes.h"

namespace mesh {
namespace {

using testing::counter;
using testing::HandPlan;
using Counter = ClusterCounter;

/// A service with pods in zones a, b, c; callers of one service, the first of them in zone a.
struct Zones {
  Zones(const std::array<std::uint32_t, 3>& hosts, const std::array<std::uint32_t, 3>& callers) {
    Plan& plan = hand.plan();
    for (std::size_t z = 0; z < 3; ++z) {
      if (callers[z] == 0) continue;
      clients.push_back(hand.client("client-" + names[z], callers[z], true));
      plan.workloads[clients.back()].locality = names[z];
    }
    for (const WorkloadId client : clients) plan.workloads[client].local_cluster = clients;
    server = hand.service(
        "server", {.pods = hosts[0] + hosts[1] + hosts[2], .workers = 0, .time = Distribution()});
    ClusterConfig& config = hand.cluster_of(server);
    std::uint32_t h = 0;
    for (std::size_t z = 0; z < 3; ++z) {
      if (hosts[z] == 0) continue;
      const auto locality = static_cast<std::uint16_t>(config.localities.size());
      config.localities.push_back({names[z], 1, 0});
      for (std::uint32_t i = 0; i < hosts[z]; ++i) config.hosts[h++].locality = locality;
    }
    config.zone_aware.emplace();
    hand.open_load("load", clients.front(), server, 1000);
    plan.record.requests = true;
  }

  /// Percent of the requests that each of the cluster's zones gets from the first caller.
  std::vector<double> shares() {
    const auto plan = hand.build();
    Engine engine(plan, 3);
    engine.run_until(Instant{} + seconds(10), {});
    record = engine.record();
    const ClusterConfig& config = hand.cluster_of(server);
    std::vector<double> shares(config.localities.size());
    for (const HostPlan& host : config.hosts) {
      const auto got = static_cast<double>(engine.world().endpoints[host.endpoint].received);
      shares[host.locality] += 100.0 * got / static_cast<double>(record->attempts.host.size());
    }
    return shares;
  }

  const std::array<std::string, 3> names{"r/a", "r/b", "r/c"};
  HandPlan hand;
  std::vector<WorkloadId> clients;
  WorkloadId server;
  std::shared_ptr<const RunRecord> record;
};

TEST_CASE("zones: where a caller's requests go") {
  struct Row {
    const char* name;
    std::array<std::uint32_t, 3> hosts, callers;
    std::vector<double> shares;
    Counter counted;
  };
  const Row rows[] = {
      {"all stay when the zone has its share of the hosts",
       {4, 4, 4},
       {1, 1, 1},
       {100, 0, 0},
       Counter::lb_zone_routing_all_directly},
      // envoy#82: 20 % of the hosts, 33.33 % of the callers.
      {"60 % stay where it has less, the rest goes where there is capacity",
       {2, 4, 4},
       {1, 1, 1},
       {60, 20, 20},
       Counter::lb_zone_routing_cross_zone},
      {"a zone without spare capacity gets nothing",
       {2, 2, 6},
       {1, 1, 1},
       {60, 0, 40},
       Counter::lb_zone_routing_cross_zone},
      {"a small cluster is not divided",
       {1, 2, 2},
       {1, 1, 1},
       {20, 40, 40},
       Counter::lb_zone_cluster_too_small},
      {"callers of one zone alone have no zones", {4, 4, 0}, {3, 0, 0}, {50, 50}, Counter::count_},
      {"a zone without hosts sends everything away",
       {0, 4, 4},
       {1, 1, 1},
       {50, 50},
       Counter::lb_zone_routing_cross_zone},
  };
  for (const Row& row : rows) {
    const std::string name = row.name;
    CAPTURE(name);
    Zones zones(row.hosts, row.callers);
    const std::vector<double> shares = zones.shares();
    REQUIRE(shares.size() == row.shares.size());
    for (std::size_t z = 0; z < shares.size(); ++z) {
      CAPTURE(z);
      CHECK(shares[z] == doctest::Approx(row.shares[z]).epsilon(0.05));
    }
    if (row.counted != Counter::count_) CHECK(counter(*zones.record, row.counted) > 0);
  }
}

TEST_CASE("zones: pods that come and go move the shares") {
  Zones zones({4, 4, 4}, {1, 1, 1});
  Plan& plan = zones.hand.plan();
  // Two more callers in zone a: it has a third of the hosts for three fifths of the callers.
  WorkloadPlan& first = plan.workloads[zones.clients[0]];
  first.replicas = 1;
  const std::vector<double> before = zones.shares();
  CHECK(before[0] == doctest::Approx(100));

  Zones crowded({4, 4, 4}, {3, 1, 1});
  const std::vector<double> shares = crowded.shares();
  CHECK(shares[0] == doctest::Approx(100.0 * 3333 / 6000).epsilon(0.05));

  Zones growing({4, 4, 4}, {3, 1, 1});
  Plan& later = growing.hand.plan();
  later.workloads[growing.clients[0]].replicas = 1;
  later.changes.add({.text = "scale",
                     .at = Instant{} + seconds(5),
                     .workload = growing.clients[0],
                     .replicas = 3});
  later.endpoint_propagation = {};
  const std::vector<double> both = growing.shares();
  CHECK(both[0] == doctest::Approx((100.0 + 100.0 * 3333 / 6000) / 2).epsilon(0.05));
}

TEST_CASE("zones: a share of the picks, and everything when the zone is forced") {
  Zones half({4, 4, 4}, {1, 1, 1});
  half.hand.cluster_of(half.server).zone_aware->routing_enabled_percent = 50;
  CHECK(half.shares()[0] == doctest::Approx(50 + 50.0 / 3).epsilon(0.05));
  Zones forced({1, 5, 5}, {1, 0, 0});
  forced.hand.cluster_of(forced.server).zone_aware->force_local_zone = true;
  CHECK(forced.shares()[0] == doctest::Approx(100));
}

}  // namespace
}  // namespace mesh
