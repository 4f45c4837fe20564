// How many hosts may be ejected, which failures count, and when panic undoes it.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

Scenario outliers(const std::string& fields) {
  return testing::linted_mesh(testing::rule_of_web("{outlierDetection: {" + fields + "}}"));
}

TEST_CASE("lint: outlier detection that spares, empties or panics") {
  struct Row {
    const char* name;
    const char* fields;
    const char* code;
    std::size_t findings;
    const char* what;  // of the last one
  };
  const Row rows[] = {
      {"split mode keeps a host that hangs", "splitExternalLocalOriginErrors: true", "MS0611", 1,
       "accepts connections and never answers is not ejected"},
      {"without it a timeout is a 504", "consecutive5xxErrors: 3", "MS0611", 0, ""},
      {"all three of web, both of v1", "maxEjectionPercent: 100", "MS0614", 2,
       "minHealthPercent 0 means no panic, so requests then get 503 UH"},
      {"one stays", "maxEjectionPercent: 67", "MS0614", 0, ""},
      {"panic saves the last ones", "maxEjectionPercent: 100, minHealthPercent: 20", "MS0614", 0,
       ""},
      {"below half of three, and of two", "maxEjectionPercent: 100, minHealthPercent: 50", "MS0613",
       3, "are ejected, fewer than minHealthPercent 50 % are healthy: Envoy panics"},
      {"the limit comes first", "maxEjectionPercent: 34, minHealthPercent: 50", "MS0613", 0, ""},
      {"no panic at all", "maxEjectionPercent: 100", "MS0613", 0, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto found = testing::findings(outliers(row.fields), row.code);
    REQUIRE(found.size() == row.findings);
    if (found.empty()) continue;
    CHECK(found.back().what.find(row.what) != std::string::npos);
    CHECK(found.back().path == "DestinationRule/web: outlierDetection");
    CHECK(found.back().place.line > 0);
    CHECK_FALSE(found.back().hint.empty());
  }
}

TEST_CASE("lint: panic is said with the number of hosts from which on it begins") {
  const auto found =
      testing::findings(outliers("maxEjectionPercent: 100, minHealthPercent: 50"), "MS0613");
  bool two_of_three = false;
  for (const Diagnostic& d : found) {
    two_of_three = two_of_three || d.what.starts_with("once 2 of the 3 hosts of outbound|80||web");
  }
  CHECK(two_of_three);
}

}  // namespace
}  // namespace mesh
