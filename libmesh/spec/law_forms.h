// What stands under the name of a law, and the law that it describes.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "libmesh/base/distribution.h"
#include "libmesh/spec/field_table.h"

namespace mesh {

/// A law under construction: what was written, before anybody knows whether it makes sense.
struct LawForm {
  std::optional<Duration> mean, median, min, max, scale;
  std::optional<double> cv, sigma, shape;
  std::optional<std::uint32_t> k;
  std::optional<std::uint64_t> seed;
  std::vector<double> weights;
  std::vector<Duration> means, samples;
  std::vector<std::pair<double, Duration>> quantiles;
};

const Table<LawForm>& uniform_table();
const Table<LawForm>& exponential_table();
const Table<LawForm>& lognormal_table();
const Table<LawForm>& gamma_table();
const Table<LawForm>& erlang_table();
const Table<LawForm>& pareto_table();
const Table<LawForm>& weibull_table();
const Table<LawForm>& hyperexponential_table();
const Table<LawForm>& empirical_table();

// From forms to laws; false when the form is incomplete and that was said.
bool to_uniform(const YamlNode& node, const Reading& at, const LawForm& form,
                Distribution::Law& law);
bool to_exponential(const YamlNode& node, const Reading& at, const LawForm& form,
                    Distribution::Law& law);
bool to_lognormal(const YamlNode& node, const Reading& at, const LawForm& form,
                  Distribution::Law& law);
bool to_gamma(const YamlNode& node, const Reading& at, const LawForm& form, Distribution::Law& law);
bool to_erlang(const YamlNode& node, const Reading& at, const LawForm& form,
               Distribution::Law& law);
bool to_pareto(const YamlNode& node, const Reading& at, const LawForm& form,
               Distribution::Law& law);
bool to_weibull(const YamlNode& node, const Reading& at, const LawForm& form,
                Distribution::Law& law);
bool to_hyperexponential(const YamlNode& node, const Reading& at, const LawForm& form,
                         Distribution::Law& law);
bool to_empirical(const YamlNode& node, const Reading& at, const LawForm& form,
                  Distribution::Law& law);

}  // namespace mesh
