// Random words about processes, autoscalers and limits of containers.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/dice.h"

namespace mesh::testing {

/// Has dice of its own, so that what else is drawn does not depend on these words.
class RandomLives : private Dice {
 public:
  explicit RandomLives(std::uint64_t seed) : Dice(seed ^ 0x6c69766573u) {}

  /// Rows of a behaviour, each behind `indent`.
  std::string words(const std::string& indent) {
    std::string out;
    const auto row = [&](const std::string& line) { out += indent + line + "\n"; };
    if (rarely()) row("startUp: {time: {exponential: {mean: " + ms(1, 900) + "}}}");
    if (rarely()) row("warmUp: {for: " + ms(1, 3000) + ", factor: " + text(1 + below(6)) + "}");
    if (rarely()) {
      row("pauses: {every: {list: [" + ms(0, 900) + ", 300ms, " + ms(0, 2000) +
          ", 5h]}, for: " + law(1) + "}");
    }
    if (rarely()) row("memory: {base: 1Mi, perRequest: " + text(1 + below(300)) + "Ki}");
    if (rarely()) {
      const char* const states[] = {"inFlight", "queue", "memory"};
      row("slowdown: {by: " + std::string(states[below(3)]) + ", points: [[0, 0.5], [" +
          text(1 + below(9)) + ", 1], [1Mi, " + text(1 + below(4)) + "]]}");
    }
    return out;
  }
  /// Of a container.
  std::string resources() {
    return rarely() ? ", resources: {limits: {memory: 2Mi}, requests: {cpu: 100m}}" : "";
  }
  std::string autoscaler(const std::string& workload) {
    if (!rarely()) return "";
    return "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: " +
           workload + "}\nspec:\n  scaleTargetRef: {kind: Deployment, name: " + workload +
           "}\n  maxReplicas: " + text(1 + below(5)) +
           "\n  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, "
           "averageUtilization: 50}}}, {type: Pods, pods: {metric: {name: "
           "http_requests_in_flight}, target: {type: AverageValue, averageValue: 100m}}}]\n";
  }
  /// A crash whose pods come back by themselves.
  bool restarts() { return flip(); }

 private:
  std::string law(std::uint32_t least) {
    if (flip()) return ms(least, least + 200);
    return "{exponential: {mean: " + ms(least, least + 100) + "}}";
  }
};

}  // namespace mesh::testing
