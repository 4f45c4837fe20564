// Failures resolved to workloads.
#include "libmesh/plan/faults.h"

#include <doctest/doctest.h>

#include "tests/plan/plan_view.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using Kind = FaultSpec::Kind;

FaultSpec fault(Kind kind, const std::string& workload) {
  FaultSpec spec;
  spec.kind = kind;
  spec.at = seconds(5);
  spec.pods.workload = workload;
  return spec;
}

Scenario with(const FaultSpec& spec) {
  testing::ScenarioBuilder b;
  b.service("web").deployment("web", "", 3).deployment("web.shop");
  b.scenario().faults.push_back(spec);
  return b.scenario();
}

TEST_CASE("faults: kinds, times, texts") {
  FaultSpec slow = fault(Kind::Slow, "web.default");
  slow.factor = 2.5;
  slow.lasting = seconds(10);
  FaultSpec delay = fault(Kind::Delay, "web.default");
  delay.delay = Distribution(Constant{milliseconds(20)});
  FaultSpec errors = fault(Kind::Errors, "web.default");
  errors.status = 502;
  errors.share = 0.25;
  struct Row {
    FaultSpec spec;
    FaultKind kind;
    const char* text;
  };
  const Row rows[] = {{fault(Kind::Crash, "web.default"), FaultKind::Crash, "crash web.default"},
                      {slow, FaultKind::Slow, "slow web.default x2.5"},
                      {delay, FaultKind::Delay, "delay web.default by 20ms"},
                      {errors, FaultKind::Errors, "errors 502 from web.default"},
                      {fault(Kind::Hang, "web.default"), FaultKind::Hang, "hang web.default"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const testing::PlanView view(with(row.spec));
    const FaultPlan& plan = view.plan->faults[FaultId{0}];
    CHECK(plan.kind == row.kind);
    CHECK(plan.text == row.text);
    CHECK(plan.from == Instant{} + seconds(5));
    CHECK(plan.to == (row.spec.lasting ? Instant{} + seconds(15) : never));
    CHECK(plan.replicas == 3);
    CHECK(plan.factor == row.spec.factor);
    CHECK(plan.share == row.spec.share);
    CHECK(plan.status == row.spec.status);
    CHECK(view.plan->distributions[plan.delay] == row.spec.delay);
  }
}

TEST_CASE("faults: no more pods than there are, and a warning when more are asked for") {
  FaultSpec crash = fault(Kind::Crash, "web.default");
  crash.pods.replicas = 2;
  CHECK(testing::PlanView(with(crash)).plan->faults[FaultId{0}].replicas == 2);
  crash.pods.replicas = 7;
  const testing::PlanView view(with(crash));
  CHECK(view.plan->faults[FaultId{0}].replicas == 3);
  CHECK(view.problems.items().at(0).code == "MS0514");
}

TEST_CASE("faults: a name that two namespaces have is refused, an unknown one too") {
  const CompileResult two = compile(with(fault(Kind::Crash, "web")));
  CHECK(two.plan == nullptr);
  CHECK(two.problems.items().at(0).code == "MS0502");
  CHECK(compile(with(fault(Kind::Crash, "wbe"))).plan == nullptr);
}

}  // namespace
}  // namespace mesh
