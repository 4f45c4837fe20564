// What outlier detection costs per response and per sweep of idle hosts.
#include "libmesh/policy/outlier_detector.h"

#include <benchmark/benchmark.h>

#include <vector>

#include "libmesh/base/rng.h"
#include "tests/support/outlier_host.h"

namespace {

using namespace mesh;
using testing::OutlierHost;

void observe_response(benchmark::State& state) {
  const OutlierConfig config;
  OutlierHost host;
  Draw draw(1);
  const auto errors = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) {
    const std::uint16_t code = draw.modulo(100) < errors ? 503 : 200;
    benchmark::DoNotOptimize(observe(config, host, HostResult::ExternalCode, code));
  }
}

/// Live cells only: those that differ from the default are looked at.
void sweep(benchmark::State& state) {
  const OutlierConfig config;
  std::vector<OutlierHost> cells(static_cast<std::size_t>(state.range(0)));
  const Instant now{seconds(100).ns};
  for (auto _ : state) {
    for (OutlierHost& cell : cells) {
      if (stay_is_over(config, cell, now)) uneject(cell, now);
      decay_multiplier(config, cell, now);
      benchmark::DoNotOptimize(is_default(cell));
    }
  }
}

BENCHMARK(observe_response)->Arg(0)->Arg(5);
BENCHMARK(sweep)->Arg(10)->Arg(10'000);

}  // namespace
