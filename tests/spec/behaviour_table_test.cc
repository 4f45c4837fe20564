// Behaviour of workloads: what is read, what is refused.
#include <doctest/doctest.h>

#include "libmesh/spec/effective.h"
#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::problems_of;
using mesh::testing::read_text;
using mesh::testing::scenario_of;
using Headers = std::vector<std::pair<std::string, std::string>>;

namespace {

WorkloadBehaviour behaviour_of(const std::string& text) {
  Diagnostics problems;
  WorkloadBehaviour b = read_text(object(workload_behaviour_table), text, problems);
  CHECK(brief(problems) == "");
  return b;
}

std::string complaint(const std::string& text) {
  Diagnostics problems;
  read_text(object(workload_behaviour_table), text, problems);
  return brief(problems);
}

}  // namespace

TEST_CASE("behaviour_table: a workload in full") {
  const WorkloadBehaviour b = behaviour_of(
      "{workers: 8, queue: unlimited, overflowStatus: 429, cancel: true, time: 5ms,\n"
      " script: [{call: a}], errorRate: 0.1%, errorStatus: 502, status: 201,\n"
      " headers: {Grpc-Status: 0}, body: 1Ki, action: close, sidecar: false,\n"
      " locality: region1/zone1, down: [{from: 1s, to: 2s, drop: true, keepConnections: true}]}");
  CHECK(b.workers == 8u);
  CHECK(b.queue == 0xffffffffu);
  CHECK(b.overflow_status == 429);
  CHECK(b.cancel == true);
  CHECK(b.time == Distribution(Constant{milliseconds(5)}));
  CHECK(b.script->size() == 1);
  CHECK(b.error_rate == 0.001);
  CHECK(b.error_status == 502);
  CHECK(b.status == 201);
  CHECK(b.response_headers == Headers{{"grpc-status", "0"}});
  CHECK(b.response_bytes == 1024);
  CHECK(b.action == Action::Close);
  CHECK(b.sidecar == false);
  CHECK(b.locality == "region1/zone1");
  REQUIRE(b.downs.size() == 1);
  CHECK(b.downs[0].from == seconds(1));
  CHECK(b.downs[0].to == seconds(2));
  CHECK(b.downs[0].drop);
  CHECK(b.downs[0].keep_connections);
}

TEST_CASE("behaviour_table: an empty behaviour leaves everything to the defaults") {
  WorkloadBehaviour expected;
  expected.place = {"t.yaml", 1, 1};
  CHECK(behaviour_of("{}") == expected);
  const Scenario s = scenario_of("behaviour: {workloads: {ratings-v1: , reviews-v1: {}}}");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.behaviour.size() == 2);
  CHECK(s.behaviour[0].workload == "ratings-v1");
  CHECK(s.behaviour[0].place == Place{"t.yaml", 4, 27});
  CHECK(s.behaviour[1].workload == "reviews-v1");
}

TEST_CASE("behaviour_table: a sidecar for one side or both") {
  CHECK(behaviour_of("{sidecar: true}").sidecar == true);
  CHECK_FALSE(behaviour_of("{sidecar: true}").sides.has_value());
  CHECK(behaviour_of("{sidecar: outbound}").sides == SidecarSides::OutboundOnly);
  CHECK(behaviour_of("{sidecar: inbound}").sides == SidecarSides::InboundOnly);
  CHECK(behaviour_of("{sidecar: inbound}").sidecar == true);
}

TEST_CASE("behaviour_table: handlers match by path, method and headers") {
  using Kind = istio::StringMatch::Kind;
  const WorkloadBehaviour b = behaviour_of(
      "handlers:\n"
      "- match: {path: {prefix: /cart}, method: POST, headers: {X-User: {}, y: z}}\n"
      "  name: buy\n"
      "  errorRate: 5%\n"
      "- match: {path: /health, method: {regex: GET|HEAD}}\n"
      "  status: 204\n"
      "- {time: 1ms}\n");
  REQUIRE(b.handlers.size() == 3);
  CHECK(b.handlers[0].name == "buy");
  CHECK(b.handlers[0].path == istio::StringMatch{Kind::Prefix, "/cart"});
  CHECK(b.handlers[0].method == istio::StringMatch{Kind::Exact, "POST"});
  CHECK(b.handlers[0].headers ==
        istio::NamedMatches{{"x-user", {Kind::Present, ""}}, {"y", {Kind::Exact, "z"}}});
  CHECK(b.handlers[0].error_rate == 0.05);
  CHECK(b.handlers[0].place == Place{"t.yaml", 2, 3});
  CHECK(b.handlers[1].path == istio::StringMatch{Kind::Exact, "/health"});
  CHECK(b.handlers[1].method == istio::StringMatch{Kind::Regex, "GET|HEAD"});
  CHECK(b.handlers[1].status == 204);
  CHECK_FALSE(b.handlers[2].path.has_value());
}

TEST_CASE("behaviour_table: rules say when, and what is different then") {
  const WorkloadBehaviour b = behaviour_of(
      "rules:\n"
      "- when: {after: 1s, before: 2s, nth: '1,3-5,9-', cycle: {of: 4, at: [1, 2]},\n"
      "         headers: {x-envoy-attempt-count: 2}, path: /x, chance: {p: 50%, seed: 7}}\n"
      "  then: {time: 1ms, script: [], status: 503, headers: {}, body: 0, action: reset}\n"
      "- {when: {nth: 3}, then: {status: 500}}\n"
      "- {then: {status: 501}}\n");
  REQUIRE(b.rules.size() == 3);
  const Condition& when = b.rules[0].when;
  CHECK(when.after == seconds(1));
  CHECK(when.before == seconds(2));
  CHECK(when.nth == std::vector<CountRange>{{1, 1}, {3, 5}, {9, CountRange{}.last}});
  CHECK(when.cycle_of == 4);
  CHECK(when.cycle_at == std::vector<std::uint32_t>{1, 2});
  CHECK(when.headers == Headers{{"x-envoy-attempt-count", "2"}});
  CHECK(when.path == "/x");
  CHECK(when.chance == 0.5);
  CHECK(when.chance_seed == 7);
  const AnswerSpec& then = b.rules[0].then;
  CHECK(then.script == Script{});
  CHECK(then.headers == Headers{});
  CHECK(then.body_bytes == 0);
  CHECK(then.action == Action::Reset);
  CHECK(b.rules[1].when.nth == std::vector<CountRange>{{3, 3}});
  CHECK_FALSE(b.rules[1].then.script.has_value());
  CHECK(b.rules[2].when == Condition{});
}

TEST_CASE("behaviour_table: what is refused, at its place") {
  struct Row {
    const char* text;
    const char* problems;
  };
  const Row rows[] = {
      {"{workers: 0}", "1:11 MS0108 workers: must be at least 1, got 0\n"},
      {"{workers: 1000000000}", "1:11 MS0108 workers: must be at most 1000000, got 1000000000\n"},
      {"{workers: 1.5}", "1:11 MS0103 workers: expected a whole number, found the number 1.5\n"},
      {"{queue: -1}", "1:9 MS0108 queue: must be at least 0, got -1\n"},
      {"{queue: lots}",
       "1:9 MS0103 queue: expected a whole number or unlimited, found the text \"lots\"\n"},
      {"{errorRate: 5}", "1:13 MS0207 errorRate: must lie between 0% and 100%, got 5 (write 5%)\n"},
      {"{errorRate: 101%}", "1:13 MS0207 errorRate: must lie between 0% and 100%, got 101%\n"},
      {"{worker: 1}",
       "1:2 MS0104 worker: Behaviour has no field of this name (did you mean workers?)\n"},
      {"{action: explode}",
       "1:10 MS0106 action: must be one of respond, reset, close, resetAfterHeaders, hang, "
       "refuseStream, got \"explode\"\n"},
      {"{sidecar: maybe}",
       "1:11 MS0103 sidecar: expected true, false, outbound or inbound, found the text "
       "\"maybe\"\n"},
      {"{locality: a/b/c/d}", "1:12 MS0107 locality: a locality is region/zone/subzone\n"},
      {"{down: [{from: 2s, to: 1s}]}", "1:24 MS0405 down[0].to: must be later than from\n"},
      {"{handlers: [{match: {path: {prefx: /}}}]}",
       "1:29 MS0104 handlers[0].match.path.prefx: StringMatch has no field of this name (did you "
       "mean prefix?)\n"},
      {"{handlers: [{match: {path: {regex: '('}}}]}",
       "1:36 MS0212 handlers[0].match.path.regex: \"(\" is no regular expression: missing ): ( "
       "(Istio takes RE2 syntax)\n"},
      {"{handlers: [{path: /x}]}",
       "1:14 MS0104 handlers[0].path: Handler has no field of this name (path belongs into "
       "match)\n"},
      {"{rules: [{when: {nth: 5-3}, then: {}}]}",
       "1:23 MS0107 rules[0].when.nth: \"5-3\" is no list of numbers (write 3, \"1,3-5\" or "
       "\"9-\"; the first request is 1)\n"},
      {"{rules: [{when: {nth: '0'}, then: {}}]}",
       "1:23 MS0107 rules[0].when.nth: \"0\" is no list of numbers (write 3, \"1,3-5\" or "
       "\"9-\"; the first request is 1)\n"},
      {"{rules: [{when: {nth: '1,,2'}, then: {}}]}",
       "1:23 MS0107 rules[0].when.nth: \"1,,2\" is no list of numbers (write 3, \"1,3-5\" or "
       "\"9-\"; the first request is 1)\n"},
      {"{rules: [{when: {cycle: {of: 4, at: [5]}}, then: {}}]}",
       "1:37 MS0108 rules[0].when.cycle.at: 5 lies outside the cycle\n"},
      {"{rules: [{when: {after: 2s, before: 2s}, then: {}}]}",
       "1:37 MS0405 rules[0].when.before: must be later than after\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(complaint(row.text) == row.problems);
  }
}

TEST_CASE("behaviour_table: defaults for everybody") {
  const Scenario s = scenario_of("behaviour: {defaults: {workers: unlimited, queue: 0}}");
  CHECK(s.defaults.workers == 0);
  CHECK(s.defaults.queue == 0);
  CHECK(to_string(s.defaults.time) == "{lognormal: {mean: 5ms, cv: 1}}");
  CHECK(problems_of("behaviour: {default: {}}") ==
        "1:13 MS0104 spec.behaviour.default: BehaviourSection has no field of this name (did you "
        "mean defaults?)\n");
}
