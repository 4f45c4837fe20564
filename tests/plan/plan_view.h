// A compiled scenario with its tables looked up by name, for tests.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "libmesh/plan/compile.h"

namespace mesh::testing {

class PlanView {
 public:
  explicit PlanView(const Scenario& scenario) {
    CompileResult result = compile(scenario);
    for (const Diagnostic& d : result.problems) {
      if (d.severity == Severity::Error) FAIL_CHECK(to_string(d));
    }
    plan = result.plan;
    problems = result.problems;
    REQUIRE(plan != nullptr);
  }

  WorkloadId id(const std::string& name) const {
    for (std::uint32_t w = 0; w < plan->workloads.size(); ++w) {
      if (plan->workloads[WorkloadId{w}].name == name) return WorkloadId{w};
    }
    FAIL("no workload " << name);
    return {};
  }
  const WorkloadPlan& workload(const std::string& name) const { return plan->workloads[id(name)]; }

  TemplateId request(const std::string& text) const {
    for (std::uint32_t t = 0; t < plan->templates.size(); ++t) {
      if (plan->templates[TemplateId{t}].text == text) return TemplateId{t};
    }
    FAIL("no request " << text);
    return {};
  }
  const ResolvedRoute& resolved(const std::string& from, const std::string& text,
                                std::size_t version = 0) const {
    const auto& route_of = plan->versions.at(version).proxies[id(from)].route_of;
    REQUIRE(route_of.contains(request(text)));
    return route_of[request(text)];
  }
  const RoutePlan& route(const std::string& from, const std::string& text,
                         std::size_t version = 0) const {
    const ResolvedRoute& found = resolved(from, text, version);
    REQUIRE(found.route.valid());
    return plan->routes[found.route];
  }
  bool has_route(const std::string& from, const std::string& text) const {
    return resolved(from, text).route.valid();
  }
  /// "cluster=weight cluster=weight"; "404" without a route.
  std::string targets(const std::string& from, const std::string& text,
                      std::size_t version = 0) const {
    const ResolvedRoute& found = resolved(from, text, version);
    if (!found.route.valid()) return "404";
    std::string out;
    for (const WeightedCluster& target : plan->routes[found.route].clusters) {
      if (!out.empty()) out += " ";
      out += plan->clusters[target.cluster] + "=" + std::to_string(target.weight);
    }
    return out;
  }
  const RequestTemplate& upstream(const std::string& from, const std::string& text) const {
    return plan->templates[resolved(from, text).upstream];
  }
  bool knows(const std::string& from, const std::string& cluster) const {
    for (std::uint32_t c = 0; c < plan->clusters.size(); ++c) {
      if (plan->clusters[ClusterId{c}] != cluster) continue;
      return plan->versions.front().proxies[id(from)].cluster_of[ClusterId{c}].valid();
    }
    return false;
  }
  const ClusterConfig& cluster(const std::string& from, const std::string& name,
                               std::size_t version = 0) const {
    for (std::uint32_t c = 0; c < plan->clusters.size(); ++c) {
      if (plan->clusters[ClusterId{c}] != name) continue;
      const auto config = plan->versions.at(version).proxies[id(from)].cluster_of[ClusterId{c}];
      REQUIRE(config.valid());
      return plan->cluster_configs[config];
    }
    FAIL("no cluster " << name);
    return plan->cluster_configs[ClusterConfigId{0}];
  }
  HandlerPlan handler(const std::string& at, const std::string& text) const {
    const auto& handler_of = workload(at).handler_of;
    REQUIRE(handler_of.contains(request(text)));
    return plan->handlers[handler_of[request(text)]];
  }

  std::shared_ptr<const Plan> plan;
  Diagnostics problems;
};

}  // namespace mesh::testing
