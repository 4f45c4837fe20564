// Recordings of a real Envoy, case by case, against our engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "libmesh/verify/verify.h"
#include "tests/support/paths.h"

namespace mesh::verify {
namespace {

/// Cases with rows that do not hold yet, one name a line, each with its reason.
std::set<std::string> not_yet() {
  std::set<std::string> names;
  std::ifstream file(testing::source_dir() / "tests" / "verify" / "not_yet.txt");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty() && line.front() != '#') names.insert(line.substr(0, line.find(' ')));
  }
  return names;
}

std::string failing_rows(const CaseResult& result) {
  std::string text;
  for (const Diagnostic& d : result.problems) {
    if (d.severity == Severity::Error) text += "\n  " + mesh::to_string(d);
  }
  for (const RowResult& row : result.rows) {
    if (row.holds) continue;
    text += "\n  " + row.measure + " (" + to_string(row.kind) + "): ours";
    for (const double v : row.ours) text += " " + std::to_string(v);
    text += ", Envoy " + std::to_string(row.recorded.min) + " … " +
            std::to_string(row.recorded.max) + " " + row.note;
  }
  return text;
}

TEST_CASE("recordings: every case holds that is not listed as missing, and no other") {
  const auto shared = testing::shared_dir();
  if (!shared) {
    MESSAGE("no recordings beside the repository: skipped");
    return;
  }
  const std::vector<std::string> cases = find_cases({(*shared / "fixtures" / "envoy").string()});
  REQUIRE(cases.size() > 100);
  const std::set<std::string> missing = not_yet();
  for (const CaseResult& result : verify_cases(cases)) {
    if (missing.contains(result.name)) {
      CHECK_MESSAGE(!result.holds(), result.name,
                    " holds now: take it out of tests/verify/not_yet.txt");
    } else {
      CHECK_MESSAGE(result.holds(), result.name, failing_rows(result));
    }
  }
}

TEST_CASE("recordings: the thread count changes nothing") {
  const auto shared = testing::shared_dir();
  if (!shared) return;
  std::vector<std::string> cases = find_cases({(*shared / "fixtures" / "envoy").string()});
  cases.resize(std::min<std::size_t>(cases.size(), 12));
  const std::vector<CaseResult> one = verify_cases(cases, 1), two = verify_cases(cases, 2);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    REQUIRE(one[i].runs.size() == two[i].runs.size());
    for (std::size_t r = 0; r < one[i].runs.size(); ++r) {
      CHECK(one[i].runs[r].scalars == two[i].runs[r].scalars);
    }
  }
}

TEST_CASE("recordings: a broken folder says what is wrong and stops nobody") {
  const testing::ScratchDir scratch;
  scratch.write("empty/case.yaml", "");
  scratch.write("typo/case.yaml", "title: t\nquestion: q\ninstances: []\nload: {}\ncompair: []\n");
  scratch.write("typo/istio.yaml", "");
  const std::vector<CaseResult> results = verify_cases(find_cases({scratch.path().string()}));
  REQUIRE(results.size() == 2);
  for (const CaseResult& result : results) {
    CHECK_FALSE(result.holds());
    CHECK(result.problems.has_errors());
  }
  const std::string text = failing_rows(results.back());
  CHECK(text.find("compair") != std::string::npos);
  CHECK(text.find("case.yaml:5:1") != std::string::npos);
}

}  // namespace
}  // namespace mesh::verify
