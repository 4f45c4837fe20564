// What a HorizontalPodAutoscaler does to small scenarios whose numbers one can work out.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::SmallScenario;

std::string hpa(const std::string& metrics, const std::string& more = "") {
  return "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
         "metadata: {name: server}\nspec:\n"
         "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: server}\n"
         "  minReplicas: 1\n  maxReplicas: 10\n  metrics: [" +
         metrics + "]\n" + more;
}
std::string cpu(int percent) {
  return "{type: Resource, resource: {name: cpu, target: {type: Utilization, "
         "averageUtilization: " +
         std::to_string(percent) + "}}}";
}
std::string pods(const std::string& name, const std::string& value) {
  return "{type: Pods, pods: {metric: {name: " + name +
         "}, target: {type: AverageValue, averageValue: " + value + "}}}";
}
const std::string requests_cpu = "{containers: [{name: app, resources: {requests: {cpu: 500m}}}]}";

/// "15s:2 30s:4": when the autoscaler has changed the replicas, and to how many.
std::string scalings(SmallScenario scenario, const std::string& autoscaler) {
  scenario.more += autoscaler;
  std::string yaml = scenario.yaml();
  const std::string plain = "{containers: [{name: app, image: example.com/app}]}";
  yaml.replace(yaml.find(plain), plain.size(), requests_cpu);
  const Scenario read = parse_scenario(yaml, "words.yaml");
  for (const Diagnostic& problem : read.diagnostics) {
    if (problem.severity == Severity::Error) FAIL_CHECK(to_string(problem));
  }
  const CompileResult result = compile(read);
  REQUIRE(result.plan != nullptr);
  const auto record = run(result.plan);
  std::string out;
  for (const Noted& note : record->events) {
    if (note.what != EventNote::Autoscale) continue;
    CHECK(record->names.workloads[note.proxy_workload] == "server");
    out += (out.empty() ? "" : " ") + std::to_string(note.at.ns / 1'000'000'000) +
           "s:" + std::to_string(note.detail);
  }
  return out;
}

TEST_CASE("words: an autoscaler by CPU, requests per second, requests in flight") {
  struct Row {
    const char *name, *server, *load;
    std::string metrics;
    const char* scalings;
  };
  // 10 requests/s of 40 ms are 400 milli-cores, 80 % of the request.
  const char* const steady = "open: {arrivals: constant, rate: 10}";
  for (const Row& row : {
           Row{"80 % where 80 % are wanted", "{workers: 50, time: 40ms, sidecar: false}", steady,
               cpu(80), ""},
           Row{"within a tenth", "{workers: 50, time: 40ms, sidecar: false}", steady, cpu(74), ""},
           Row{"80 % where 40 % are wanted are twice as many",
               "{workers: 50, time: 40ms, sidecar: false}", steady, cpu(40), "15s:2"},
           Row{"no faster than four more or twice as many",
               "{workers: 50, time: 40ms, sidecar: false}", steady, cpu(10), "15s:5"},
           Row{"work on shared cores is CPU, too",
               "{workers: 50, cpu: 2, time: 40ms, sidecar: false}", steady, cpu(40), "15s:2"},
           Row{"a CPU limit of 100m is all that it can use",
               "{workers: 50, cpu: {cores: 2, limit: 100m}, time: 40ms, sidecar: false}", steady,
               cpu(5), "15s:4"},
           Row{"sleeping costs no CPU",
               "{workers: 50, time: 0s, script: [{sleep: 40ms}], sidecar: false}", steady, cpu(40),
               ""},
           Row{"waiting for an answer costs no CPU",
               "{workers: 50, time: 0s, script: [{call: store}], sidecar: false}", steady, cpu(40),
               ""},
           Row{"requests per second", "{workers: 50, time: 40ms, sidecar: false}", steady,
               pods("http_requests_per_second", "5"), "15s:2"},
           Row{"requests in flight, of the very instant",
               "{workers: 50, time: 40s, sidecar: false}", "arrivals: [1s, 2s, 3s]",
               pods("http_requests_in_flight", "1500m"), "15s:2"},
           Row{"the largest of several", "{workers: 50, time: 40ms, sidecar: false}", steady,
               cpu(80) + ", " + pods("http_requests_per_second", "5"), "15s:2"},
           Row{"nobody serves the metric", "{workers: 50, time: 40ms, sidecar: false}", steady,
               pods("queue_depth", "5"), ""},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(scalings({.server = row.server, .load = row.load, .until = "44s"}, hpa(row.metrics)) ==
          row.scalings);
  }
}

TEST_CASE("words: an autoscaler goes down five minutes after the load, or as behavior says") {
  const SmallScenario burst{.server = "{workers: 50, time: 40ms, sidecar: false}",
                            .load = "open: {arrivals: constant, rate: 10}, stop: 60s",
                            .until = "400s"};
  CHECK(scalings(burst, hpa(cpu(40))) == "15s:2 360s:1");
  CHECK(
      scalings(burst, hpa(cpu(40), "  behavior: {scaleDown: {stabilizationWindowSeconds: 0}}\n")) ==
      "15s:2 75s:1");
  CHECK(scalings(burst, hpa(cpu(40), "  behavior: {scaleUp: {selectPolicy: Disabled}}\n")) == "");
}

}  // namespace
}  // namespace mesh
