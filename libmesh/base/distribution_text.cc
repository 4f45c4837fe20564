// Laws of a time in words: as a scenario writes them, why one is refused.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libmesh/base/distribution.h"

namespace mesh {
namespace {

/// Shortest text that reads back as the same number.
std::string text(double x) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x).ptr;
  return {buffer.data(), end};
}

/// A fraction as a percentage: 0.999 is "99.9". The point moves in the text, so that reading it
/// back gives the same fraction.
std::string percent(double fraction) {
  std::array<char, 512> buffer;  // the least double has some 330 places
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), fraction,
                                 std::chars_format::fixed)
                       .ptr;
  std::string digits(buffer.data(), end);
  std::size_t point = std::min(digits.find('.'), digits.size());
  if (point < digits.size()) digits.erase(point, 1);
  point += 2;
  while (digits.size() < point) digits += '0';
  const std::size_t first = std::min(digits.find_first_not_of('0'), point - 1);
  std::string places = digits.substr(point);
  places.erase(places.find_last_not_of('0') + 1);
  return digits.substr(first, point - first) + (places.empty() ? "" : "." + places);
}

/// One decimal number in the largest unit that keeps it at least 1: "1.5ms", "90s", "1us".
std::string text(Duration d) {
  struct Unit {
    std::string_view name;
    std::int64_t ns;
  };
  constexpr Unit units[] = {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}};
  if (d.ns == 0) return "0s";
  for (const Unit& unit : units) {
    if (d.ns < unit.ns) continue;
    std::string digits = std::to_string(d.ns / unit.ns);
    const std::int64_t rest = d.ns % unit.ns;
    if (rest != 0) {
      std::string fraction = std::to_string(unit.ns + rest).substr(1);
      fraction.erase(fraction.find_last_not_of('0') + 1);
      digits += '.' + fraction;
    }
    return digits.append(unit.name);
  }
  return std::to_string(d.ns) + "ns";
}

template <class T>
std::string list(const std::vector<T>& items) {
  std::string out = "[";
  for (const T& item : items) out += (out.size() > 1 ? ", " : "") + text(item);
  return out + "]";
}

struct Text {
  std::string operator()(const Constant& law) const { return text(law.value); }
  std::string operator()(const Uniform& law) const {
    return "{uniform: {min: " + text(law.min) + ", max: " + text(law.max) + "}}";
  }
  std::string operator()(const Exponential& law) const {
    return "{exponential: {mean: " + text(law.mean) + "}}";
  }
  std::string operator()(const Lognormal& law) const {
    return "{lognormal: {mean: " + text(law.mean) + ", cv: " + text(law.cv) + "}}";
  }
  std::string operator()(const Gamma& law) const {
    return "{gamma: {mean: " + text(law.mean) + ", cv: " + text(law.cv) + "}}";
  }
  std::string operator()(const Pareto& law) const {
    const std::string cut = law.max.ns == 0 ? "" : ", max: " + text(law.max);
    return "{pareto: {scale: " + text(law.scale) + ", shape: " + text(law.shape) + cut + "}}";
  }
  std::string operator()(const Weibull& law) const {
    return "{weibull: {scale: " + text(law.scale) + ", shape: " + text(law.shape) + "}}";
  }
  std::string operator()(const Hyperexponential& law) const {
    return "{hyperexponential: {weights: " + list(law.weight) + ", means: " + list(law.mean) + "}}";
  }
  std::string operator()(const Empirical& law) const {
    std::string points;
    for (std::size_t i = 0; i < law.quantile.size(); ++i) {
      points += (i > 0 ? ", p" : "p") + percent(law.quantile[i]) + ": " + text(law.value[i]);
    }
    return "{empirical: {quantiles: {" + points + "}}}";
  }
  std::string operator()(const Cycle& law) const { return "{list: " + list(law.value) + "}"; }
  std::string operator()(const Seeded& law) const {
    const std::string seed = ", seed: " + std::to_string(law.seed) + "}}";
    switch (law.shape) {
      case Seeded::Shape::Exponential:
        return "{exponential: {mean: " + text(law.scale) + seed;
      case Seeded::Shape::Lognormal:
        return "{lognormal: {median: " + text(law.scale) + ", sigma: " + text(law.sigma) + seed;
      case Seeded::Shape::Uniform:
        return "{uniform: {min: " + text(law.scale) + ", max: " + text(law.max) + seed;
    }
    return "";
  }
  std::string operator()(const std::vector<Mixture>& law) const {
    std::string out;
    for (const Mixture& m : law) {
      if (!out.empty()) out += ", ";
      out += "{weight: " + text(m.weight) + ", of: " + to_string(m.of) + "}";
    }
    return "{mixture: [" + out + "]}";
  }
};

bool usable(Duration d) {
  return d.ns >= 0 && d.ns <= std::int64_t{1} << 62;
}

/// Weights: finite, not negative, not all zero.
template <class Items, class WeightOf>
std::string weight_problem(const Items& items, WeightOf weight_of) {
  double total = 0;
  for (const auto& item : items) {
    if (!(weight_of(item) >= 0)) return "a weight must not be negative";
    total += weight_of(item);
  }
  return total > 0 && std::isfinite(total) ? "" : "the weights must add up to more than 0";
}

struct Problem {
  static std::string time(Duration d, const char* name) {
    return usable(d) ? "" : std::string(name) + " must be between 0 and 146 years";
  }
  static std::string times(const std::vector<Duration>& list, const char* name) {
    if (list.empty()) return std::string(name) + " must not be empty";
    for (const Duration d : list) {
      if (!usable(d)) return time(d, name);
    }
    return "";
  }
  static std::string spread(Duration mean, double cv) {
    if (!usable(mean)) return time(mean, "mean");
    return cv >= 0 && cv <= 1000 ? "" : "cv must be between 0 and 1000";
  }
  static std::string tail(Duration scale, double shape) {
    if (!usable(scale)) return time(scale, "scale");
    return shape >= 0.01 && shape <= 1e6 ? "" : "shape must be between 0.01 and 1000000";
  }

  std::string operator()(const Constant& law) const { return time(law.value, "value"); }
  std::string operator()(const Uniform& law) const {
    if (!usable(law.min)) return time(law.min, "min");
    if (!usable(law.max)) return time(law.max, "max");
    return law.min <= law.max ? "" : "min must not be above max";
  }
  std::string operator()(const Exponential& law) const { return time(law.mean, "mean"); }
  std::string operator()(const Lognormal& law) const { return spread(law.mean, law.cv); }
  std::string operator()(const Gamma& law) const { return spread(law.mean, law.cv); }
  std::string operator()(const Weibull& law) const { return tail(law.scale, law.shape); }
  std::string operator()(const Pareto& law) const {
    if (!usable(law.max)) return time(law.max, "max");
    if (law.max.ns != 0 && law.max < law.scale) return "max must not be below scale";
    return tail(law.scale, law.shape);
  }
  std::string operator()(const Hyperexponential& law) const {
    if (law.weight.size() != law.mean.size()) return "weight and mean must be equally long";
    const std::string wrong = weight_problem(law.weight, [](double w) { return w; });
    return wrong.empty() ? times(law.mean, "mean") : wrong;
  }
  std::string operator()(const Empirical& law) const {
    if (law.quantile.size() != law.value.size()) return "quantile and value must be equally long";
    for (std::size_t i = 0; i < law.quantile.size(); ++i) {
      const double q = law.quantile[i];
      if (!(q >= 0 && q <= 1)) return "a quantile must be between 0 and 1";
      if (i > 0 && !(law.quantile[i - 1] < q)) return "the quantiles must rise";
      if (i > 0 && law.value[i] < law.value[i - 1]) return "the values must not fall";
    }
    return times(law.value, "value");
  }
  std::string operator()(const Cycle& law) const { return times(law.value, "value"); }
  std::string operator()(const Seeded& law) const {
    if (!usable(law.scale)) return time(law.scale, "mean, median or min");
    if (law.shape == Seeded::Shape::Uniform && !(usable(law.max) && law.scale <= law.max)) {
      return "min must not be above max";
    }
    return law.sigma >= 0 && law.sigma <= 100 ? "" : "sigma must be between 0 and 100";
  }
  std::string operator()(const std::vector<Mixture>& law) const {
    return weight_problem(law, [](const Mixture& m) { return m.weight; });
  }
};

}  // namespace

std::string to_string(const Distribution& d) {
  return std::visit(Text{}, d.law());
}

std::string problem(const Distribution::Law& law) {
  return std::visit(Problem{}, law);
}

}  // namespace mesh
