// Tests of thresholds against the hand-made record.
#include "libmesh/experiment/verdict.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

ThresholdSpec threshold(const char* metric, std::optional<double> min, std::optional<double> max) {
  ThresholdSpec t;
  t.metric = metric;
  t.min = min;
  t.max = max;
  if (min) t.min_text = "low";
  if (max) t.max_text = "high";
  return t;
}

TEST_CASE("verdict: bounds are inclusive") {
  const auto record = testing::small_record();  // 10 requests in one second, 2 of them failed
  struct Row {
    ThresholdSpec threshold;
    bool ok;
    const char* text;
  };
  const Row rows[] = {
      {threshold("rps", 10, {}), true, "rps ≥ low"},
      {threshold("rps", 10.5, {}), false, "rps ≥ low"},
      {threshold("rps", {}, 10), true, "rps ≤ high"},
      {threshold("error_rate", {}, 0.1), false, "error_rate ≤ high"},
      {threshold("max", 110, 110), true, "max in low … high"},
      {threshold("max", 0, 100), false, "max in low … high"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::vector<Verdict> verdicts = judge(*record, {row.threshold});
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts[0].ok == row.ok);
    CHECK(verdicts[0].text == row.text);
    CHECK(verdicts[0].value.has_value());
  }
}

TEST_CASE("verdict: of an edge, of a load, of what does not exist") {
  const auto record = testing::small_record();
  ThresholdSpec edge = threshold("error_rate", {}, 0.5), load = edge, nothing = edge;
  edge.edge = "shop->stock";
  load.load = "buyers";
  nothing.edge = "shop->moon";
  const std::vector<Verdict> verdicts = judge(*record, {edge, load, nothing});
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[0].text == "error_rate of shop->stock ≤ high");
  CHECK(verdicts[0].value.value() == doctest::Approx(1.0 / 9));
  CHECK(verdicts[0].ok);
  CHECK(verdicts[1].of == "buyers");
  CHECK(verdicts[1].ok);
  CHECK_FALSE(verdicts[2].value.has_value());
  CHECK_FALSE(verdicts[2].ok);
  CHECK(judge(*record, {}).empty());
}

}  // namespace
}  // namespace mesh
