// Distributions of a non-negative time, sampled portably from a keyed Draw.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "libmesh/base/rng.h"
#include "libmesh/base/time.h"

namespace mesh {

struct Constant {
  Duration value;
  bool operator==(const Constant&) const = default;
};
struct Uniform {
  Duration min, max;
  bool operator==(const Uniform&) const = default;
};
struct Exponential {
  Duration mean;
  bool operator==(const Exponential&) const = default;
};
/// Lognormal by mean and coefficient of variation (standard deviation / mean).
struct Lognormal {
  Duration mean;
  double cv = 1.0;
  bool operator==(const Lognormal&) const = default;
};
/// Gamma by mean and coefficient of variation; shape = 1 / cv². Erlang-k is cv = 1/sqrt(k).
struct Gamma {
  Duration mean;
  double cv = 1.0;
  bool operator==(const Gamma&) const = default;
};
/// Pareto: P(X > x) = (scale/x)^shape for x >= scale; cut at `max` when it is not 0.
struct Pareto {
  Duration scale;
  double shape = 2.0;
  Duration max{0};
  bool operator==(const Pareto&) const = default;
};
struct Weibull {
  Duration scale;
  double shape = 1.0;
  bool operator==(const Weibull&) const = default;
};
/// With probability weight[i] / sum(weight): exponential with mean[i].
struct Hyperexponential {
  std::vector<double> weight;
  std::vector<Duration> mean;
  bool operator==(const Hyperexponential&) const = default;
};
/// Piecewise linear inverse CDF: `quantile` rising from 0 to 1, `value` not falling.
struct Empirical {
  std::vector<double> quantile;
  std::vector<Duration> value;
  bool operator==(const Empirical&) const = default;
};
/// Values taken in turn by the draw's index, again and again.
struct Cycle {
  std::vector<Duration> value;
  bool operator==(const Cycle&) const = default;
};
/// Value k of a sequence known by its seed alone, so that two tools can play the same times: by
/// inversion (exponential, uniform) or Box–Muller (lognormal) of seeded_uniform(seed, …), k being
/// the index.
struct Seeded {
  enum class Shape : std::uint8_t { Exponential, Lognormal, Uniform };
  Shape shape = Shape::Exponential;
  Duration scale;    // Exponential: mean; Lognormal: median; Uniform: least
  Duration max{0};   // Uniform only
  double sigma = 0;  // Lognormal only: of the logarithm
  std::uint64_t seed = 0;
  bool operator==(const Seeded&) const = default;
};
struct Mixture;

/// One law of a time. Value type; compare, copy and print freely. A law that problem() refuses is
/// taken as constant 0.
class Distribution {
 public:
  using Law = std::variant<Constant, Uniform, Exponential, Lognormal, Gamma, Pareto, Weibull,
                           Hyperexponential, Empirical, Cycle, Seeded, std::vector<Mixture>>;
  Distribution();         // constant 0
  Distribution(Law law);  // NOLINT(google-explicit-constructor): any law is a distribution

  /// One value, >= 0 and rounded to whole nanoseconds. `index` is read by Cycle and Seeded only.
  Duration sample(Draw draw, std::uint64_t index = 0) const { return sample_next(draw, index); }
  /// The same, leaving `draw` at the first word that was not used.
  Duration sample_next(Draw& draw, std::uint64_t index = 0) const;
  /// Mean in nanoseconds of the law before rounding; infinite for an uncut Pareto with shape <= 1.
  double mean_ns() const;
  const Law& law() const { return law_; }
  bool operator==(const Distribution&) const;

 private:
  Law law_;
  /// What every sample of the law needs, worked out once: see prepare() in the source.
  double p_[3] = {};
};

/// One component of a mixture: `of` with probability weight / sum of weights.
struct Mixture {
  double weight = 1.0;
  Distribution of;
  bool operator==(const Mixture&) const;
};

/// Why a law cannot be sampled ("the quantiles must rise"); empty when it can.
std::string problem(const Distribution::Law& law);

/// The text that a scenario file would use, e.g. "{lognormal: {mean: 5ms, cv: 1}}".
std::string to_string(const Distribution& d);

/// A standard exponential variate (mean 1): ziggurat with 256 layers, tables fixed in the source.
double standard_exponential(Draw& draw);
/// A standard normal variate: ziggurat with 256 layers.
double standard_normal(Draw& draw);

}  // namespace mesh
