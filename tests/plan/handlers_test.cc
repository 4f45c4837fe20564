// Handlers: what they inherit, which one answers, how scripts are laid out.
#include "libmesh/plan/handlers.h"

#include <doctest/doctest.h>

#include "tests/plan/plan_view.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using testing::exact;
using testing::PlanView;
using testing::prefix;
using testing::ScenarioBuilder;

const Distribution five_ms(Constant{milliseconds(5)});
const Distribution nine_ms(Constant{milliseconds(9)});

/// Service web with workload web, called on these paths.
ScenarioBuilder called_on(const std::vector<std::string>& paths) {
  ScenarioBuilder b;
  b.service("web").deployment("web").service("db").deployment("db");
  b.behaviour("db");
  LoadSpec& load = b.load("web");
  load.requests.clear();
  for (const std::string& path : paths) {
    load.requests.push_back({});
    load.requests.back().request.path = path;
  }
  return b;
}

TEST_CASE("handlers: what a handler leaves out it takes from the workload, then the defaults") {
  struct Row {
    const char* name;
    std::optional<Distribution> own_time, handler_time;
    bool own_script, handler_script;
    Distribution expected;
    std::size_t steps;
  };
  const Distribution by_default = BehaviourDefaults{}.time;
  const Row rows[] = {
      {"nothing at all: the default time", {}, {}, false, false, by_default, 0},
      {"the workload's time", five_ms, {}, false, false, five_ms, 0},
      {"the handler's time", five_ms, nine_ms, false, false, nine_ms, 0},
      {"a script alone is the whole work", {}, {}, false, true, Distribution(), 1},
      {"a script of the workload too", {}, {}, true, false, Distribution(), 1},
      {"time before a script when it is given", five_ms, {}, false, true, five_ms, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ScenarioBuilder b = called_on({"/x"});
    WorkloadBehaviour& own = b.behaviour("web");
    own.time = row.own_time;
    if (row.own_script) own.script = Script{WorkStep{nine_ms}};
    HandlerSpec handler;
    handler.path = prefix("/x");
    handler.time = row.handler_time;
    if (row.handler_script) handler.script = Script{SleepStep{nine_ms}};
    own.handlers.push_back(handler);
    const PlanView view(b.scenario());
    const HandlerPlan plan = view.handler("web", "GET web/x");
    CHECK(view.plan->distributions[plan.answer.time] == row.expected);
    CHECK(view.plan->scripts[plan.answer.script].count == row.steps);
  }
}

TEST_CASE("handlers: the first one that matches answers, else the workload's own") {
  ScenarioBuilder b = called_on({"/api/1", "/api/2", "/page"});
  WorkloadBehaviour& own = b.behaviour("web");
  own.error_rate = 0.25;
  own.error_status = 502;
  HandlerSpec first, second;
  first.name = "one";
  first.path = exact("/api/1");
  first.error_rate = 0.0;
  first.status = 201;
  second.path = prefix("/api");
  own.handlers = {first, second};
  const PlanView view(b.scenario());
  CHECK(view.handler("web", "GET web/api/1").name == "one");
  CHECK(view.handler("web", "GET web/api/1").error_rate == 0.0);
  CHECK(view.handler("web", "GET web/api/1").answer.status == 201);
  CHECK(view.handler("web", "GET web/api/2").name == "/api");
  CHECK(view.handler("web", "GET web/api/2").error_rate == 0.25);
  CHECK(view.handler("web", "GET web/api/2").error_status == 502);
  CHECK(view.handler("web", "GET web/page").name == "default");
}

TEST_CASE("handlers: scripts lie in a row, branches before the script that has them") {
  ScenarioBuilder b = called_on({"/"});
  ParallelStep parallel;
  parallel.branches = {Script{b.call("db", "/a")}, Script{WorkStep{five_ms}, b.call("db", "/b")}};
  b.behaviour("web").script = Script{WorkStep{nine_ms}, parallel, SleepStep{five_ms}};
  const PlanView view(b.scenario());
  const Plan& plan = *view.plan;
  const ScriptPlan script = plan.scripts[view.handler("web", "GET web/").answer.script];
  REQUIRE(script.count == 3);
  CHECK(plan.steps[script.first].kind == StepKind::Work);
  CHECK(plan.steps[script.first + 2].kind == StepKind::Sleep);
  const StepPlan& fork = plan.steps[script.first + 1];
  REQUIRE(fork.kind == StepKind::Parallel);
  REQUIRE(fork.branches == 2);
  const ScriptPlan second = plan.scripts[plan.branches[fork.first_branch + 1]];
  REQUIRE(second.count == 2);
  const CallPlan& call = plan.calls[plan.steps[second.first + 1].call];
  CHECK(plan.templates[call.request].text == "GET db/b");
  CHECK(plan.services[call.service].host == "db.default.svc.cluster.local");
}

TEST_CASE("handlers: a call keeps its timeout, its tolerance and its status") {
  ScenarioBuilder b = called_on({"/"});
  CallStep step = b.call("db");
  step.timeout = seconds(3);
  step.on_error = OnError::Ignore;
  step.status_on_error = 0;
  b.behaviour("web").script = Script{step};
  const PlanView view(b.scenario());
  const CallPlan& call = view.plan->calls[CallId{0}];
  CHECK(call.timeout == seconds(3));
  CHECK(call.ignore_error);
  CHECK(call.status_on_error == 0);
}

TEST_CASE("handlers: a call to an unknown service is a warning, its request gets 503 NC") {
  ScenarioBuilder b = called_on({"/"});
  b.calls("web", {"bd"});
  const PlanView view(b.scenario());
  CHECK(view.targets("web", "GET bd/") == "PassthroughCluster=1");
  CHECK(!view.knows("web", "PassthroughCluster"));
  CHECK(view.problems.count(Severity::Warning) == 2);
  CHECK(view.problems.items()[0].hint != "");
}

TEST_CASE("handlers: the path of a rule is the one received, with its query") {
  const auto rules_of = [](const std::string& received, const std::string& wanted) {
    ScenarioBuilder b = called_on({received});
    RuleSpec rule;
    rule.when.path = wanted;
    b.behaviour("web").rules = {rule};
    const PlanView view(b.scenario());
    const TemplateId id = view.plan->loads[LoadId{0}].requests[0].request;
    return view.plan->handlers[view.workload("web").handler_of[id]].rules;
  };
  CHECK(rules_of("/a", "/a") == 1);
  CHECK(rules_of("/a?x=1", "/a?x=1") == 1);
  CHECK(rules_of("/a?x=1", "/a") == 0);
  CHECK(rules_of("/a", "/a?x=1") == 0);
  CHECK(rules_of("/a?x=1", "/a?*") == 1);
  CHECK(rules_of("/a", "/a?*") == 1);
  CHECK(rules_of("/ab", "/a?*") == 0);
}

TEST_CASE("handlers: rules that a request cannot meet are left out of its handler") {
  ScenarioBuilder b = called_on({"/a", "/b"});
  LoadSpec& load = b.scenario().loads.back();
  load.requests.push_back(load.requests[0]);
  load.requests.back().request.headers = {{"x", "1"}};
  WorkloadBehaviour& own = b.behaviour("web");
  RuleSpec by_path, by_header, by_attempt;
  by_path.when.path = "/a";
  by_path.then.status = 500;
  by_header.when.headers = {{"X", "1"}};
  by_header.then.status = 501;
  by_attempt.when.headers = {{"x-envoy-attempt-count", "2"}};
  by_attempt.when.nth = {{1, 3}, {7, 7}};
  by_attempt.when.cycle_of = 4;
  by_attempt.when.cycle_at = {1, 3};
  by_attempt.then.time = nine_ms;
  own.rules = {by_path, by_header, by_attempt};
  const PlanView view(b.scenario());
  const auto statuses = [&view](const HandlerPlan& handler) {
    std::vector<std::uint16_t> out;
    for (std::uint32_t r = 0; r < handler.rules; ++r) {
      out.push_back(view.plan->rules[handler.first_rule + r].answer.status);
    }
    return out;
  };
  const auto handler_at = [&view](std::size_t request) {
    const TemplateId id = view.plan->loads[LoadId{0}].requests[request].request;
    return view.plan->handlers[view.workload("web").handler_of[id]];
  };
  CHECK(statuses(handler_at(0)) == std::vector<std::uint16_t>{500, 200});
  CHECK(statuses(handler_at(1)) == std::vector<std::uint16_t>{200});
  CHECK(statuses(handler_at(2)) == std::vector<std::uint16_t>{500, 501, 200});
  const RulePlan& attempt = view.plan->rules[handler_at(1).first_rule];
  CHECK(attempt.attempt == 2);
  CHECK(attempt.counts == 2);
  CHECK(view.plan->counts[attempt.first_count + 1].first == 7);
  CHECK(attempt.cycle_of == 4);
  CHECK(attempt.cycle_at == 0b101);
  CHECK(view.plan->distributions[attempt.answer.time] == nine_ms);
}

TEST_CASE("handlers: what a proxy reads in a response") {
  ScenarioBuilder b = called_on({"/"});
  WorkloadBehaviour& own = b.behaviour("web");
  own.response_headers = {{"grpc-status", "14"}, {"Connection", "close"}, {"x", "y"}};
  own.response_bytes = 512;
  const PlanView view(b.scenario());
  const ResponsePlan& response =
      view.plan->responses[view.handler("web", "GET web/").answer.response];
  CHECK(response.grpc_status == 14);
  CHECK(response.connection_close);
  CHECK(!response.envoy_ratelimited);
  CHECK(response.body_bytes == 512);
  CHECK(response.headers.size() == 3);
  CHECK(!response.load_report.has_value());
}

}  // namespace
}  // namespace mesh
