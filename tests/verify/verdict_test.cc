// The judge's rules, row by row.
#include "libmesh/verify/verdict.h"

#include <doctest/doctest.h>

namespace mesh::verify {
namespace {

struct Example {
  const char* name;
  Kind kind;
  const char* tolerance;
  const char* measure;
  std::vector<double> ours;
  Recorded recorded;
  bool holds;
};

TEST_CASE("verdict: which values hold under each kind") {
  const std::vector<Example> rows = {
      {"exact: inside the recorded range in each run",
       Kind::Exact,
       "",
       "m",
       {4, 5},
       {4.5, 0, 4, 5},
       true},
      {"exact: one run outside fails", Kind::Exact, "", "m", {4, 6}, {4.5, 0, 4, 5}, false},
      {"mean: within the percentage", Kind::Mean, "5%", "m", {104}, {100, 0, 100, 100}, true},
      {"mean: beyond it, outside the runs", Kind::Mean, "5%", "m", {106}, {100, 0, 99, 101}, false},
      {"mean: beyond it, inside the runs", Kind::Mean, "5%", "m", {106}, {100, 0, 90, 110}, true},
      {"quantile: milliseconds on a measure in ms",
       Kind::Quantile,
       "20ms",
       "latency_ms.all.p50",
       {119},
       {100, 0, 100, 100},
       true},
      {"mean: milliseconds on a measure in seconds",
       Kind::Mean,
       "20ms",
       "eject_at_s.a.1",
       {1.03},
       {1, 0, 1, 1},
       false},
      {"mean: a plain number", Kind::Mean, "4", "m", {96}, {100, 0, 100, 100}, true},
      {"mean: it is the mean of the runs that counts",
       Kind::Mean,
       "1",
       "m",
       {90, 110},
       {100, 0, 100, 100},
       true},
  };
  for (const Example& row : rows) {
    CAPTURE(row.name);
    std::vector<Measures> runs;
    for (const double v : row.ours) {
      Measures m;
      m.scalars[row.measure] = v;
      runs.push_back(m);
    }
    Expected expected;
    expected.scalars[row.measure] = row.recorded;
    const RowResult result = judge(
        {.measure = row.measure, .kind = row.kind, .tolerance = row.tolerance}, runs, expected);
    CHECK(result.holds == row.holds);
  }
}

TEST_CASE("verdict: a share is of all requests, in percentage points") {
  Measures run;
  run.scalars = {{"requests", 200}, {"outcome.503", 30}};
  Expected expected;
  expected.scalars = {{"requests", {100, 0, 100, 100}}, {"outcome.503", {12, 0, 12, 12}}};
  const auto holds = [&](const char* tolerance) {
    return judge({.measure = "outcome.503", .kind = Kind::Share, .tolerance = tolerance}, {run},
                 expected)
        .holds;
  };
  CHECK(holds("3pp"));
  CHECK_FALSE(holds("2.9pp"));
}

TEST_CASE("verdict: a timeline names the second that fails") {
  Measures run;
  run.series["200"] = {10, 10, 3};
  Expected expected;
  expected.series["200"] = {{10, 10, 10}, {10, 10, 10}, {10, 10, 10}};
  const RowResult result =
      judge({.measure = "200", .kind = Kind::Timeline, .tolerance = "2"}, {run}, expected);
  CHECK_FALSE(result.holds);
  CHECK(result.note == "second 2");
}

TEST_CASE("verdict: a sequence names the first row that differs") {
  Measures run;
  run.sequence = {{200, "-", 1, "a"}, {503, "UO", 1, "-"}};
  Expected expected;
  expected.sequence = {{200, "-", 1, "a"}, {200, "-", 1, "b"}};
  expected.same_outcomes = true;
  const RowResult result = judge({.measure = "sequence", .kind = Kind::Sequence}, {run}, expected);
  CHECK_FALSE(result.holds);
  CHECK(result.note == "row 1: 503 UO x1 -, Envoy 200 - x1 b");
}

}  // namespace
}  // namespace mesh::verify
