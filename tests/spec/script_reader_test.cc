// Scripts: steps, calls, parallel branches.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::read_text;

namespace {

std::string brief(const Script& steps);

struct StepText {
  std::string operator()(const WorkStep& s) const { return "work " + to_string(s.time); }
  std::string operator()(const SleepStep& s) const { return "sleep " + to_string(s.time); }
  std::string operator()(const CallStep& s) const {
    return "call " + s.service + (s.on_error == OnError::Ignore ? "?" : "");
  }
  std::string operator()(const ParallelStep& s) const {
    std::string text;
    for (const Script& branch : s.branches) text += (text.empty() ? "" : " | ") + brief(branch);
    return '(' + text + ')' + (s.wait_for > 0 ? std::to_string(s.wait_for) : "");
  }
  std::string operator()(const RepeatStep& s) const {
    const std::string times = s.times == 0xffffffffu ? "inf" : std::to_string(s.times);
    return "repeat " + times + "*" + std::to_string(static_cast<int>(s.chance * 100)) + "% [" +
           brief(s.script) + "]";
  }
  std::string operator()(const ChooseStep& s) const {
    std::string text;
    for (const Choice& choice : s.choices) {
      text += (text.empty() ? "" : " / ") + std::to_string(static_cast<int>(choice.weight)) + ": " +
              brief(choice.script);
    }
    return "choose [" + text + "]";
  }
  std::string operator()(const CacheStep& s) const {
    return "cache " + s.cache + " [" + brief(s.hit) + "] [" + brief(s.miss) + "]";
  }
  std::string operator()(const WithStep& s) const {
    return "with " + s.pool + " [" + brief(s.script) + "]";
  }
  std::string operator()(const PublishStep& s) const { return "publish " + s.topic; }
};

std::string brief(const Script& steps) {
  std::string text;
  for (const Step& step : steps) {
    text += (text.empty() ? "" : ", ") + std::visit(StepText{}, step);
  }
  return text;
}

}  // namespace

TEST_CASE("script_reader: steps in order, nested lists in parallel") {
  struct Row {
    const char* name;
    const char* text;
    const char* steps;
  };
  const Row rows[] = {
      {"nothing at all", "[]", ""},
      {"three kinds of steps", "[{work: 5ms}, {sleep: {exponential: {mean: 1ms}}}, {call: a}]",
       "work 5ms, sleep {exponential: {mean: 1ms}}, call a"},
      {"a nested list is parallel", "[[{call: a}, {call: b}], {work: 1ms}]",
       "(call a | call b), work 1ms"},
      {"a branch of several steps", "[[[{call: a}, {work: 1ms}], {call: b}]]",
       "(call a, work 1ms | call b)"},
      {"parallel in a branch", "[[[[{call: a}, {call: b}]], {call: c}]]",
       "((call a | call b) | call c)"},
      {"one branch", "[[{call: a}]]", "(call a)"},
      {"a call that may fail", "[{call: {service: a, onError: degrade}}]", "call a?"},
      {"the first of two", "[{parallel: {wait: any, branches: [{call: a}, [{call: b}]]}}]",
       "(call a | call b)1"},
      {"two of three", "[{parallel: {wait: 2, branches: [{call: a}, {call: b}, {call: c}]}}]",
       "(call a | call b | call c)2"},
      {"parallel by name waits for all", "[{parallel: {branches: [{call: a}]}}]", "(call a)"},
      {"rounds", "[{repeat: {times: 3, script: [{call: a}]}}]", "repeat 3*100% [call a]"},
      {"rounds by chance", "[{repeat: {chance: 70%, script: [{call: a}]}}]",
       "repeat inf*70% [call a]"},
      {"ways", "[{choose: [{weight: 3, script: [{call: a}]}, {script: []}]}]",
       "choose [3: call a / 1: ]"},
      {"ignore is degrade", "[{call: {service: a, onError: ignore}}]", "call a?"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Diagnostics problems;
    CHECK(brief(read_text(script(), row.text, problems)) == row.steps);
    CHECK(brief(problems) == "");
  }
}

TEST_CASE("script_reader: a call in full") {
  Diagnostics problems;
  const Script steps = read_text(
      script(),
      "- call: {service: 'reviews:9080', method: POST, path: '/r/{i%10}', host: shop.example,\n"
      "         headers: {X-User: 7, end-user: jason}, body: 1Ki, timeout: 3s,\n"
      "         statusOnError: same}\n",
      problems);
  CHECK(brief(problems) == "");
  REQUIRE(steps.size() == 1);
  const auto& call = std::get<CallStep>(steps[0]);
  CHECK(call.service == "reviews:9080");
  CHECK(call.request.method == "POST");
  CHECK(call.request.path == "/r/{i%10}");
  CHECK(call.request.authority == "shop.example");
  CHECK(call.request.headers ==
        std::vector<std::pair<std::string, std::string>>{{"x-user", "7"}, {"end-user", "jason"}});
  CHECK(call.request.body_bytes == 1024);
  CHECK(call.timeout == seconds(3));
  CHECK(call.on_error == OnError::Fail);
  CHECK(call.status_on_error == 0);
  CHECK(call.place == Place{"t.yaml", 1, 9});
}

TEST_CASE("script_reader: a name alone is a GET of / that must succeed") {
  Diagnostics problems;
  const Script steps = read_text(script(), "[{call: details}]", problems);
  REQUIRE(steps.size() == 1);
  CallStep expected;
  expected.service = "details";
  expected.place = {"t.yaml", 1, 9};
  CHECK(std::get<CallStep>(steps[0]) == expected);
  CHECK(expected.request.path == "/");
  CHECK(expected.status_on_error == 500);
}

TEST_CASE("script_reader: what is no script") {
  struct Row {
    const char* text;
    const char* problems;
  };
  const Row rows[] = {
      {"{call: a}",
       "1:1 MS0103 expected a list of steps, found a mapping (write - call: details, "
       "one step for each item)\n"},
      {"[a]", "1:2 MS0103 [0]: expected a mapping (Step), found the text \"a\"\n"},
      {"[{}]",
       "1:2 MS0403 [0]: the step is empty (write one list item for each of work, sleep, "
       "call, ...)\n"},
      {"[{work: 1ms, call: a}]",
       "1:2 MS0403 [0]: a step has exactly one key (write one list item "
       "for each of work, sleep, call, ...)\n"},
      {"[{wrk: 1ms}]", "1:3 MS0104 [0].wrk: Step has no field of this name (did you mean work?)\n"},
      {"[[]]",
       "1:2 MS0403 [0]: parallel branches are missing (a nested list holds the branches: "
       "- [{call: a}, {call: b}])\n"},
      {"[{call: {path: /x}}]",
       "1:9 MS0105 [0].call: service is required (add service (text): "
       "name, name.namespace or the whole host; with :port if it has "
       "several.)\n"},
      {"[{call: {service: a, path: x}}]",
       "1:28 MS0107 [0].call.path: must begin with /, got \"x\"\n"},
      {"[{call: {service: a, path: /x y}}]",
       "1:28 MS0107 [0].call.path: must not have blanks in it (write %20 for a blank)\n"},
      {"[{call: {service: a, method: get}}]",
       "1:30 MS0107 [0].call.method: methods are written in capitals: GET, POST\n"},
      {"[{call: {service: a, method: 'G T'}}]",
       "1:30 MS0107 [0].call.method: \"G T\" is not a method\n"},
      {"[{call: {service: a, timeout: 0s}}]", "1:31 MS0108 [0].call.timeout: must be above 0\n"},
      {"[{call: {service: a, onError: fial}}]",
       "1:31 MS0106 [0].call.onError: must be one of fail, ignore, degrade, got \"fial\" (did you "
       "mean fail?)\n"},
      {"[{call: {service: a, statusOnError: 99}}]",
       "1:37 MS0108 [0].call.statusOnError: must be at least 200, got 99\n"},
      {"[{call: {service: a, headers: {Host: b}}}]",
       "1:32 MS0216 [0].call.headers.Host: is not set as a header (use the fields host, path, "
       "method)\n"},
      {"[{call: {service: a, headers: {'x y': b}}}]",
       "1:32 MS0216 [0].call.headers[\"x y\"]: is not the name of a header\n"},
      {"[{call: {service: a, wait: false, retry: {}}}]",
       "1:42 MS0203 [0].call.retry: nobody waits for this call, so nobody learns that it failed "
       "(leave out wait: false)\n"},
      {"[{parallel: {branches: []}}]",
       "1:24 MS0403 [0].parallel.branches: parallel branches are missing\n"},
      {"[{parallel: {wait: 2, branches: [{call: a}]}}]",
       "1:20 MS0108 [0].parallel.wait: there are only 1 branches\n"},
      {"[{repeat: {script: [{call: a}]}}]",
       "1:11 MS0204 [0].repeat: would go round for ever (give times: 3 or chance: 50%)\n"},
      {"[{choose: [{weight: 0, script: []}]}]",
       "1:11 MS0108 [0].choose: the weights add up to 0\n"},
      {"[{call: {service: a, body: 2Gi}}]",
       "1:28 MS0108 [0].call.body: must be at most 1Gi, got 2Gi\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    Diagnostics problems;
    read_text(script(), row.text, problems);
    CHECK(brief(problems) == row.problems);
  }
}

TEST_CASE("script_reader: a script has at most 10,000 steps, branches included") {
  std::string text = "[";
  for (int i = 0; i < 5'000; ++i) text += "{work: 1ms}, [{work: 1ms}], ";
  Diagnostics problems;
  read_text(script(), text + "]", problems);
  CHECK(problems.empty());
  read_text(script(), text + "{work: 1ms}]", problems);
  REQUIRE(problems.items().size() == 1);
  CHECK(problems.items()[0].code == "MS0110");
}
