// Parameters of laws that are not those of the engine: median and sigma, shape, samples.
#include "libmesh/spec/law_forms.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::node_of;

namespace {

Distribution::Law law_of(bool (*to_law)(const YamlNode&, const Reading&, const LawForm&,
                                        Distribution::Law&),
                         const LawForm& form) {
  Diagnostics problems;
  Distribution::Law law;
  CHECK(to_law(YamlNode{}, Reading("", problems), form, law));
  CHECK(problems.empty());
  return law;
}

}  // namespace

TEST_CASE("law_forms: a lognormal by median and sigma has that median's mean and cv") {
  for (const double sigma : {0.1, 0.5, 1.0, 2.0}) {
    CAPTURE(sigma);
    const auto law =
        std::get<Lognormal>(law_of(to_lognormal, {.median = milliseconds(5), .sigma = sigma}));
    CHECK(static_cast<double>(law.mean.ns) ==
          doctest::Approx(5e6 * std::exp(sigma * sigma / 2)).epsilon(1e-6));
    CHECK(law.cv == doctest::Approx(std::sqrt(std::exp(sigma * sigma) - 1)).epsilon(1e-12));
  }
}

TEST_CASE("law_forms: an Erlang law of k is a gamma law of shape k") {
  for (const std::uint32_t k : {1u, 2u, 4u, 100u}) {
    CAPTURE(k);
    const auto erlang = law_of(to_erlang, {.mean = milliseconds(5), .k = k});
    const auto gamma = law_of(to_gamma, {.mean = milliseconds(5), .shape = k});
    CHECK(erlang == gamma);
    CHECK(std::get<Gamma>(erlang).cv == doctest::Approx(1 / std::sqrt(k)).epsilon(1e-15));
  }
}

TEST_CASE("law_forms: samples become equally spaced quantiles in order") {
  const auto law = std::get<Empirical>(
      law_of(to_empirical, {.samples = {milliseconds(4), milliseconds(1), milliseconds(3),
                                        milliseconds(2), milliseconds(5)}}));
  CHECK(law.quantile == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK(law.value.front() == milliseconds(1));
  CHECK(law.value.back() == milliseconds(5));
  CHECK(Distribution(law).mean_ns() == doctest::Approx(3e6));
}

TEST_CASE("law_forms: a huge sigma is no arithmetic accident") {
  const auto law = std::get<Lognormal>(law_of(to_lognormal, {.median = hours(1), .sigma = 1e200}));
  CHECK(std::isfinite(law.cv));
  CHECK(law.mean.ns > 0);
}
