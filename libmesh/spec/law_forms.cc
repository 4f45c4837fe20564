// What stands under the name of a law, and the law that it describes.
#include "libmesh/spec/law_forms.h"

#include <algorithm>
#include <cmath>

#include "libmesh/base/math.h"
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

Row<std::optional<Duration> LawForm::*, Duration> time_row(std::string name,
                                                           std::optional<Duration> LawForm::*m,
                                                           std::string doc) {
  return simulated(std::move(name), m, time_span(), "", std::move(doc));
}
Row<std::optional<double> LawForm::*, double> number_row(std::string name,
                                                         std::optional<double> LawForm::*m,
                                                         std::string default_text,
                                                         std::string doc) {
  return simulated(std::move(name), m, number(0), std::move(default_text), std::move(doc));
}

/// With a seed the values are those of a sequence that other tools know too.
auto seed_row() {
  return simulated("seed", &LawForm::seed, integer<std::uint64_t>(0), "",
                   "Instead of random values: this fixed sequence.");
}

Duration or_zero(const std::optional<Duration>& d) {
  return d.value_or(Duration{0});
}

/// Says that one of the fields is needed; false when none is there.
bool one_given(const YamlNode& node, const Reading& at, bool a, bool b, const char* fields) {
  if (a != b) return true;
  at.error(
      a ? code::exclusive_fields : code::one_needed, node,
      std::string(a ? "only one of " : "one of ") + fields + (a ? " may be set" : " is needed"));
  return false;
}

}  // namespace

// ---- From forms to laws; false when the form is incomplete and that was said --------------------

bool to_uniform(const YamlNode&, const Reading&, const LawForm& f, Distribution::Law& law) {
  if (!f.max) return false;  // said already
  if (f.seed) {
    law = Seeded{
        .shape = Seeded::Shape::Uniform, .scale = or_zero(f.min), .max = *f.max, .seed = *f.seed};
  } else {
    law = Uniform{or_zero(f.min), *f.max};
  }
  return true;
}
bool to_exponential(const YamlNode&, const Reading&, const LawForm& f, Distribution::Law& law) {
  if (!f.mean) return false;  // said already
  if (f.seed) {
    law = Seeded{.scale = *f.mean, .seed = *f.seed};
  } else {
    law = Exponential{*f.mean};
  }
  return true;
}
bool to_lognormal(const YamlNode& node, const Reading& at, const LawForm& f,
                  Distribution::Law& law) {
  if (!one_given(node, at, f.mean.has_value(), f.median.has_value(), "mean, median")) return false;
  if (f.mean && f.sigma) {
    at.error(code::exclusive_fields, node, "sigma belongs to median, cv to mean");
    return false;
  }
  if (f.mean && f.seed) {
    at.error(code::exclusive_fields, node, "seed goes with median and sigma");
    return false;
  }
  if (f.mean) {
    law = Lognormal{*f.mean, f.cv.value_or(1.0)};
    return true;
  }
  if (!f.sigma || f.cv) {
    at.error(code::one_needed, node, "median needs sigma, the deviation of the logarithm");
    return false;
  }
  if (f.seed) {
    law = Seeded{
        .shape = Seeded::Shape::Lognormal, .scale = *f.median, .sigma = *f.sigma, .seed = *f.seed};
    return true;
  }
  // mean = median * exp(sigma^2 / 2), cv^2 = exp(sigma^2) - 1.
  const double variance = std::min(*f.sigma * *f.sigma, 600.0);
  const double mean = static_cast<double>(f.median->ns) * exp(variance / 2);
  law = Lognormal{{static_cast<std::int64_t>(std::min(mean, 9e18) + 0.5)},
                  std::sqrt(exp(variance) - 1.0)};
  return true;
}
bool to_gamma(const YamlNode& node, const Reading& at, const LawForm& f, Distribution::Law& law) {
  if (!one_given(node, at, f.cv.has_value(), f.shape.has_value(), "cv, shape")) return false;
  if (f.shape && !(*f.shape > 0)) {
    at.field("shape").error(code::invalid_distribution, child_or_self(node, "shape"),
                            "must be above 0");
    return false;
  }
  if (!f.mean) return false;  // said already
  law = Gamma{*f.mean, f.cv ? *f.cv : 1.0 / std::sqrt(*f.shape)};
  return true;
}
bool to_erlang(const YamlNode&, const Reading&, const LawForm& f, Distribution::Law& law) {
  if (!f.mean || !f.k) return false;  // said already
  law = Gamma{*f.mean, 1.0 / std::sqrt(static_cast<double>(*f.k))};
  return true;
}
bool to_pareto(const YamlNode&, const Reading&, const LawForm& f, Distribution::Law& law) {
  if (!f.scale) return false;  // said already
  law = Pareto{*f.scale, f.shape.value_or(2.0), or_zero(f.max)};
  return true;
}
bool to_weibull(const YamlNode&, const Reading&, const LawForm& f, Distribution::Law& law) {
  if (!f.scale) return false;  // said already
  law = Weibull{*f.scale, f.shape.value_or(1.0)};
  return true;
}
bool to_hyperexponential(const YamlNode& node, const Reading& at, const LawForm& f,
                         Distribution::Law& law) {
  if (f.weights.size() != f.means.size()) {
    at.error(code::invalid_distribution, node, "weights and means must be equally long");
    return false;
  }
  law = Hyperexponential{f.weights, f.means};
  return true;
}
bool to_empirical(const YamlNode& node, const Reading& at, const LawForm& f,
                  Distribution::Law& law) {
  if (!one_given(node, at, !f.quantiles.empty(), !f.samples.empty(), "quantiles, samples")) {
    return false;
  }
  Empirical empirical;
  std::vector<std::pair<double, Duration>> points = f.quantiles;
  for (std::size_t i = 0; i < f.samples.size(); ++i) {
    points.emplace_back(0.0, f.samples[i]);
  }
  std::sort(points.begin(), points.end());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double last = std::max(1.0, static_cast<double>(points.size()) - 1.0);
    empirical.quantile.push_back(f.samples.empty() ? points[i].first
                                                   : static_cast<double>(i) / last);
    empirical.value.push_back(points[i].second);
  }
  law = std::move(empirical);
  return true;
}

// ---- Tables -------------------------------------------------------------------------------------

const Table<LawForm>& uniform_table() {
  static const Table<LawForm> table(
      "Uniform", "Equally likely between two times.",
      {
          simulated("min", &LawForm::min, time_span(), "0s", "Shortest."),
          required("max", &LawForm::max, time_span(), "Longest."),
          seed_row(),
      });
  return table;
}
const Table<LawForm>& exponential_table() {
  static const Table<LawForm> table(
      "Exponential", "Without memory; cv 1.",
      {required("mean", &LawForm::mean, time_span(), "Mean."), seed_row()});
  return table;
}
const Table<LawForm>& lognormal_table() {
  static const Table<LawForm> table(
      "Lognormal", "By mean and cv, or by median and sigma.",
      {
          time_row("mean", &LawForm::mean, "Mean."),
          number_row("cv", &LawForm::cv, "1", "Standard deviation / mean."),
          time_row("median", &LawForm::median, "Instead of mean."),
          number_row("sigma", &LawForm::sigma, "", "With median: deviation of the logarithm."),
          seed_row(),
      });
  return table;
}
const Table<LawForm>& gamma_table() {
  static const Table<LawForm> table(
      "Gamma", "By mean and cv, or by mean and shape.",
      {
          required("mean", &LawForm::mean, time_span(), "Mean."),
          number_row("cv", &LawForm::cv, "", "Standard deviation / mean."),
          number_row("shape", &LawForm::shape, "", "Instead of cv: 1 / cv^2."),
      });
  return table;
}
const Table<LawForm>& erlang_table() {
  static const Table<LawForm> table(
      "Erlang", "Sum of k equal exponential times.",
      {
          required("mean", &LawForm::mean, time_span(), "Mean of the sum."),
          required("k", &LawForm::k, integer<std::uint32_t>(1, 10'000), "How many."),
      });
  return table;
}
const Table<LawForm>& pareto_table() {
  static const Table<LawForm> table(
      "Pareto", "P(X > x) = (scale / x)^shape.",
      {
          required("scale", &LawForm::scale, time_span(), "Shortest."),
          number_row("shape", &LawForm::shape, "2", "The smaller, the heavier the tail."),
          time_row("max", &LawForm::max, "Longest; absent: no limit."),
      });
  return table;
}
const Table<LawForm>& weibull_table() {
  static const Table<LawForm> table(
      "Weibull", "P(X > x) = exp(-(x / scale)^shape).",
      {
          required("scale", &LawForm::scale, time_span(), "63 % of the values are below."),
          number_row("shape", &LawForm::shape, "1", "Below 1: heavy tail."),
      });
  return table;
}
const Table<LawForm>& hyperexponential_table() {
  static const Table<LawForm> table(
      "Hyperexponential", "One of several exponential times, chosen by weight.",
      {
          required("weights", &LawForm::weights, list(number(0)), "Of the branches."),
          required("means", &LawForm::means, list(time_span()), "Of the branches."),
      });
  return table;
}

namespace {

/// "p50", "p99.9", "p999" (= p99.9) as a fraction.
std::optional<double> quantile_named(std::string_view name) {
  if (!name.starts_with('p')) return std::nullopt;
  std::string digits(name.substr(1));
  const bool plain = digits.find('.') == std::string::npos;
  if (plain && digits.size() > 2 && digits != "100") digits.insert(2, ".");
  return parse_percent(digits + "%");
}

Reader<std::vector<std::pair<double, Duration>>> quantile_map() {
  using Points = std::vector<std::pair<double, Duration>>;
  const auto entries = pairs(time_span());
  return custom<Points>(entries.shape,
                        [entries](const YamlNode& node, const Reading& at, Points& out) {
                          std::vector<std::pair<std::string, Duration>> named;
                          if (!entries.read(node, at, named)) return false;
                          for (const auto& [key, value] : node.entries) {
                            const auto quantile = quantile_named(key.scalar);
                            if (!quantile || *quantile > 1.0) {
                              at.field(key.scalar)
                                  .error(code::malformed_value, key, "is not a quantile",
                                         "quantiles look like p50, p99, p99.9");
                              continue;
                            }
                            for (const auto& [name, time] : named) {
                              if (name == key.scalar) out.emplace_back(*quantile, time);
                            }
                          }
                          return !out.empty();
                        });
}

}  // namespace

const Table<LawForm>& empirical_table() {
  static const Table<LawForm> table(
      "Empirical", "As measured: between quantiles linear, beyond the outer ones constant.",
      {
          simulated("quantiles", &LawForm::quantiles, quantile_map(), "",
                    "{p50: 5ms, p99: 80ms, p100: 2s}."),
          simulated("samples", &LawForm::samples, list(time_span()), "",
                    "Instead: single values, equally likely."),
      });
  return table;
}

}  // namespace mesh
