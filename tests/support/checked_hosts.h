// A cluster of pods that can each fail their health checks on their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libmesh/engine/engine.h"
#include "tests/support/hand_plan.h"

namespace mesh::testing {

/// One proxy, one pod per workload, all of one cluster; round robin, no time passes on the way.
struct CheckedHosts {
  explicit CheckedHosts(std::uint32_t count, std::uint32_t workers = 0, Duration work = {}) {
    hand.plan().record.requests = true;
    client = hand.client("client", 1, true, 1);
    std::vector<HostPlan> hosts;
    for (std::uint32_t i = 0; i < count; ++i) {
      pods.push_back(
          hand.service("pod-" + std::to_string(i),
                       {.pods = 1, .workers = workers, .time = Distribution(Constant{work})}));
      hosts.push_back({endpoint(i)});
    }
    check = hand.plan().templates.add({.method = "GET", .path = "/healthz", .text = "health"});
    config().hosts = hosts;
    config().load_balancer.kind = LoadBalancerKind::RoundRobin;
    config().panic_threshold_percent = 0;
    HealthCheckPlan& plan = config().health_check;
    plan.kind = HealthCheckPlan::Kind::Http;
    plan.request = check;
    plan.timing = {.timeout = milliseconds(500),
                   .interval = seconds(1),
                   .unhealthy_threshold = 3,
                   .healthy_threshold = 2,
                   .no_traffic_interval = seconds(1)};
    for (std::uint32_t i = 0; i < count; ++i) {
      handlers.push_back(hand.plan().handlers.add({.name = "health"}));
      hand.plan().handlers[handlers.back()].answer.script = hand.plan().scripts.add({});
    }
  }

  ClusterConfig& config() { return hand.cluster_of(pods.front()); }
  HealthCheckConfig& timing() { return config().health_check.timing; }
  EndpointId endpoint(std::uint32_t pod) { return hand.plan().workloads[pods[pod]].first_endpoint; }

  /// In that span the pod answers health checks like this; spans of one pod one after the other.
  void answers(std::uint32_t pod, Duration from, Duration to, std::uint16_t status,
               ResponsePlan response = {}) {
    HandlerPlan& handler = hand.plan().handlers[handlers[pod]];
    if (handler.rules++ == 0) {
      handler.first_rule = static_cast<std::uint32_t>(hand.plan().rules.size());
    }
    RulePlan rule;
    rule.after = Instant{} + from;
    rule.before = Instant{} + to;
    rule.answer = handler.answer;
    rule.answer.status = status;
    hand.plan().responses.push_back(std::move(response));
    rule.answer.response = static_cast<std::uint32_t>(hand.plan().responses.size() - 1);
    hand.plan().rules.push_back(rule);
  }
  void down(std::uint32_t pod, Duration from, Duration to, bool drop) {
    hand.plan().downs.push_back({Instant{} + from, Instant{} + to, drop, false, pods[pod]});
  }
  void requests_every(Duration gap, Duration until) {
    std::vector<int> at;
    for (Duration t{}; t < until; t = t + gap) {
      at.push_back(static_cast<int>(t.ns / milliseconds(1).ns));
    }
    hand.requests_at(client, pods.front(), at);
  }

  std::shared_ptr<const Plan> build() {
    const auto plan = std::const_pointer_cast<Plan>(hand.build());
    for (std::size_t i = 0; i < pods.size(); ++i) {
      plan->workloads[pods[i]].handler_of[check] = handlers[i];
    }
    return plan;
  }
  std::shared_ptr<const RunRecord> run(Duration until, std::uint64_t seed = 1) {
    Engine engine(build(), seed);
    engine.run_until(Instant{} + until, {});
    return engine.record();
  }

  HandPlan hand;
  WorkloadId client;
  TemplateId check;
  std::vector<WorkloadId> pods;
  std::vector<HandlerId> handlers;
};

}  // namespace mesh::testing
