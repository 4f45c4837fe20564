// Sampling and means of the laws of a time.
#include "libmesh/base/distribution.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "libmesh/base/math.h"

namespace mesh {
namespace {

/// Samples are cut at 146 years, so that adding one to an instant cannot overflow.
constexpr double longest_ns = 0x1p62;

Duration rounded(double ns) {
  if (!(ns > 0)) return {0};
  if (ns >= longest_ns) return {std::int64_t{1} << 62};
  return {static_cast<std::int64_t>(ns + 0.5)};
}

double ns_of(Duration d) {
  return static_cast<double>(d.ns);
}

double sum(const std::vector<double>& weights) {
  double total = 0;
  for (const double w : weights) total += w;
  return total;
}

/// Index of the component in which `target`, uniform in (0, sum of weights), falls.
template <class WeightAt>
std::size_t component(std::size_t count, double target, WeightAt weight_at) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (weight_at(i) <= 0) continue;
    last = i;
    target -= weight_at(i);
    if (target < 0) return i;
  }
  return last;  // rounding left a crumb
}

/// Fills `p` with the constants that the overload of draw_ns for the same law reads.
struct Prepare {
  double (&p)[3];

  void operator()(const Constant&) const {}
  void operator()(const Uniform&) const {}
  void operator()(const Empirical&) const {}
  void operator()(const Cycle&) const {}
  void operator()(const Seeded&) const {}
  void operator()(const Exponential& law) const { p[0] = ns_of(law.mean); }
  void operator()(const Lognormal& law) const {
    const double variance = log(1.0 + law.cv * law.cv);  // of the logarithm
    p[0] = law.mean.ns > 0 ? log(ns_of(law.mean)) - 0.5 * variance : -1e300;
    p[1] = std::sqrt(variance);
  }
  void operator()(const Gamma& law) const {
    if (law.cv == 0) return;
    const double shape = 1.0 / (law.cv * law.cv);
    const double raised = shape < 1 ? shape + 1 : shape;
    p[0] = raised - 1.0 / 3;
    p[1] = 1.0 / std::sqrt(9.0 * p[0]);
    p[2] = ns_of(law.mean) / shape;
  }
  void operator()(const Pareto& law) const {
    p[0] = ns_of(law.scale);
    p[1] = 1.0 / law.shape;
    p[2] = law.max.ns == 0 ? 1.0 : 1.0 - pow(p[0] / ns_of(law.max), law.shape);
  }
  void operator()(const Weibull& law) const {
    p[0] = ns_of(law.scale);
    p[1] = 1.0 / law.shape;
  }
  void operator()(const Hyperexponential& law) const { p[0] = sum(law.weight); }
  void operator()(const std::vector<Mixture>& law) const {
    for (const Mixture& m : law) p[0] += m.weight;
  }
};

/// Marsaglia and Tsang, "A simple method for generating gamma variables", TOMS 26(3), 2000, with
/// their d and c; scale 1.
double gamma_variate(Draw& draw, double d, double c) {
  for (;;) {
    const double x = standard_normal(draw);
    const double t = 1.0 + c * x;
    if (t <= 0) continue;
    const double v = t * t * t;
    const double u = draw.uniform01();
    if (u < 1.0 - 0.0331 * (x * x) * (x * x)) return d * v;
    if (log(u) < 0.5 * x * x + d * (1.0 - v + log(v))) return d * v;
  }
}

struct Sample {
  Draw& draw;
  std::uint64_t index;
  const double (&p)[3];

  Duration operator()(const Constant& law) const { return law.value; }
  Duration operator()(const Uniform& law) const {
    const auto width = static_cast<std::uint64_t>(law.max.ns - law.min.ns) + 1;
    const auto offset = static_cast<unsigned __int128>(draw.word()) * width >> 64;
    return {law.min.ns + static_cast<std::int64_t>(offset)};
  }
  Duration operator()(const Exponential&) const {
    return rounded(p[0] * standard_exponential(draw));
  }
  Duration operator()(const Lognormal& law) const {
    if (law.cv == 0) return law.mean;
    return rounded(exp(p[0] + p[1] * standard_normal(draw)));
  }
  Duration operator()(const Gamma& law) const {
    if (law.cv == 0) return law.mean;
    const double variate = gamma_variate(draw, p[0], p[1]);
    if (law.cv <= 1) return rounded(p[2] * variate);
    // Shape a < 1: a variate of shape a + 1 times U^(1/a), and -log U is exponential.
    return rounded(p[2] * variate * exp(-standard_exponential(draw) * (law.cv * law.cv)));
  }
  Duration operator()(const Pareto&) const {
    return rounded(p[0] * exp(-log(1.0 - p[2] * draw.uniform01()) * p[1]));
  }
  Duration operator()(const Weibull&) const {
    return rounded(p[0] * pow(standard_exponential(draw), p[1]));
  }
  Duration operator()(const Hyperexponential& law) const {
    const std::size_t i = component(law.weight.size(), p[0] * draw.uniform01(),
                                    [&](std::size_t k) { return law.weight[k]; });
    return rounded(ns_of(law.mean[i]) * standard_exponential(draw));
  }
  Duration operator()(const Empirical& law) const {
    const double u = draw.uniform01();
    const auto above = std::upper_bound(law.quantile.begin(), law.quantile.end(), u);
    if (above == law.quantile.begin()) return law.value.front();
    if (above == law.quantile.end()) return law.value.back();
    const auto i = static_cast<std::size_t>(above - law.quantile.begin());
    const double share = (u - law.quantile[i - 1]) / (law.quantile[i] - law.quantile[i - 1]);
    const double low = ns_of(law.value[i - 1]), high = ns_of(law.value[i]);
    return rounded(low + share * (high - low));
  }
  Duration operator()(const Cycle& law) const { return law.value[index % law.value.size()]; }
  Duration operator()(const Seeded& law) const {
    switch (law.shape) {
      case Seeded::Shape::Exponential:
        return rounded(-ns_of(law.scale) * log(seeded_uniform(law.seed, index)));
      case Seeded::Shape::Lognormal: {
        const double radius = std::sqrt(-2.0 * log(seeded_uniform(law.seed, 2 * index)));
        const double normal = radius * cos_of_turn(seeded_uniform(law.seed, 2 * index + 1));
        return rounded(ns_of(law.scale) * exp(law.sigma * normal));
      }
      case Seeded::Shape::Uniform:
        return rounded(ns_of(law.scale) +
                       seeded_uniform(law.seed, index) * ns_of(law.max - law.scale));
    }
    return {};
  }
  Duration operator()(const std::vector<Mixture>& law) const {
    const std::size_t i = component(law.size(), p[0] * draw.uniform01(),
                                    [&](std::size_t k) { return law[k].weight; });
    return law[i].of.sample_next(draw, index);
  }
};

/// Γ(x) for x > 0: Stirling's series at x + n >= 12, divided by the product x (x+1) … (x+n-1).
double gamma_function(double x) {
  double product = 1;
  for (; x < 12; x += 1) product *= x;
  const double z = 1.0 / (x * x);
  const double series = (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680)))) / x;
  constexpr double half_log_2_pi = 0.918938533204672741780329736406;
  return exp((x - 0.5) * log(x) - x + half_log_2_pi + series) / product;
}

struct Mean {
  double operator()(const Constant& law) const { return ns_of(law.value); }
  double operator()(const Uniform& law) const { return 0.5 * (ns_of(law.min) + ns_of(law.max)); }
  double operator()(const Exponential& law) const { return ns_of(law.mean); }
  double operator()(const Lognormal& law) const { return ns_of(law.mean); }
  double operator()(const Gamma& law) const { return ns_of(law.mean); }
  double operator()(const Pareto& law) const {
    const double low = ns_of(law.scale), high = ns_of(law.max), a = law.shape;
    if (law.max.ns == 0) {
      return a <= 1 ? std::numeric_limits<double>::infinity() : a * low / (a - 1);
    }
    if (low == high) return low;
    const double ratio = low / high;
    if (a == 1) return low * -log(ratio) / (1 - ratio);
    const double tail = pow(ratio, a);
    return a / (a - 1) * (low - high * tail) / (1 - tail);
  }
  double operator()(const Weibull& law) const {
    return ns_of(law.scale) * gamma_function(1.0 + 1.0 / law.shape);
  }
  double operator()(const Hyperexponential& law) const {
    double mean = 0;
    for (std::size_t i = 0; i < law.mean.size(); ++i) mean += law.weight[i] * ns_of(law.mean[i]);
    return mean / sum(law.weight);
  }
  double operator()(const Empirical& law) const {
    const auto& q = law.quantile;
    double mean = q.front() * ns_of(law.value.front()) + (1 - q.back()) * ns_of(law.value.back());
    for (std::size_t i = 1; i < q.size(); ++i) {
      mean += (q[i] - q[i - 1]) * 0.5 * (ns_of(law.value[i - 1]) + ns_of(law.value[i]));
    }
    return mean;
  }
  double operator()(const Cycle& law) const {
    double mean = 0;
    for (const Duration d : law.value) mean += ns_of(d);
    return mean / static_cast<double>(law.value.size());
  }
  double operator()(const Seeded& law) const {
    if (law.shape == Seeded::Shape::Uniform) return 0.5 * ns_of(law.scale + law.max);
    if (law.shape == Seeded::Shape::Exponential) return ns_of(law.scale);
    return ns_of(law.scale) * exp(0.5 * law.sigma * law.sigma);
  }
  double operator()(const std::vector<Mixture>& law) const {
    double mean = 0, weights = 0;
    for (const Mixture& m : law) {
      if (m.weight == 0) continue;  // else 0 times an infinite mean
      mean += m.weight * m.of.mean_ns();
      weights += m.weight;
    }
    return mean / weights;
  }
};

}  // namespace

Distribution::Distribution() : law_(Constant{}) {}

Distribution::Distribution(Law law) : law_(std::move(law)) {
  if (!problem(law_).empty()) law_ = Constant{};
  std::visit(Prepare{p_}, law_);
}

Duration Distribution::sample_next(Draw& draw, std::uint64_t index) const {
  const Sample sample{draw, index, p_};
  // The law of most runs: one branch instead of a jump through the table of laws.
  if (const auto* law = std::get_if<Exponential>(&law_)) return sample(*law);
  return std::visit(sample, law_);
}

double Distribution::mean_ns() const {
  return std::visit(Mean{}, law_);
}

bool Distribution::operator==(const Distribution& other) const {
  return law_ == other.law_;
}

bool Mixture::operator==(const Mixture& other) const {
  return weight == other.weight && of == other.of;
}

}  // namespace mesh
