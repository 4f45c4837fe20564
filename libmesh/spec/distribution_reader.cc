// Reads the law of a time: exactly one of the laws, or a constant.
#include <cmath>
#include <utility>

#include "libmesh/spec/law_forms.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

const Table<Mixture>& mixture_table() {
  static const Table<Mixture> table(
      "Mixture", "One of several laws, chosen by weight.",
      {
          simulated("weight", &Mixture::weight, number(0), "1", "Relative to the others."),
          required("of", &Mixture::of, distribution(), "The law."),
      });
  return table;
}

// ---- One law of several ---------------------------------------------------------------------

/// What stands under the key of a distribution.
struct DistributionForm {
  std::optional<Distribution::Law> law;
  std::optional<Duration> mean;
  std::optional<double> cv;
};

using ToLaw = bool (*)(const YamlNode&, const Reading&, const LawForm&, Distribution::Law&);

Field<DistributionForm> law_row(std::string name, const Table<LawForm>& (*table)(), ToLaw to_law,
                                std::string doc) {
  const Reader<LawForm> reader = object(table);
  return simulated_whole<DistributionForm>(
      std::move(name), reader.shape,
      [reader, to_law](const YamlNode& node, const Reading& at, DistributionForm& out) {
        LawForm form;
        Distribution::Law law;
        if (reader.read(node, at, form) && to_law(node, at, form, law)) out.law = std::move(law);
      },
      "", std::move(doc));
}

/// A law that is one value of type V.
template <class V>
Field<DistributionForm> value_row(std::string name, Reader<V> reader,
                                  Distribution::Law (*to_law)(V), std::string doc) {
  return simulated_whole<DistributionForm>(
      std::move(name), reader.shape,
      [reader, to_law](const YamlNode& node, const Reading& at, DistributionForm& out) {
        V value{};
        if (reader.read(node, at, value)) out.law = to_law(std::move(value));
      },
      "", std::move(doc));
}

std::vector<Field<DistributionForm>> distribution_rows() {
  return {
      value_row<Duration>(
          "constant", time_span(), [](Duration d) -> Distribution::Law { return Constant{d}; },
          "Always the same; 5ms alone means that too."),
      law_row("uniform", uniform_table, to_uniform, "Between two times."),
      law_row("exponential", exponential_table, to_exponential, "By its mean."),
      law_row("lognormal", lognormal_table, to_lognormal, "The usual law of service times."),
      law_row("gamma", gamma_table, to_gamma, "From nearly constant to very spread."),
      law_row("erlang", erlang_table, to_erlang, "Sum of k exponential times."),
      law_row("pareto", pareto_table, to_pareto, "Heavy tail, bounded if max is set."),
      law_row("weibull", weibull_table, to_weibull, "Stretched exponential."),
      law_row("hyperexponential", hyperexponential_table, to_hyperexponential,
              "Several exponential times."),
      law_row("empirical", empirical_table, to_empirical, "By measured quantiles."),
      value_row<std::vector<Mixture>>(
          "mixture", list(object(mixture_table)),
          [](std::vector<Mixture> of) -> Distribution::Law { return of; },
          "Several laws with weights."),
      value_row<std::vector<Duration>>(
          "list", list(time_span()),
          [](std::vector<Duration> values) -> Distribution::Law {
            return Cycle{std::move(values)};
          },
          "Values in turn, again and again."),
      simulated("mean", &DistributionForm::mean, time_span(), "", "With cv: lognormal."),
      simulated("cv", &DistributionForm::cv, number(0), "", "With mean: lognormal."),
  };
}

void check_one_law(const YamlNode& node, const Reading& at, DistributionForm& form) {
  const bool shorthand = node.find("mean") != nullptr || node.find("cv") != nullptr;
  if (node.entries.size() == 1 && !shorthand) return;
  if (node.entries.size() == 2 && node.find("mean") != nullptr && node.find("cv") != nullptr) {
    if (form.mean && form.cv) form.law = Lognormal{*form.mean, *form.cv};
    return;
  }
  form.law.reset();
  if (shorthand) {
    at.error(code::invalid_distribution, node, "mean and cv stand together, and alone",
             "write {lognormal: {mean: 5ms, cv: 1}}, {exponential: {mean: 5ms}} or 5ms");
  } else {
    at.error(code::invalid_distribution, node, "a distribution is exactly one law",
             "write {exponential: {mean: 5ms}}, or 5ms for a constant");
  }
}

const Table<DistributionForm>& distribution_table() {
  static const Table<DistributionForm> table("Distribution", "The law of a time; exactly one.",
                                             distribution_rows(), check_one_law);
  return table;
}

/// Says what a sampler would refuse, and what is hardly meant.
bool check_law(const YamlNode& node, const Reading& at, const Distribution::Law& law) {
  const std::string wrong = problem(law);
  if (!wrong.empty()) {
    at.error(code::invalid_distribution, node, wrong);
    return false;
  }
  const double mean = Distribution(law).mean_ns();
  if (mean == 0 && !std::holds_alternative<Constant>(law)) {
    at.error(code::invalid_distribution, node, "the mean is 0", "write 0s for no time at all");
    return false;
  }
  if (!std::isfinite(mean)) {
    at.warning(code::improbable, node, "the mean is infinite", "set max");
  } else if (mean > static_cast<double>(hours(1).ns)) {
    at.warning(code::improbable, node, "the mean is longer than an hour");
  }
  return true;
}

}  // namespace

Reader<Distribution> distribution() {
  // Built at every use: a mixture's table asks for a distribution while this one is made.
  Shape object_shape{.kind = Shape::Kind::Object,
                     .table = []() -> const TableInfo& { return distribution_table().info(); }};
  Shape shape{.kind = Shape::Kind::OneOf, .of = {{.kind = Shape::Kind::Duration}, object_shape}};
  return custom<Distribution>(
      shape, [](const YamlNode& node, const Reading& at, Distribution& out) {
        if (node.kind == YamlNode::Kind::Scalar) {
          Duration constant;
          if (!time_span().read(node, at, constant)) return false;
          if (!check_law(node, at, Constant{constant})) return false;
          out = Distribution(Constant{constant});
          return true;
        }
        if (node.kind != YamlNode::Kind::Mapping) {
          at.wrong_type(node, "a time such as 5ms or {exponential: {mean: 5ms}}");
          return false;
        }
        DistributionForm form;
        distribution_table().read(node, at, form);
        if (!form.law || !check_law(node, at, *form.law)) return false;
        out = Distribution(std::move(*form.law));
        return true;
      });
}

}  // namespace mesh
