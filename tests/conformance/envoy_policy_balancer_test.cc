// Envoy's own cases of load balancers (envoy.md §16, 79–81, 83–88).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "libmesh/policy/load_balancer/all.h"
#include "libmesh/policy/retry_selection.h"
#include "libmesh/policy/slow_start.h"

using namespace mesh;

namespace {

const auto idle = [](std::uint32_t) { return 0u; };

std::vector<BalancerHost> weighted(const std::vector<std::uint32_t>& weights) {
  std::vector<BalancerHost> hosts;
  for (const std::uint32_t weight : weights) hosts.push_back({"", weight});
  return hosts;
}

template <class Balancer>
std::vector<std::uint32_t> picks(Balancer& balancer, int n) {
  std::vector<std::uint32_t> out;
  const auto none = [] { return std::uint64_t{0}; };
  for (int i = 0; i < n; ++i) out.push_back(balancer.pick({}, idle, none));
  return out;
}

std::vector<int> per_host(const HashRing& ring, std::size_t n) {
  std::vector<int> counts(n);
  for (const RingEntry& entry : ring.entries()) ++counts[entry.host];
  return counts;
}

HashRing ring_of(const std::vector<std::string>& keys, const std::vector<std::uint32_t>& weights,
                 std::uint64_t minimum) {
  std::vector<BalancerHost> hosts;
  for (std::size_t i = 0; i < keys.size(); ++i) hosts.push_back({keys[i], weights[i]});
  return HashRing(normalize_weights(hosts), minimum, 8'388'608, HashFunction::XxHash);
}

using Picks = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("envoy#79: round robin over three hosts with seed 1: 1, 2, 0, 1") {
  RoundRobinBalancer balancer;
  balancer.rebuild(weighted({1, 1, 1}), {}, 1, idle);
  CHECK(picks(balancer, 4) == Picks{1, 2, 0, 1});
}

TEST_CASE("envoy#80: round robin with weights 1, 2: 1,0,1,1,0,1; with seed 1: 0,1,1,0,1,1") {
  RoundRobinBalancer zero, one;
  zero.rebuild(weighted({1, 2}), {}, 0, idle);
  CHECK(picks(zero, 6) == Picks{1, 0, 1, 1, 0, 1});
  one.rebuild(weighted({1, 2}), {}, 1, idle);
  CHECK(picks(one, 6) == Picks{0, 1, 1, 0, 1, 1});
}

TEST_CASE("envoy#81: slow start of 60 s: 4:1 at 12 s, 2:1 at 20 s for the old host") {
  const SlowStartConfig config{.window = seconds(60)};
  const auto order = [&](const SlowStartConfig& slow, Duration age, int n) {
    const auto weight_of = [&](std::uint32_t i) {
      return i == 0 ? 1.0 : slow_start_factor(slow, age);
    };
    EdfSchedule schedule = EdfSchedule::fast_forward(2, 0, weight_of);
    Picks out;
    for (int i = 0; i < n; ++i) out.push_back(schedule.pick(weight_of));
    return out;
  };
  CHECK(order(config, seconds(12), 5) == Picks{0, 0, 0, 0, 1});
  CHECK(order(config, seconds(20), 3) == Picks{0, 0, 1});
  // The same file, SlowStartNoWaitMinWeightPercent35 and …NonLinearAggression.
  SlowStartConfig floor = config;
  floor.min_weight_percent = 35;
  CHECK(order(floor, seconds(12), 7) == Picks{0, 0, 1, 0, 0, 0, 1});
  CHECK(order(floor, seconds(30), 7) == Picks{0, 1, 0, 0, 1, 0, 0});
  SlowStartConfig curved = config;
  curved.aggression = 2.0;
  CHECK(order(curved, seconds(6), 4) == Picks{0, 0, 0, 1});
  CHECK(order(curved, seconds(26), 8) == Picks{0, 1, 0, 0, 1, 0, 1, 0});
}

TEST_CASE("envoy#83: two choices draw two words after the priority's, five draw five") {
  for (const std::uint32_t choices : {2u, 5u}) {
    CAPTURE(choices);
    LeastRequestBalancer balancer;
    balancer.rebuild(weighted({1, 1, 1, 1}), {.choices = choices}, 0, idle);
    std::uint32_t drawn = 1;  // the priority's
    const auto word = [&] { return std::uint64_t{drawn++}; };
    balancer.pick({}, idle, word);
    CHECK(drawn == choices + 1);
  }
}

TEST_CASE("envoy#84: least request with weights 1, 2: 2:1, then 1:1 with one active on the heavy") {
  std::vector<std::uint32_t> load = {0, 0};
  const auto active = [&](std::uint32_t i) { return load[i]; };
  const auto none = [] { return std::uint64_t{0}; };
  LeastRequestBalancer balancer;
  balancer.rebuild(weighted({1, 2}), {}, 0, active);
  Picks out;
  for (int i = 0; i < 6; ++i) out.push_back(balancer.pick({}, active, none));
  CHECK(out == Picks{1, 0, 1, 1, 0, 1});
  load[1] = 1;
  balancer.rebuild(weighted({1, 2}), {}, 0, active);
  out.clear();
  for (int i = 0; i < 4; ++i) out.push_back(balancer.pick({}, active, none));
  CHECK(out == Picks{0, 1, 0, 1});
}

TEST_CASE("envoy#85: a full scan over 4, 3, 2, 1, 5 active takes the host with 1") {
  const std::vector<std::uint32_t> load = {4, 3, 2, 1, 5};
  const auto none = [] { return std::uint64_t{0}; };
  CHECK(least_request_full_scan(
            5, [&](std::uint32_t i) { return load[i]; }, none) == 3);
}

TEST_CASE("envoy#86: a ring of at least 12 over 6 hosts has 12, 2 each; of 3 over 2 hosts has 4") {
  const std::vector<std::string> keys = {"127.0.0.1:90", "127.0.0.1:91", "127.0.0.1:92",
                                         "127.0.0.1:93", "127.0.0.1:94", "127.0.0.1:95"};
  const HashRing six = ring_of(keys, {1, 1, 1, 1, 1, 1}, 12);
  CHECK(per_host(six, 6) == std::vector<int>(6, 2));
  // The picks of Envoy's Basic test.
  CHECK(six.pick(0) == 4);
  CHECK(six.pick(~0ull) == 4);
  CHECK(six.pick(3551244743356806947u) == 5);
  CHECK(six.pick(3551244743356806948u) == 3);
  CHECK(six.pick(16117243373044804880u) == 0);
  CHECK(per_host(ring_of({keys[0], keys[1]}, {1, 1}, 3), 2) == std::vector<int>{2, 2});
}

TEST_CASE("envoy#87: a ring of 6 over weights 1, 2, 3 has 1, 2, 3 entries") {
  const HashRing ring = ring_of({"127.0.0.1:90", "127.0.0.1:91", "127.0.0.1:92"}, {1, 2, 3}, 6);
  CHECK(per_host(ring, 3) == std::vector<int>{1, 2, 3});
}

TEST_CASE("envoy#88: a refused pick goes to the next entry clockwise, the last one stays") {
  const HashRing ring = ring_of({"127.0.0.1:90", "127.0.0.1:91", "127.0.0.1:92", "127.0.0.1:93",
                                 "127.0.0.1:94", "127.0.0.1:95"},
                                {1, 1, 1, 1, 1, 1}, 12);
  // Hash of the entry of :95 at 3551244743356806947; after it come :93, :91.
  const std::uint64_t hash = 3551244743356806947u;
  const auto pick = [&](std::uint32_t attempt) { return ring.pick(hash, attempt); };
  CHECK(select_host(2, pick, [](std::uint32_t) { return false; }) == 5);
  CHECK(select_host(2, pick, [](std::uint32_t host) { return host == 5; }) == 3);
  CHECK(select_host(2, pick, [](std::uint32_t) { return true; }) == 1);
}
