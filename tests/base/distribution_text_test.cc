// Laws in words.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "libmesh/base/distribution.h"

namespace mesh {

TEST_CASE("distribution_text: a law is printed as a scenario writes it") {
  struct Row {
    Distribution law;
    std::string text;
  };
  const std::vector<Row> rows = {
      {Distribution(), "0s"},
      {Distribution(Constant{milliseconds(5)}), "5ms"},
      {Distribution(Constant{nanoseconds(1'500'000)}), "1.5ms"},
      {Distribution(Constant{nanoseconds(1'000'000'001)}), "1.000000001s"},
      {Distribution(Constant{nanoseconds(999)}), "999ns"},
      {Distribution(Constant{minutes(2)}), "120s"},
      {Distribution(Uniform{milliseconds(1), seconds(1)}), "{uniform: {min: 1ms, max: 1s}}"},
      {Distribution(Exponential{seconds(1)}), "{exponential: {mean: 1s}}"},
      {Distribution(Lognormal{milliseconds(5), 1}), "{lognormal: {mean: 5ms, cv: 1}}"},
      {Distribution(Gamma{milliseconds(7), 0.6}), "{gamma: {mean: 7ms, cv: 0.6}}"},
      {Distribution(Pareto{milliseconds(1), 2}), "{pareto: {scale: 1ms, shape: 2}}"},
      {Distribution(Pareto{milliseconds(1), 1.5, seconds(1)}),
       "{pareto: {scale: 1ms, shape: 1.5, max: 1s}}"},
      {Distribution(Weibull{milliseconds(1), 0.5}), "{weibull: {scale: 1ms, shape: 0.5}}"},
      {Distribution(Hyperexponential{{0.9, 0.1}, {milliseconds(1), milliseconds(10)}}),
       "{hyperexponential: {weights: [0.9, 0.1], means: [1ms, 10ms]}}"},
      {Distribution(
           Empirical{{0, 0.5, 0.999}, {milliseconds(1), milliseconds(2), milliseconds(10)}}),
       "{empirical: {quantiles: {p0: 1ms, p50: 2ms, p99.9: 10ms}}}"},
      {Distribution(Empirical{{0x1p-20, 1.0 / 3, 1}, {{}, {}, {}}}),
       "{empirical: {quantiles: {p0.000095367431640625: 0s, p33.33333333333333: 0s, p100: "
       "0s}}}"},
      {Distribution(Cycle{{milliseconds(1), microseconds(10)}}), "{list: [1ms, 10us]}"},
      {Distribution(std::vector<Mixture>{{0.9, Distribution(Constant{milliseconds(10)})},
                                         {0.1, Distribution(Exponential{milliseconds(100)})}}),
       "{mixture: [{weight: 0.9, of: 10ms}, {weight: 0.1, of: {exponential: {mean: 100ms}}}]}"},
  };
  for (const Row& row : rows) CHECK(to_string(row.law) == row.text);
}

TEST_CASE("distribution_text: a law that cannot be sampled says why") {
  struct Row {
    Distribution::Law law;
    std::string why;
  };
  const Duration negative{-1}, five = milliseconds(5), ten = milliseconds(10);
  const std::vector<Row> rows = {
      {Constant{negative}, "value must be between 0 and 146 years"},
      {Constant{Duration{never.ns}}, "value must be between 0 and 146 years"},
      {Uniform{ten, five}, "min must not be above max"},
      {Exponential{negative}, "mean must be between 0 and 146 years"},
      {Lognormal{five, -0.1}, "cv must be between 0 and 1000"},
      {Lognormal{five, std::nan("")}, "cv must be between 0 and 1000"},
      {Gamma{negative, 1}, "mean must be between 0 and 146 years"},
      {Pareto{five, 0}, "shape must be between 0.01 and 1000000"},
      {Pareto{five, 2, milliseconds(1)}, "max must not be below scale"},
      {Weibull{five, -1}, "shape must be between 0.01 and 1000000"},
      {Hyperexponential{{1, 1}, {five}}, "weight and mean must be equally long"},
      {Hyperexponential{{1, -1}, {five, five}}, "a weight must not be negative"},
      {Hyperexponential{{0, 0}, {five, five}}, "the weights must add up to more than 0"},
      {Hyperexponential{{}, {}}, "the weights must add up to more than 0"},
      {Empirical{{0, 1}, {five}}, "quantile and value must be equally long"},
      {Empirical{{0, 1.5}, {five, ten}}, "a quantile must be between 0 and 1"},
      {Empirical{{0.5, 0.5}, {five, ten}}, "the quantiles must rise"},
      {Empirical{{0, 1}, {ten, five}}, "the values must not fall"},
      {Empirical{{}, {}}, "value must not be empty"},
      {Cycle{{}}, "value must not be empty"},
      {Cycle{{five, negative}}, "value must be between 0 and 146 years"},
      {std::vector<Mixture>{}, "the weights must add up to more than 0"},
  };
  for (const Row& row : rows) {
    CHECK(problem(row.law) == row.why);
    CHECK(Distribution(row.law).sample(Draw(1)) == Duration{0});
  }
  CHECK(problem(Lognormal{five, 1}) == "");
}

}  // namespace mesh
