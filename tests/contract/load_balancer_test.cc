// What every balancer of the list must keep: no pick outside, no other source of chance, weights.
#include "libmesh/policy/load_balancer/all.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "libmesh/base/rng.h"

using namespace mesh;

namespace {

struct Hosts {
  std::vector<std::string> keys;
  std::vector<BalancerHost> hosts;
};

Hosts make_hosts(const std::vector<std::uint32_t>& weights) {
  Hosts h;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    h.keys.push_back("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ":8080");
  }
  for (std::size_t i = 0; i < weights.size(); ++i) h.hosts.push_back({h.keys[i], weights[i]});
  return h;
}

std::vector<std::uint32_t> random_weights(std::mt19937& random, bool equal) {
  std::vector<std::uint32_t> weights(1 + random() % 30);
  for (std::uint32_t& w : weights) w = equal ? 1 : 1 + random() % 10;
  return weights;
}

/// Picks `n` times with the words and hashes of one seed; every pick becomes an active request.
template <class Balancer>
std::vector<std::uint32_t> picks(Balancer& balancer, std::uint64_t seed, int n,
                                 std::vector<std::uint32_t>& active) {
  std::vector<std::uint32_t> out;
  std::uint64_t drawn = 0;
  const auto word = [&] { return scramble(seed + drawn++); };
  const auto active_of = [&](std::uint32_t i) { return active.at(i); };
  std::uint32_t all = 0;
  for (int i = 0; i < n; ++i) {
    const Selection selection{.hash = word(), .attempt = 0, .cluster_active = all};
    const std::uint32_t host = balancer.pick(selection, active_of, word);
    out.push_back(host);
    if (host == no_host) continue;
    active.at(host) += 1;
    all += 1;
  }
  return out;
}

const auto idle = [](std::uint32_t) { return 0u; };

LoadBalancerConfig config_of(std::uint32_t balance_percent) {
  return {.table_size = 4'099, .hash_balance_percent = balance_percent};
}

}  // namespace

TEST_CASE("contract: no balancer picks outside its hosts, or any when there are none") {
  for_each_balancer([]<class B>(std::type_identity<B>) {
    CAPTURE(B::name);
    std::mt19937 random(1);
    for (int round = 0; round < 60; ++round) {
      CAPTURE(round);
      const Hosts h = make_hosts(random_weights(random, round % 2 == 0));
      B balancer;
      balancer.rebuild(h.hosts, config_of(round % 3 == 0 ? 120 : 0), random(), idle);
      std::vector<std::uint32_t> active(h.hosts.size());
      for (const std::uint32_t host : picks(balancer, random(), 200, active)) {
        REQUIRE(host < h.hosts.size());
      }
      balancer.rebuild({}, config_of(0), 5, idle);
      active.clear();
      REQUIRE(picks(balancer, 7, 3, active) == std::vector<std::uint32_t>(3, no_host));
    }
  });
}

TEST_CASE("contract: equal draws give equal picks, and a copy goes the same way") {
  for_each_balancer([]<class B>(std::type_identity<B>) {
    CAPTURE(B::name);
    std::mt19937 random(2);
    for (int round = 0; round < 40; ++round) {
      CAPTURE(round);
      const Hosts h = make_hosts(random_weights(random, round % 2 == 0));
      const std::uint64_t seed = random();
      B one, two;
      one.rebuild(h.hosts, config_of(round % 3 == 0 ? 150 : 0), seed, idle);
      two.rebuild(h.hosts, config_of(round % 3 == 0 ? 150 : 0), seed, idle);
      std::vector<std::uint32_t> active(h.hosts.size()), same(h.hosts.size());
      REQUIRE(picks(one, seed, 100, active) == picks(two, seed, 100, same));
      B fork = one;
      same = active;
      REQUIRE(picks(one, seed + 1, 100, active) == picks(fork, seed + 1, 100, same));
    }
  });
}

TEST_CASE("contract: weights are respected, or ignored where a balancer says so") {
  // Tolerance on each host's share of 100 000 picks: 10 % for what is scheduled or hashed on a
  // table of 10 007 places, 25 % for a ring of at least 4 096 entries.
  for_each_balancer([]<class B>(std::type_identity<B>) {
    CAPTURE(B::name);
    const std::vector<std::uint32_t> weights = {1, 2, 3, 4, 10};
    const Hosts h = make_hosts(weights);
    B balancer;
    const LoadBalancerConfig config{.minimum_ring_size = 4'096, .table_size = 10'007};
    balancer.rebuild(h.hosts, config, 3, idle);
    std::vector<std::uint32_t> counts(weights.size());
    std::uint64_t drawn = 0;
    const auto word = [&] { return scramble(drawn++); };
    const int n = 100'000;
    for (int i = 0; i < n; ++i) ++counts[balancer.pick({.hash = word()}, idle, word)];
    const double tolerance = B::kind == LoadBalancerKind::RingHash ? 0.25 : 0.10;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      CAPTURE(i);
      const double share = B::weighted ? weights[i] / 20.0 : 0.2;
      CHECK(std::abs(counts[i] / static_cast<double>(n) - share) < tolerance * share);
    }
  });
}

TEST_CASE("contract: equal hosts get equal shares") {
  for_each_balancer([]<class B>(std::type_identity<B>) {
    CAPTURE(B::name);
    const Hosts h = make_hosts(std::vector<std::uint32_t>(8, 5));
    B balancer;
    balancer.rebuild(h.hosts, {.minimum_ring_size = 16'384, .table_size = 10'007}, 3, idle);
    std::vector<std::uint32_t> counts(8);
    std::uint64_t drawn = 0;
    const auto word = [&] { return scramble(drawn++); };
    for (int i = 0; i < 80'000; ++i) ++counts[balancer.pick({.hash = word()}, idle, word)];
    for (const std::uint32_t count : counts) CHECK(std::abs(count / 10'000.0 - 1.0) < 0.15);
  });
}

TEST_CASE("contract: names and kinds are unique, and found by name") {
  std::vector<std::string_view> names;
  for_each_balancer([&]<class B>(std::type_identity<B>) {
    CHECK(balancer_named(B::name) == B::kind);
    for (const std::string_view other : names) CHECK(other != B::name);
    names.push_back(B::name);
    const auto made = make_balancer(B::kind);
    REQUIRE(made);
    CHECK(std::holds_alternative<B>(*made));
  });
  CHECK(names.size() == 5);
  CHECK_FALSE(balancer_named("FASTEST"));
  CHECK_FALSE(make_balancer(LoadBalancerKind::OriginalDestination));
}
