// Laws of a time as scenarios write them.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::read_text;

TEST_CASE("distribution_reader: what is written is what is meant") {
  struct Row {
    const char* text;
    const char* law;
  };
  const Row rows[] = {
      {"5ms", "5ms"},
      {"0s", "0s"},
      {"{constant: 5ms}", "5ms"},
      {"{uniform: {max: 5ms}}", "{uniform: {min: 0s, max: 5ms}}"},
      {"{uniform: {min: 1ms, max: 5ms}}", "{uniform: {min: 1ms, max: 5ms}}"},
      {"{exponential: {mean: 5ms}}", "{exponential: {mean: 5ms}}"},
      {"{lognormal: {mean: 5ms}}", "{lognormal: {mean: 5ms, cv: 1}}"},
      {"{lognormal: {mean: 5ms, cv: 0.5}}", "{lognormal: {mean: 5ms, cv: 0.5}}"},
      {"{lognormal: {median: 5ms, sigma: 0}}", "{lognormal: {mean: 5ms, cv: 0}}"},
      {"{mean: 0.35ms, cv: 0.5}", "{lognormal: {mean: 350us, cv: 0.5}}"},
      {"{gamma: {mean: 7ms, cv: 0.6}}", "{gamma: {mean: 7ms, cv: 0.6}}"},
      {"{gamma: {mean: 7ms, shape: 4}}", "{gamma: {mean: 7ms, cv: 0.5}}"},
      {"{erlang: {mean: 7ms, k: 4}}", "{gamma: {mean: 7ms, cv: 0.5}}"},
      {"{pareto: {scale: 1ms}}", "{pareto: {scale: 1ms, shape: 2}}"},
      {"{pareto: {scale: 1ms, shape: 1.5, max: 2s}}",
       "{pareto: {scale: 1ms, shape: 1.5, max: 2s}}"},
      {"{weibull: {scale: 1ms, shape: 0.7}}", "{weibull: {scale: 1ms, shape: 0.7}}"},
      {"{hyperexponential: {weights: [9, 1], means: [1ms, 50ms]}}",
       "{hyperexponential: {weights: [9, 1], means: [1ms, 50ms]}}"},
      {"{empirical: {quantiles: {p50: 5ms, p99: 80ms, p999: 1s, p100: 2s}}}",
       "{empirical: {quantiles: {p50: 5ms, p99: 80ms, p99.9: 1s, p100: 2s}}}"},
      {"{empirical: {quantiles: {p99.9: 1s, p50: 5ms, p0: 1ms}}}",
       "{empirical: {quantiles: {p0: 1ms, p50: 5ms, p99.9: 1s}}}"},
      {"{empirical: {samples: [3ms, 1ms, 2ms]}}",
       "{empirical: {quantiles: {p0: 1ms, p50: 2ms, p100: 3ms}}}"},
      {"{empirical: {samples: [3ms]}}", "{empirical: {quantiles: {p0: 3ms}}}"},
      {"{list: [5ms, 9ms]}", "{list: [5ms, 9ms]}"},
      {"{mixture: [{weight: 9, of: 1ms}, {of: {mixture: [{of: {exponential: {mean: 2ms}}}]}}]}",
       "{mixture: [{weight: 9, of: 1ms}, {weight: 1, of: {mixture: [{weight: 1, of: "
       "{exponential: {mean: 2ms}}}]}}]}"},
      {"{exponential: {mean: 5ms, seed: 7}}", "{exponential: {mean: 5ms, seed: 7}}"},
      {"{lognormal: {median: 5ms, sigma: 0.5, seed: 7}}",
       "{lognormal: {median: 5ms, sigma: 0.5, seed: 7}}"},
      {"{uniform: {min: 1ms, max: 5ms, seed: 7}}", "{uniform: {min: 1ms, max: 5ms, seed: 7}}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    Diagnostics problems;
    const Distribution d = read_text(distribution(), row.text, problems);
    CHECK(brief(problems) == "");
    CHECK(to_string(d) == row.law);
    // Its own text is read as the same law.
    CHECK(read_text(distribution(), to_string(d), problems) == d);
  }
}

TEST_CASE("distribution_reader: what cannot be sampled is refused at its place") {
  struct Row {
    const char* text;
    const char* problems;
  };
  const Row rows[] = {
      {"5",
       "1:1 MS0103 expected a duration such as 100ms or 1h10m, found the number 5 (add a unit: "
       "5s)\n"},
      {"-5ms", "1:1 MS0206 must not be negative, got -5ms\n"},
      {"[5ms]",
       "1:1 MS0103 expected a time such as 5ms or {exponential: {mean: 5ms}}, found a list\n"},
      {"{}",
       "1:1 MS0401 a distribution is exactly one law (write {exponential: {mean: 5ms}}, or 5ms for "
       "a constant)\n"},
      {"{constant: 1ms, exponential: {mean: 1ms}}",
       "1:1 MS0401 a distribution is exactly one law (write {exponential: {mean: 5ms}}, or 5ms for "
       "a constant)\n"},
      {"{mean: 5ms}",
       "1:1 MS0401 mean and cv stand together, and alone (write {lognormal: {mean: 5ms, cv: 1}}, "
       "{exponential: {mean: 5ms}} or 5ms)\n"},
      {"{exponental: {mean: 5ms}}",
       "1:2 MS0104 exponental: Distribution has no field of this name (did you mean "
       "exponential?)\n"},
      {"{exponential: {}}",
       "1:15 MS0105 exponential: mean is required (add mean (duration): Mean.)\n"},
      {"{exponential: {mean: 0s}}", "1:1 MS0401 the mean is 0 (write 0s for no time at all)\n"},
      {"{uniform: {min: 9ms, max: 5ms}}", "1:1 MS0401 min must not be above max\n"},
      {"{lognormal: {mean: 5ms, cv: -1}}",
       "1:29 MS0108 lognormal.cv: must be at least 0, got -1\n"},
      {"{lognormal: {mean: 5ms, cv: .nan}}",
       "1:29 MS0108 lognormal.cv: .nan is not a finite number\n"},
      {"{lognormal: {mean: 5ms, median: 4ms}}",
       "1:13 MS0203 lognormal: only one of mean, median may be set\n"},
      {"{lognormal: {cv: 1}}", "1:13 MS0204 lognormal: one of mean, median is needed\n"},
      {"{lognormal: {median: 4ms}}",
       "1:13 MS0204 lognormal: median needs sigma, the deviation of the logarithm\n"},
      {"{gamma: {mean: 4ms}}", "1:9 MS0204 gamma: one of cv, shape is needed\n"},
      {"{gamma: {mean: 4ms, shape: 0}}", "1:28 MS0401 gamma.shape: must be above 0\n"},
      {"{erlang: {mean: 4ms, k: 0}}", "1:25 MS0108 erlang.k: must be at least 1, got 0\n"},
      {"{pareto: {scale: 2ms, max: 1ms}}", "1:1 MS0401 max must not be below scale\n"},
      {"{hyperexponential: {weights: [1], means: [1ms, 2ms]}}",
       "1:20 MS0401 hyperexponential: weights and means must be equally long\n"},
      {"{hyperexponential: {weights: [0], means: [1ms]}}",
       "1:1 MS0401 the weights must add up to more than 0\n"},
      {"{empirical: {quantiles: {p50: 5ms, p99: 4ms}}}", "1:1 MS0401 the values must not fall\n"},
      {"{empirical: {quantiles: {p50: 5ms, median: 4ms}}}",
       "1:36 MS0107 empirical.quantiles.median: is not a quantile (quantiles look like p50, p99, "
       "p99.9)\n"},
      {"{empirical: {}}", "1:13 MS0204 empirical: one of quantiles, samples is needed\n"},
      {"{list: []}", "1:1 MS0401 value must not be empty\n"},
      {"{mixture: []}", "1:1 MS0401 the weights must add up to more than 0\n"},
      {"{constant: 10000h}", "1:12 MS0108 constant: must be at most a year, got 10000h\n"},
      {"2h", "1:1 MS0402 the mean is longer than an hour\n"},
      {"{pareto: {scale: 1ms, shape: 1}}", "1:1 MS0402 the mean is infinite (set max)\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    Diagnostics problems;
    read_text(distribution(), row.text, problems);
    CHECK(brief(problems) == row.problems);
  }
}
