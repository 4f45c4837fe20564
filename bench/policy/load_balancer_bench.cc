// One pick of each balancer, and what a rebuild costs.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "libmesh/base/rng.h"
#include "libmesh/policy/load_balancer/all.h"

namespace {

using namespace mesh;

struct Hosts {
  explicit Hosts(std::uint32_t n, bool equal) {
    for (std::uint32_t i = 0; i < n; ++i) keys.push_back("10.0.0." + std::to_string(i) + ":8080");
    for (std::uint32_t i = 0; i < n; ++i) hosts.push_back({keys[i], equal ? 1 : 1 + i % 7});
  }
  std::vector<std::string> keys;
  std::vector<BalancerHost> hosts;
};

template <class Balancer, bool equal>
void pick(benchmark::State& state) {
  const auto n = static_cast<std::uint32_t>(state.range(0));
  const Hosts hosts(n, equal);
  std::vector<std::uint32_t> active(n);
  for (std::uint32_t i = 0; i < n; ++i) active[i] = i * 7 % 5;
  const auto active_of = [&](std::uint32_t i) { return active[i]; };
  Balancer balancer;
  balancer.rebuild(hosts.hosts, {}, 12'345, active_of);
  Draw draw(1);
  const auto word = [&] { return draw.word(); };
  for (auto _ : state) {
    benchmark::DoNotOptimize(balancer.pick({.hash = draw.word()}, active_of, word));
  }
}

template <class Balancer>
void rebuild(benchmark::State& state) {
  const Hosts hosts(static_cast<std::uint32_t>(state.range(0)), false);
  const auto idle = [](std::uint32_t) { return 0u; };
  std::uint64_t seed = 0;
  for (auto _ : state) {
    Balancer balancer;
    balancer.rebuild(hosts.hosts, {}, scramble(seed++), idle);
    benchmark::DoNotOptimize(balancer);
  }
}

BENCHMARK(pick<RandomBalancer, true>)->Arg(10)->Arg(1000);
BENCHMARK(pick<RoundRobinBalancer, true>)->Arg(10)->Arg(1000);
BENCHMARK(pick<LeastRequestBalancer, true>)->Arg(10)->Arg(1000);
BENCHMARK(pick<RoundRobinBalancer, false>)->Arg(10)->Arg(1000);
BENCHMARK(pick<LeastRequestBalancer, false>)->Arg(10)->Arg(1000);
BENCHMARK(pick<RingHashBalancer, true>)->Arg(10)->Arg(1000);
BENCHMARK(pick<MaglevBalancer, true>)->Arg(10)->Arg(1000);
BENCHMARK(rebuild<RoundRobinBalancer>)->Arg(10)->Arg(1000);
BENCHMARK(rebuild<RingHashBalancer>)->Arg(10)->Arg(1000);
BENCHMARK(rebuild<MaglevBalancer>)->Arg(10)->Arg(1000);

}  // namespace
