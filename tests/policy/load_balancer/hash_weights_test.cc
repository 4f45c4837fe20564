// Shares of hosts and localities.
#include "libmesh/policy/load_balancer/hash_weights.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

TEST_CASE("hash_weights: shares of the sum") {
  const std::vector<BalancerHost> hosts = {{"a", 1}, {"b", 2}, {"c", 1}};
  const HashWeights w = normalize_weights(hosts);
  REQUIRE(w.hosts.size() == 3);
  CHECK(w.hosts[0].weight == 0.25);
  CHECK(w.hosts[1].weight == 0.5);
  CHECK(w.hosts[1].key == "b");
  CHECK(w.hosts[1].host == 1);
  CHECK(w.min == 0.25);
  CHECK(w.max == 0.5);
}

TEST_CASE("hash_weights: within localities, those of weight 0 left out") {
  const std::vector<BalancerHost> hosts = {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 1}};
  const std::vector<WeightedLocality> localities = {{8, {0, 3}}, {0, {2}}, {2, {1}}};
  const HashWeights w = normalize_weights(hosts, localities);
  REQUIRE(w.hosts.size() == 3);
  CHECK(w.hosts[0].host == 0);
  CHECK(w.hosts[0].weight == 0.4);
  CHECK(w.hosts[1].host == 3);
  CHECK(w.hosts[2].host == 1);
  CHECK(w.hosts[2].weight == 0.2);
  CHECK(w.max == 0.4);
  CHECK(normalize_weights(hosts, std::vector<WeightedLocality>{{0, {0}}}).hosts.empty());
  CHECK(normalize_weights({}).hosts.empty());
}
