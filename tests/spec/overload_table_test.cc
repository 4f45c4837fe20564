// Overload managers of the platform section.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::scenario_of;

TEST_CASE("overload_table: pressure over time, thresholds and scaled triggers") {
  const Scenario s = scenario_of(
      "platform:\n"
      "  overload:\n"
      "  - {workload: web, pressure: [{value: 50%}, {at: 10s, value: 0.97}], threshold: 95%}\n"
      "  - {pressure: [{value: 1}], refreshInterval: 250ms, scalingThreshold: 0.8,\n"
      "     saturationThreshold: 0.9}\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.platform.overload.size() == 2);
  const OverloadSpec& first = s.platform.overload[0];
  CHECK(first.workload == "web");
  CHECK(first.pressure ==
        std::vector<OverloadSpec::Pressure>{{Duration{0}, 0.5}, {seconds(10), 0.97}});
  CHECK(first.threshold == 0.95);
  CHECK(first.refresh == seconds(1));
  CHECK(s.platform.overload[1].scaling == 0.8);
  CHECK(s.platform.overload[1].saturation == 0.9);
  CHECK(s.platform.overload[1].refresh == milliseconds(250));
}

TEST_CASE("overload_table: what Envoy would refuse") {
  const auto said = [](const std::string& fields) {
    return brief(scenario_of("platform:\n  overload:\n  - {pressure: [{value: 1}]" + fields + "}\n")
                     .diagnostics);
  };
  CHECK(said("").find("say threshold, or") != std::string::npos);
  CHECK(said(", threshold: 0.5, scalingThreshold: 0.1").find("say threshold, or") !=
        std::string::npos);
  CHECK(said(", scalingThreshold: 0.1").find("say threshold, or") != std::string::npos);
  CHECK(said(", scalingThreshold: 0.9, saturationThreshold: 0.8").find("must be below") !=
        std::string::npos);
}
