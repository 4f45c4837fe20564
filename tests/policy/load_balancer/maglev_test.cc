// Maglev tables, place by place.
#include "libmesh/policy/load_balancer/maglev.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace mesh;

namespace {

std::vector<std::uint32_t> table(const std::vector<std::string>& keys,
                                 const std::vector<std::uint32_t>& weights, std::uint64_t size) {
  std::vector<BalancerHost> hosts;
  for (std::size_t i = 0; i < keys.size(); ++i) hosts.push_back({keys[i], weights[i]});
  const MaglevTable t(normalize_weights(hosts), size);
  return {t.places().begin(), t.places().end()};
}

std::vector<std::string> ports(int first, int n) {
  std::vector<std::string> keys;
  for (int i = 0; i < n; ++i) keys.push_back("127.0.0.1:" + std::to_string(first + i));
  return keys;
}

using Places = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("maglev: tables as Envoy's maglev_lb_test.cc lists them") {
  CHECK(table(ports(90, 6), {1, 1, 1, 1, 1, 1}, 7) == Places{2, 4, 0, 1, 5, 0, 3});
  CHECK(table({"90", "91", "92", "93", "94", "95"}, {1, 1, 1, 1, 1, 1}, 7) ==
        Places{2, 5, 0, 3, 4, 1, 0});
  CHECK(table(ports(90, 2), {1, 2}, 17) ==
        Places{1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1});
}

TEST_CASE("maglev: locality weights, as listed there") {
  std::vector<std::string> keys = ports(90, 3);
  const std::vector<BalancerHost> hosts = {{keys[0], 1}, {keys[1], 2}, {keys[2], 3}};
  const auto places = [&](const std::vector<WeightedLocality>& localities) {
    const HashWeights weights = normalize_weights(hosts, localities);
    const MaglevTable t(weights, 17);
    Places out;
    for (const std::uint32_t p : t.places()) out.push_back(weights.hosts[p].host);
    return out;
  };
  CHECK(places({{1, {0}}, {1, {1}}}) == Places{1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1});
  CHECK(places({{8, {0}}, {0, {2}}, {2, {1}}}) ==
        Places{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0});
}

TEST_CASE("maglev: a repeated pick mixes the attempt into the hash") {
  std::vector<std::string> keys = ports(90, 6);
  std::vector<BalancerHost> hosts;
  for (const std::string& key : keys) hosts.push_back({key, 1});
  const MaglevTable t(normalize_weights(hosts), 7);
  // BasicWithRetryHostPredicate: hash 10 goes to 1, then 0, then 5.
  CHECK(t.pick(10) == 1);
  CHECK(t.pick(10, 1) == 0);
  CHECK(t.pick(10, 2) == 5);
  CHECK(MaglevTable{}.pick(10) == no_host);
}

TEST_CASE(
    "maglev: equal hosts have equal shares up to one place, the heaviest fills what is left") {
  const Places even = table(ports(1, 10), std::vector<std::uint32_t>(10, 1), 65'537);
  std::vector<int> counts(10);
  for (const std::uint32_t host : even) ++counts[host];
  const auto [low, high] = std::minmax_element(counts.begin(), counts.end());
  CHECK(*high - *low <= 1);

  // LocalityWeightedLopsided: 1023 light hosts once each, the heavy one the rest.
  std::vector<std::string> keys = ports(0, 1024);
  std::vector<BalancerHost> hosts;
  for (const std::string& key : keys) hosts.push_back({key, 1});
  WeightedLocality light{1, {}};
  for (std::uint32_t i = 1; i < 1024; ++i) light.members.push_back(i);
  const HashWeights weights =
      normalize_weights(hosts, std::vector<WeightedLocality>{{127, {0}}, light});
  const MaglevTable t(weights, 65'537);
  std::vector<int> places(1024);
  for (const std::uint32_t p : t.places()) ++places[weights.hosts[p].host];
  CHECK(places[0] == 65'537 - 1023);
  CHECK(std::all_of(places.begin() + 1, places.end(), [](int n) { return n == 1; }));
}

TEST_CASE("maglev: the order in which hosts are listed does not matter") {
  std::vector<std::string> keys = ports(90, 8);
  std::vector<std::string> shuffled = keys;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(3));
  const std::vector<std::uint32_t> ones(8, 1);
  const Places a = table(keys, ones, 251), b = table(shuffled, ones, 251);
  for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(keys[a[i]] == shuffled[b[i]]);
}

TEST_CASE("maglev: table sizes must be prime") {
  for (const std::uint64_t good : {2ull, 3ull, 7ull, 65'537ull, 5'000'011ull}) {
    CHECK(is_maglev_table_size(good));
  }
  for (const std::uint64_t bad : {0ull, 1ull, 4ull, 65'536ull, 5'000'087ull}) {
    CHECK_FALSE(is_maglev_table_size(bad));
  }
}
