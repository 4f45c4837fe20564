// HorizontalPodAutoscalers: what is read, what is refused.
#include <doctest/doctest.h>

#include "libmesh/spec/k8s/tables.h"
#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::read_text;

std::string autoscaler(const std::string& fields, const std::string& limits = "maxReplicas: 9") {
  return "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: cart}\n"
         "spec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}\n  " +
         limits + "\n" + testing::indented(fields, 2);
}

TEST_CASE("horizontal_pod_autoscaler: without metrics it keeps 80 % of the requested CPU") {
  const auto result = read_text(autoscaler(""));
  CHECK(result.problems.empty());
  const k8s::HorizontalPodAutoscaler& hpa = result.resources.autoscalers.at(0);
  CHECK(hpa.target_name == "cart");
  CHECK(hpa.config == AutoscalerConfig{.min_replicas = 1, .max_replicas = 9});
  REQUIRE(hpa.metrics.size() == 1);
  CHECK(hpa.metrics[0].name == "cpu");
  CHECK(hpa.metrics[0].target == MetricTarget{MetricTarget::Kind::Utilization, 80});
}

TEST_CASE("horizontal_pod_autoscaler: metrics and behavior") {
  const auto result = read_text(autoscaler(R"(metrics:
- type: Resource
  resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}
- type: Pods
  pods: {metric: {name: http_requests_per_second}, target: {type: AverageValue, averageValue: 500m}}
behavior:
  scaleUp:
    stabilizationWindowSeconds: 30
    selectPolicy: Min
    policies: [{type: Pods, value: 2, periodSeconds: 60}]
    tolerance: 50m
  scaleDown: {selectPolicy: Disabled}
)"));
  CHECK_EQ(testing::complaints(result.problems, Severity::Info), "");
  const k8s::HorizontalPodAutoscaler& hpa = result.resources.autoscalers.at(0);
  REQUIRE(hpa.metrics.size() == 2);
  CHECK(hpa.metrics[0].target == MetricTarget{MetricTarget::Kind::Utilization, 60});
  CHECK(hpa.metrics[1].source == k8s::AutoscalerMetric::Source::Pods);
  CHECK(hpa.metrics[1].target == MetricTarget{MetricTarget::Kind::AverageValue, 500});
  CHECK(hpa.config.up == ScalingRules{.stabilization = seconds(30),
                                      .select = SelectPolicy::Min,
                                      .policies = {{ScalingPolicy::Kind::Pods, 2, minutes(1)}},
                                      .tolerance = 0.05});
  CHECK(hpa.config.down.select == SelectPolicy::Disabled);
  CHECK(hpa.config.down.stabilization == minutes(5));
}

TEST_CASE("horizontal_pod_autoscaler: what the API server refuses") {
  struct Row {
    const char *name, *fields, *limits, *expected;
  };
  for (const Row& row : {
           Row{"no maximum", "", "minReplicas: 1", "error MS0105 spec: maxReplicas is required"},
           Row{"a minimum above it", "", "{}: ", nullptr},
           Row{"no policy", "behavior: {scaleUp: {policies: []}}", "maxReplicas: 9",
               "error MS0105 spec.behavior.scaleUp.policies: at least one policy is needed"},
           Row{"no pods", "metrics: [{type: Pods}]", "maxReplicas: 9",
               "error MS0105 spec.metrics[0]: pods is missing"},
       }) {
    CAPTURE(std::string(row.name));
    if (row.expected == nullptr) {
      CHECK(testing::complaints(autoscaler("minReplicas: 3", "maxReplicas: 2")) ==
            "error MS0108 spec.minReplicas: must not be above maxReplicas");
      continue;
    }
    CHECK_EQ(testing::complaints(autoscaler(row.fields, row.limits)), row.expected);
  }
}

}  // namespace
}  // namespace mesh
