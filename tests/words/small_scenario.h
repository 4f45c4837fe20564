// One server, one client, a network that takes no time: scenarios whose answers one can work out.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "libmesh/mesh.h"

namespace mesh::testing {

/// Words of a scenario; what is left out is as plain as can be. A second service `store` answers
/// after 2 ms.
struct SmallScenario {
  std::string server;  // behaviour of `server`, in flow style
  std::string load = "arrivals: [0s]";
  std::string store = "{time: 2ms, workers: unlimited, sidecar: false}";
  std::string until = "10s";
  std::string more = {};    // lines of the spec
  std::string stores = {};  // of behaviour: caches, pools, topics; one line

  std::string yaml() const {
    return "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: words}\nspec:\n"
           "  platform: {network: {sameZone: {rtt: 0s}}, sidecar: {cost: 0s}}\n"
           "  behaviour:\n    " +
           (stores.empty() ? "" : stores + "\n    ") + "workloads:\n      server: " + server +
           "\n      store: " + store + "\n  load:\n  - {name: users, to: {service: server}, " +
           load + "}\n  run: {until: " + until + "}\n  record: {requests: {sample: 100%}}\n" +
           more + "---\n" + service("server") + "---\n" + service("store") +
           // No proxy tries again unless a scenario says so.
           "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: "
           "istio-system}\ndata:\n  mesh: |-\n    defaultHttpRetryPolicy: {attempts: 0}\n";
  }
  std::shared_ptr<const Plan> plan() const {
    const Scenario scenario = parse_scenario(yaml(), "words.yaml");
    for (const Diagnostic& problem : scenario.diagnostics) {
      if (problem.severity == Severity::Error) FAIL_CHECK(to_string(problem));
    }
    REQUIRE(!scenario.diagnostics.has_errors());
    const CompileResult result = compile(scenario);
    REQUIRE(result.plan != nullptr);
    return result.plan;
  }
  std::shared_ptr<const RunRecord> run() const { return mesh::run(plan()); }

 private:
  static std::string service(const std::string& name) {
    return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
           "}\nspec: {selector: {app: " + name + "}, ports: [{name: http, port: 80}]}\n---\n" +
           "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
           "}\nspec:\n  selector: {matchLabels: {app: " + name +
           "}}\n  template:\n    metadata: {labels: {app: " + name +
           "}}\n    spec: {containers: [{name: app, image: example.com/app}]}\n";
  }
};

/// "200@10 503@0.5": status and milliseconds of each request of the load, in order of creation.
inline std::string answers(const RunRecord& record, bool of_loads = true) {
  const RequestTable& t = record.requests;
  std::vector<std::size_t> order(t.id.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return t.id[a] < t.id[b]; });
  std::string out;
  for (const std::size_t i : order) {
    if ((t.id[i] == t.root[i]) != of_loads) continue;
    const double us = std::round(static_cast<double>(t.ended_ns[i] - t.started_ns[i]) * 1e-3);
    std::string ms = std::to_string(us * 1e-3);
    while (ms.back() == '0') ms.pop_back();
    if (ms.back() == '.') ms.pop_back();
    out += (out.empty() ? "" : " ") + std::to_string(t.code[i]) + "@" + ms;
  }
  return out;
}

}  // namespace mesh::testing
