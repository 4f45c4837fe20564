// What balancers know of a cluster: lists by health and locality, loads, rings.
#include "libmesh/engine/cluster_view.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

using Hosts = std::vector<std::uint32_t>;
constexpr HostHealth ok = HostHealth::Healthy, bad = HostHealth::Unhealthy,
                     gone = HostHealth::Absent;

/// Two priorities; the first has localities a (hosts 0, 1) and b (2), the second c (3, 4).
ClusterConfig config_of(bool weighted) {
  ClusterConfig config;
  config.localities = {{"a", 3, 0}, {"b", 1, 0}, {"c", 2, 1}};
  config.hosts = {{EndpointId{0}, 1, 0, 0},
                  {EndpointId{1}, 1, 0, 0},
                  {EndpointId{2}, 1, 0, 1},
                  {EndpointId{3}, 1, 1, 2},
                  {EndpointId{4}, 1, 1, 2}};
  config.locality_weighted = weighted;
  config.panic_threshold_percent = 50;
  return config;
}

ClusterView view_of(const ClusterConfig& config, const std::vector<HostHealth>& health) {
  ClusterView view;
  build_cluster_view(config, health, view);
  return view;
}

TEST_CASE("cluster_view: members and healthy ones by priority, in order") {
  const ClusterView view = view_of(config_of(false), {ok, bad, ok, gone, ok});
  REQUIRE(view.priorities.size() == 2);
  CHECK(view.priorities[0].all == Hosts{0, 1, 2});
  CHECK(view.priorities[0].healthy == Hosts{0, 2});
  CHECK(view.priorities[1].all == Hosts{4});
  CHECK(view.priorities[1].healthy == Hosts{4});
  CHECK(view.priorities[0].localities.empty());
  CHECK(view.table.share[0].healthy == 93);  // floor(140 * 2 / 3)
  CHECK(view.table.share[1].healthy == 7);
}

TEST_CASE("cluster_view: host sources are numbered over the priorities") {
  const ClusterView view = view_of(config_of(true), {ok, bad, ok, ok, ok});
  CHECK(view.sources == 7);
  CHECK(view.priorities[0].first_source == 0);
  CHECK(view.priorities[1].first_source == 4);
  CHECK(view.priorities[0].source(0) == Hosts{0, 1, 2});
  CHECK(view.priorities[0].source(1) == Hosts{0, 2});
  CHECK(view.priorities[0].source(2) == Hosts{0});
  CHECK(view.priorities[0].source(3) == Hosts{2});
  CHECK(view.priorities[1].source(6) == Hosts{3, 4});
  CHECK(view.priorities[0].locality_hosts ==
        std::vector<LocalityHosts>{{.weight = 3, .hosts = 2, .eligible = 1},
                                   {.weight = 1, .hosts = 1, .eligible = 1}});
}

TEST_CASE("cluster_view: a cluster without hosts has one priority with none") {
  ClusterConfig config;
  config.panic_threshold_percent = 0;
  const ClusterView view = view_of(config, {});
  REQUIRE(view.priorities.size() == 1);
  CHECK(view.priorities[0].all.empty());
  CHECK(view.table.share[0].healthy == 100);
  CHECK(view.table.panic[0] == 0);
}

TEST_CASE("cluster_view: whoever is addressed is asked, ejected or not") {
  ClusterConfig config = config_of(false);
  config.load_balancer.kind = LoadBalancerKind::OriginalDestination;
  for (HostPlan& host : config.hosts) host.priority = 0;
  const ClusterView view = view_of(config, {bad, bad, bad, gone, bad});
  CHECK(view.priorities[0].healthy == Hosts{0, 1, 2, 4});
  CHECK(view.table.panic[0] == 0);
}

TEST_CASE("cluster_view: rings hold the healthy hosts, in panic all") {
  Plan plan;
  for (int e = 0; e < 5; ++e)
    plan.endpoints.add({"pod", WorkloadId{0}, "10.0.0." + std::to_string(e)});
  for (const LoadBalancerKind kind : {LoadBalancerKind::RingHash, LoadBalancerKind::Maglev}) {
    ClusterConfig config = config_of(false);
    config.load_balancer.kind = kind;
    config.load_balancer.table_size = 101;
    ClusterView view = view_of(config, {ok, bad, bad, bad, ok});
    build_hash_tables(plan, config, view);
    REQUIRE(view.hash.size() == 2);
    const auto indices = [](const HashTable& table) {
      Hosts hosts;
      for (const HashedHost& host : table.hosts) hosts.push_back(host.host);
      return hosts;
    };
    CHECK(view.table.panic == std::vector<std::uint8_t>{0, 0});  // 46 + 70 percent: enough
    CHECK(indices(view.hash[0]) == Hosts{0});
    CHECK(indices(view.hash[1]) == Hosts{4});
    view = view_of(config, {ok, bad, bad, bad, bad});
    build_hash_tables(plan, config, view);
    CHECK(indices(view.hash[0]) == Hosts{0, 1, 2});
    CHECK(indices(view.hash[1]) == Hosts{3, 4});
    view = view_of(config, {gone, gone, gone, gone, gone});
    build_hash_tables(plan, config, view);
    CHECK(view.hash[0].position(7, 0) == no_host);
  }
}

TEST_CASE("cluster_view: weights of localities come before those of hosts on a ring") {
  Plan plan;
  for (int e = 0; e < 5; ++e)
    plan.endpoints.add({"pod", WorkloadId{0}, "10.0.0." + std::to_string(e)});
  ClusterConfig config = config_of(true);
  config.load_balancer.kind = LoadBalancerKind::RingHash;
  ClusterView view = view_of(config, {ok, ok, ok, ok, ok});
  build_hash_tables(plan, config, view);
  std::vector<double> shares;
  for (const HashedHost& host : view.hash[0].hosts) shares.push_back(host.weight);
  CHECK(shares == std::vector<double>{0.375, 0.375, 0.25});
}

}  // namespace
}  // namespace mesh
