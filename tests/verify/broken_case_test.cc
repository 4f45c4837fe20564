// Case folders that cannot be run: each says what is wrong and where, and stops nobody.
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libmesh/verify/verify.h"
#include "tests/support/paths.h"

namespace mesh::verify {
namespace {

const std::string istio_yaml = R"(
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
)";

const std::string case_yaml = R"(title: t
question: q
repeat: 2
instances:
- {name: web, service: web, address: 127.0.1.1, behaviour: {latency: 2ms}}
load:
  request: {authority: web}
  phases:
  - {rate: 10, duration: 1s}
compare:
- {measure: outcome.200, kind: exact}
)";

const std::string expected_json = R"({
 "scalars": {"outcome.200": {"mean": 10, "sd": 0, "min": 10, "max": 10},
             "requests": {"mean": 10, "sd": 0, "min": 10, "max": 10}},
 "series": {"200": {"mean": [10]}}
})";

using Files = std::map<std::string, std::string>;

const Files sound = {
    {"case.yaml", case_yaml}, {"istio.yaml", istio_yaml}, {"expected.json", expected_json}};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

CaseResult run(const Files& files) {
  const testing::ScratchDir scratch;
  scratch.write("the-case/note", "");
  for (const auto& [name, text] : files) scratch.write("the-case/" + name, text);
  return verify_case((scratch.path() / "the-case").string());
}

std::string errors_of(const CaseResult& result) {
  std::string text;
  for (const Diagnostic& d : result.problems) {
    if (d.severity == Severity::Error) text += to_string(d) + "\n";
  }
  return text;
}

struct Broken {
  std::string name;
  std::function<void(Files&)> damage;
  std::vector<std::string> said;  // all of these stand in the errors
};

/// Another text for a piece of one file.
std::function<void(Files&)> edit(std::string file, std::string what, std::string by) {
  return [=](Files& files) { files[file] = replaced(files[file], what, by); };
}
std::function<void(Files&)> in_case(std::string what, std::string by) {
  return edit("case.yaml", std::move(what), std::move(by));
}
std::function<void(Files&)> in_expected(std::string what, std::string by) {
  return edit("expected.json", std::move(what), std::move(by));
}

void check_broken(const std::vector<Broken>& rows) {
  for (const Broken& row : rows) {
    CAPTURE(row.name);
    Files files = sound;
    row.damage(files);
    const CaseResult result = run(files);
    CHECK_FALSE(result.holds());
    CHECK(result.problems.has_errors());
    CHECK(result.rows.empty());
    CHECK(result.name == "the-case");
    const std::string text = errors_of(result);
    CAPTURE(text);
    for (const std::string& said : row.said) CHECK(text.find(said) != std::string::npos);
  }
}

TEST_CASE("broken case: the sound one holds") {
  const CaseResult result = run(sound);
  CHECK(errors_of(result) == "");
  CHECK(result.holds());
  REQUIRE(result.rows.size() == 1);
  CHECK(result.rows[0].ours == std::vector<double>{10, 10});
}

TEST_CASE("broken case: files that are missing or of another kind") {
  const auto without = [](const char* name) { return [=](Files& files) { files.erase(name); }; };
  const auto binary = [](const char* name) {
    return [=](Files& files) { files[name] = std::string("\0\xff\xfe\x01\x80", 5); };
  };
  const auto empty = [](const char* name) { return [=](Files& files) { files[name] = ""; }; };
  check_broken({
      {"no case.yaml", without("case.yaml"), {"case.yaml"}},
      {"no istio.yaml", without("istio.yaml"), {"istio.yaml"}},
      {"no expected.json", without("expected.json"), {"expected.json", "does not exist"}},
      {"nothing at all", [](Files& files) { files.clear(); }, {"case.yaml", "expected.json"}},
      {"binary case.yaml", binary("case.yaml"), {"case.yaml"}},
      {"binary istio.yaml", binary("istio.yaml"), {"istio.yaml"}},
      {"binary expected.json", binary("expected.json"), {"expected.json:1:1", "is no JSON"}},
      {"empty case.yaml", empty("case.yaml"), {"case.yaml"}},
      {"empty expected.json", empty("expected.json"), {"expected.json:1:1", "is no JSON"}},
      {"istio.yaml without the Service", empty("istio.yaml"), {"no Service \"web\""}},
  });
}

TEST_CASE("broken case: fields of case.yaml") {
  check_broken({
      {"broken YAML", in_case("load:", "load: ["), {"case.yaml:"}},
      {"two documents", in_case("compare:", "---\ncompare:"), {"case.yaml:", "second document"}},
      {"an unknown field", in_case("repeat: 2", "repeats: 2"), {"case.yaml:3:1", "repeats"}},
      {"an unknown field of a behaviour",
       in_case("latency: 2ms", "rate: 2ms"),
       {"case.yaml:5:", "rate"}},
      {"a wrong type", in_case("repeat: 2", "repeat: [2]"), {"case.yaml:3:9", "repeat"}},
      {"no runs", in_case("repeat: 2", "repeat: 0"), {"case.yaml:3:9", "repeat"}},
      {"an unknown service", in_case("service: web", "service: wep"), {"no Service \"wep\""}},
      {"an unknown behaviour", in_case("{latency: 2ms}", "slow"), {"no behaviour \"slow\""}},
      {"no address", in_case("127.0.1.1", "localhost"), {"case.yaml:5:", "no IPv4 address"}},
      {"five bytes", in_case("127.0.1.1", "127.0.1.1.1"), {"no IPv4 address"}},
      {"a byte of 256", in_case("127.0.1.1", "127.0.1.256"), {"no IPv4 address"}},
      {"two instances of one name",
       in_case("load:", "- {name: web, service: web, address: 127.0.1.2}\nload:"),
       {"case.yaml:6:", "another instance is called \"web\""}},
      {"an instance with the client's name",
       in_case("name: web", "name: client"),
       {"the client is called \"client\" too"}},
      {"a law that cannot be sampled",
       in_case("latency: 2ms", "latency: {uniform: {min: 5ms, max: 1ms, seed: 1}}"),
       {"case.yaml:5:"}},
      {"a negative latency", in_case("latency: 2ms", "latency: -2ms"), {"case.yaml:5:"}},
      {"an absurd latency", in_case("latency: 2ms", "latency: 9999999999h"), {"case.yaml:5:"}},
  });
}

TEST_CASE("broken case: loads") {
  const char* phase = "{rate: 10, duration: 1s}";
  check_broken({
      {"a phase of no kind", in_case(phase, "{duration: 1s}"), {"case.yaml:9:", "sends nothing"}},
      {"a phase of two kinds",
       in_case(phase, "{rate: 10, burst: 3, duration: 1s}"),
       {"case.yaml:9:", "more than one kind"}},
      {"a rate without an end", in_case(phase, "{rate: 10}"), {"case.yaml:9:", "`duration`"}},
      {"an infinite rate", in_case(phase, "{rate: .inf, duration: 1s}"), {"case.yaml:9:"}},
      {"more requests than any machine",
       in_case(phase, "{rate: 1000000, duration: 1000h}"),
       {"more than 5,000,000 requests"}},
      {"phases that never end",
       in_case(phase, "{at: 8000h, rate: 1, duration: 8000h}"),
       {"case.yaml:9:", "more than a year"}},
      {"a request that nobody named",
       in_case(phase, "{rate: 10, duration: 1s, request: other}"),
       {"case.yaml:9:", "no request \"other\""}},
      {"users of a request that nobody named",
       in_case(phase, "{users: 3, duration: 1s, request: other}"),
       {"no request \"other\""}},
      {"no phases", in_case("  phases:\n  - {rate: 10, duration: 1s}\n", ""), {"sends nothing"}},
      {"no authority", in_case("{authority: web}", "{path: /}"), {"needs an `authority`"}},
      {"random arrivals without their file",
       in_case(phase, "{rate: 10, process: poisson, seed: 1, duration: 1s}"),
       {"arrivals.csv", "does not exist"}},
      {"explicit arrivals without their file",
       in_case("  phases:", "  arrivals: mine.csv\n  phases:"),
       {"mine.csv", "does not exist"}},
      {"arrivals from a folder", in_case("  phases:", "  arrivals: .\n  phases:"), {"is no file"}},
      {"arrivals from a device",
       in_case("  phases:", "  arrivals: /dev/zero\n  phases:"),
       {"/dev/zero", "is no file"}},
  });
}

TEST_CASE("broken case: lines of a file of arrivals") {
  const auto with = [](std::string text) {
    return [text](Files& files) {
      files["case.yaml"] = replaced(case_yaml, "  phases:", "  arrivals: a.csv\n  phases:");
      files["a.csv"] = text;
    };
  };
  const std::string head = "offset_us,request\n";
  check_broken({
      {"an empty file", with(""), {"a.csv:1:1", "offset_us,request"}},
      {"another header", with("at,what\n5,\n"), {"a.csv:1:1", "offset_us,request"}},
      {"a word for a number", with(head + "5,\nsoon,\n"), {"a.csv:3:1"}},
      {"no comma", with(head + "5\n"), {"a.csv:2:1"}},
      {"a negative time", with(head + "-5,\n"), {"a.csv:2:1", "between 0 and a year"}},
      {"beyond 64 bits", with(head + "99999999999999999999,\n"), {"a.csv:2:1"}},
      {"an unknown request", with(head + "5,other\n"), {"a.csv:2:1", "no request \"other\""}},
  });
}

TEST_CASE("broken case: rows and what was recorded for them") {
  const char* row = "{measure: outcome.200, kind: exact}";
  check_broken({
      {"no rows", in_case(std::string("\n- ") + row, " []"), {"nothing would be compared"}},
      {"an unknown kind", in_case("kind: exact", "kind: exactly"), {"case.yaml:11:", "exact"}},
      {"a tolerance that is no number",
       in_case(row, "{measure: outcome.200, kind: mean, tolerance: some}"),
       {"case.yaml:11:", "\"some\" is no tolerance"}},
      {"a negative tolerance",
       in_case(row, "{measure: outcome.200, kind: mean, tolerance: \"-5%\"}"),
       {"\"-5%\" is no tolerance"}},
      {"a share in milliseconds",
       in_case(row, "{measure: outcome.200, kind: share, tolerance: 5ms}"),
       {"write percentage points"}},
      {"a sequence that was not recorded",
       in_case(row, "{measure: sequence, kind: sequence}"),
       {"case.yaml:11:", "no sequence"}},
      {"a share of nothing",
       [&](Files& files) {
         files["case.yaml"] =
             replaced(case_yaml, row, "{measure: outcome.200, kind: share, tolerance: 1pp}");
         files["expected.json"] = replaced(expected_json, "requests", "unanswered");
       },
       {"of how many `requests`"}},
  });
}

TEST_CASE("broken case: expected.json") {
  check_broken({
      {"cut off", in_expected("{\"mean\": [10]}}\n}", "{"), {"expected.json:", "is no JSON"}},
      {"a list", in_expected("{\n", "[]"), {"expected.json"}},
      {"no scalars", in_expected("scalars", "skalars"), {"scalars: is missing"}},
      {"scalars of another type",
       in_expected("{\"mean\": 10, \"sd\": 0, \"min\": 10, \"max\": 10}", "\"ten\""),
       {"scalars.outcome.200", "found string"}},
      {"a mean of another type",
       in_expected("\"mean\": 10,", "\"mean\": [10],"),
       {"scalars.outcome.200.mean", "found array"}},
      {"no mean", in_expected("\"mean\": 10,", ""), {"scalars.outcome.200.mean"}},
      {"a number beyond a double",
       in_expected("\"mean\": 10,", "\"mean\": 1e999,"),
       {"expected.json"}},
      {"series of another type", in_expected("[10]", "\"ten\""), {"series.200.mean"}},
      {"a second at the end of time",
       in_expected("[10]", "{\"99999999999\": 1}"),
       {"series.200.mean", "is no second"}},
      {"short rows of a sequence",
       in_expected("\"series\"", "\"sequence\": {\"rows\": [[1, 2]]}, \"series\""),
       {"sequence.rows[0]"}},
      {"a code beyond 16 bits",
       in_expected("\"series\"",
                   "\"sequence\": {\"rows\": [[0, \"\", 99999, \"-\", 1, \"-\"]]}, \"series\""),
       {"sequence.rows[0][2]"}},
  });
}

TEST_CASE("broken case: what is no case is named, and the others are run") {
  const testing::ScratchDir scratch;
  for (const auto& [name, text] : sound) {
    scratch.write("all/good/" + name, text);
    if (name != "case.yaml") scratch.write("all/half/" + name, text);
  }
  scratch.write("all/notes/readme.txt", "no case");
  scratch.write("all/.hidden/case.yaml", "");
  const std::string nowhere = (scratch.path() / "nowhere").string();
  const auto results =
      verify_cases(find_cases({(scratch.path() / "all").string() + "/", nowhere}), 2);
  REQUIRE(results.size() == 3);
  CHECK(results[0].name == "good");
  CHECK(results[0].holds());
  CHECK(results[1].name == "half");
  CHECK(errors_of(results[1]).find("case.yaml") != std::string::npos);
  CHECK(results[2].name == "nowhere");
  CHECK(errors_of(results[2]).find("nowhere") != std::string::npos);
}

TEST_CASE("broken case: stopping leaves cases without rows") {
  const testing::ScratchDir scratch;
  for (const auto& [name, text] : sound) scratch.write("one/" + name, text);
  const std::string folder = (scratch.path() / "one").string();
  const CaseResult stopped = verify_case(folder, {}, [] { return true; });
  CHECK_FALSE(stopped.finished);
  CHECK_FALSE(stopped.holds());
  CHECK(stopped.rows.empty());
  CHECK_FALSE(stopped.problems.has_errors());
}

}  // namespace
}  // namespace mesh::verify
