// Turns.
#include "libmesh/policy/load_balancer/round_robin.h"

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using namespace mesh;

static_assert(std::is_trivially_copyable_v<RoundRobinState>, "snapshots copy it");

namespace {

const auto idle = [](std::uint32_t) { return 0u; };
const auto no_words = []() -> std::uint64_t { throw "round robin draws nothing"; };

std::vector<BalancerHost> hosts(const std::vector<std::uint32_t>& weights) {
  std::vector<BalancerHost> out;
  for (const std::uint32_t weight : weights) out.push_back({"", weight});
  return out;
}

}  // namespace

TEST_CASE("round_robin: the cursor starts at the seed and goes on over changes of members") {
  RoundRobinState state = round_robin_start(5);
  std::vector<std::uint32_t> picks;
  for (int i = 0; i < 4; ++i) picks.push_back(round_robin_pick(state, 3));
  CHECK(picks == std::vector<std::uint32_t>{2, 0, 1, 2});
  CHECK(round_robin_pick(state, 4) == 1);  // index 9 over four hosts
  CHECK(state.next == 10);
}

TEST_CASE("round_robin: a cursor near its end wraps") {
  RoundRobinState state = round_robin_start(~0ull);
  CHECK(round_robin_pick(state, 10) == ~0ull % 10);
  CHECK(round_robin_pick(state, 10) == 0);
}

TEST_CASE("round_robin: a rebuild keeps the cursor") {
  RoundRobinBalancer balancer;
  balancer.rebuild(hosts({1, 1, 1}), {}, 1, idle);
  CHECK(balancer.pick({}, idle, no_words) == 1);
  balancer.rebuild(hosts({1, 1, 1, 1}), {}, 1, idle);
  CHECK(balancer.pick({}, idle, no_words) == 2);
  balancer.rebuild({}, {}, 1, idle);
  CHECK(balancer.pick({}, idle, no_words) == no_host);
}

TEST_CASE("round_robin: unequal weights interleave, a copy goes its own way") {
  RoundRobinBalancer balancer;
  balancer.rebuild(hosts({3, 1}), {}, 0, idle);
  std::vector<std::uint32_t> picks;
  for (int i = 0; i < 4; ++i) picks.push_back(balancer.pick({}, idle, no_words));
  RoundRobinBalancer fork = balancer;
  std::vector<std::uint32_t> more, same;
  for (int i = 0; i < 8; ++i) more.push_back(balancer.pick({}, idle, no_words));
  for (int i = 0; i < 8; ++i) same.push_back(fork.pick({}, idle, no_words));
  CHECK(more == same);
  CHECK(std::vector<std::uint32_t>(more.begin(), more.begin() + 4) == picks);
}
