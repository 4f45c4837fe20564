// How arrivals of an open load follow each other.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::problems_of;
using mesh::testing::scenario_of;

namespace {

Scenario load_of(const std::string& open) {
  return scenario_of("load:\n- {to: {service: a}, open: " + open + "}\n");
}

}  // namespace

TEST_CASE("open_load_table: arrivals at random, evenly, or by a law") {
  CHECK(load_of("{rate: 5}").loads[0].open->arrivals == OpenLoad::Arrivals::Poisson);
  CHECK(load_of("{rate: 5, arrivals: constant}").loads[0].open->arrivals ==
        OpenLoad::Arrivals::Constant);
  const Scenario s = load_of("{rate: 5, arrivals: {gamma: {mean: 1s, cv: 3}}}");
  CHECK(brief(s.diagnostics) == "");
  CHECK(to_string(*s.loads[0].open->gaps) == "{gamma: {mean: 1s, cv: 3}}");
}

TEST_CASE("open_load_table: diurnal is a curve of 24 ramps that repeats") {
  const Scenario s = load_of("{diurnal: {trough: 100, peak: 300, peakAt: 6h}}");
  CHECK(brief(s.diagnostics) == "");
  const OpenLoad& open = *s.loads[0].open;
  REQUIRE(open.rate.size() == 25);
  CHECK(open.repeat == hours(24));
  CHECK(open.rate[0] == RatePoint{Duration{0}, 200, false});
  CHECK(open.rate[6] == RatePoint{hours(6), 300, true});
  CHECK(open.rate[18] == RatePoint{hours(18), 100, true});
  CHECK(open.rate[24] == RatePoint{hours(24), 200, true});
  CHECK(open.rate[2].rps > 249.9);  // half of the way in a third of the time
  CHECK(open.rate[2].rps < 250.1);
}

TEST_CASE("open_load_table: what is refused, at its place") {
  struct Row {
    const char *open, *problem;
  };
  for (const Row& row : {
           Row{"{}",
               "MS0204 spec.load[0].open: rate is needed (write rate: 100 for 100 requests "
               "per second)"},
           Row{"{rate: 5, diurnal: {trough: 1, peak: 2}}",
               "MS0203 spec.load[0].open: only one of rate, diurnal may be set"},
           Row{"{diurnal: {trough: 3, peak: 2}}",
               "MS0108 spec.load[0].open.diurnal.trough: must not be above peak"},
           Row{"{repeat: 1m, diurnal: {trough: 1, peak: 2}}",
               "MS0203 spec.load[0].open.repeat: diurnal repeats by itself (set diurnal.period)"},
           Row{"{rate: [{at: 0s, rps: 1}, {at: 2m, rps: 2}], repeat: 1m}",
               "MS0405 spec.load[0].open.repeat: must not be before the last point of rate"},
           Row{"{rate: 5, arrivals: {pareto: {scale: 1s, shape: 1}}}",
               "MS0108 spec.load[0].open.arrivals: the gaps have no mean to scale (write {gamma: "
               "{mean: 1s, cv: 3}})"},
       }) {
    CAPTURE(std::string(row.open));
    const std::string found =
        problems_of("load: [{to: {service: a}, open: " + std::string(row.open) + "}]");
    CAPTURE(found);
    CHECK(found.find(row.problem) != std::string::npos);
  }
}
