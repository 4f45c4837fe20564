// The price of one keyed sample of every law.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "libmesh/base/distribution.h"
#include "libmesh/base/math.h"
#include "libmesh/base/rng.h"

namespace mesh {
namespace {

/// Draws for neighbouring indices of one entity, as a service's successive work times.
void sample(benchmark::State& state, const Distribution& law) {
  const Draws draws(1);
  std::uint64_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(law.sample(draws.at(Purpose::ServiceTime, 7, index), index));
    index += 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void word(benchmark::State& state) {
  const Draws draws(1);
  std::uint64_t entity = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(draws.at(Purpose::HostPick, entity, 0).word());
    entity += 1;
  }
}

/// One-argument functions over the values that samplers ask for.
template <double (*function)(double)>
void apply(benchmark::State& state) {
  double x = 0.001;
  for (auto _ : state) {
    benchmark::DoNotOptimize(function(x));
    x = x < 10 ? x + 0.01 : 0.001;
  }
}

[[maybe_unused]] const bool registered = [] {
  const Duration mean = milliseconds(5);
  struct Row {
    const char* name;
    Distribution law;
  };
  const Row rows[] = {
      {"constant", Distribution(Constant{mean})},
      {"uniform", Distribution(Uniform{mean, seconds(1)})},
      {"exponential", Distribution(Exponential{mean})},
      {"lognormal", Distribution(Lognormal{mean, 1})},
      {"gamma_shape_4", Distribution(Gamma{mean, 0.5})},
      {"gamma_shape_quarter", Distribution(Gamma{mean, 2})},
      {"pareto", Distribution(Pareto{mean, 1.5})},
      {"pareto_cut", Distribution(Pareto{mean, 1.5, seconds(1)})},
      {"weibull", Distribution(Weibull{mean, 0.7})},
      {"hyperexponential", Distribution(Hyperexponential{{0.9, 0.1}, {mean, seconds(1)}})},
      {"empirical_5", Distribution(Empirical{{0, 0.5, 0.9, 0.99, 1},
                                             {mean, mean * 2, mean * 3, seconds(1), seconds(2)}})},
      {"mixture_2", Distribution(std::vector<Mixture>{{0.9, Distribution(Exponential{mean})},
                                                      {0.1, Distribution(Lognormal{mean, 2})}})},
  };
  benchmark::RegisterBenchmark("draw/word", word);
  for (const Row& row : rows) {
    benchmark::RegisterBenchmark((std::string("sample/") + row.name).c_str(), sample, row.law);
  }
  benchmark::RegisterBenchmark("math/log", apply<log>);
  benchmark::RegisterBenchmark("math/exp", apply<exp>);
  return true;
}();

}  // namespace
}  // namespace mesh
