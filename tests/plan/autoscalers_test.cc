// HorizontalPodAutoscalers resolved to workloads: pods that they may make, what cannot be.
#include "libmesh/plan/autoscalers.h"

#include <doctest/doctest.h>

#include "libmesh/plan/compile.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

std::string hpa(const std::string& name, const std::string& target, const std::string& more = "") {
  return "\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: " +
         name + "}\nspec: {scaleTargetRef: {kind: Deployment, name: " + target +
         "}, maxReplicas: 7" + more + "}\n";
}

std::string codes(const CompileResult& result) {
  std::string text;
  for (const Diagnostic& problem : result.problems) {
    if (problem.path.starts_with("HorizontalPodAutoscaler")) text += problem.code + " ";
  }
  return text;
}

TEST_CASE("autoscalers: the pods that one may make have their places in the plan") {
  const CompileResult result =
      compile(testing::scenario_of(testing::small_mesh + hpa("web", "web-v1")));
  REQUIRE(result.plan != nullptr);
  REQUIRE(result.plan->autoscalers.size() == 1);
  const AutoscalerPlan& autoscaler = result.plan->autoscalers[0];
  CHECK(result.plan->workloads[autoscaler.workload].name == "web-v1");
  CHECK(result.plan->workloads[autoscaler.workload].reserved == 7);
  CHECK(result.plan->workloads[autoscaler.workload].replicas == 2);
  CHECK(autoscaler.to == never);
  CHECK(codes(result) == "MS0540 ");  // nobody requests CPU
}

TEST_CASE("autoscalers: what does not fit is named") {
  struct Row {
    const char* name;
    std::string yaml, codes;
  };
  const std::string by = ", metrics: [{type: Pods, pods: {metric: {name: ";
  const std::string value = "}, target: {type: AverageValue, averageValue: 5}}}]";
  for (const Row& row : {
           Row{"an unknown workload", hpa("web", "web-v9"), "MS0501 "},
           Row{"two for one workload",
               hpa("a", "web-v1", by + "http_requests_per_second" + value) +
                   hpa("b", "web-v1", by + "http_requests_in_flight" + value),
               "MS0541 "},
           Row{"an unknown metric", hpa("a", "web-v1", by + "queue_depth" + value), "MS0540 "},
           Row{"a known one", hpa("a", "web-v1", by + "http_requests_in_flight" + value), ""},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(codes(compile(testing::scenario_of(testing::small_mesh + row.yaml))) == row.codes);
  }
}

}  // namespace
}  // namespace mesh
