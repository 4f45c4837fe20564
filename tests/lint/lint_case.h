// A mesh of YAML linted, its findings as short text.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "libmesh/lint/lint.h"
#include "libmesh/plan/compile.h"
#include "tests/plan/yaml_mesh.h"
#include "tests/support/scenario_builder.h"

namespace mesh::testing {

/// Findings of one code.
inline std::vector<Diagnostic> findings(const Scenario& scenario, const std::string& code) {
  const CompileResult compiled = compile(scenario);
  REQUIRE(compiled.plan != nullptr);
  std::vector<Diagnostic> found;
  for (const Diagnostic& d : lint(scenario, *compiled.plan)) {
    if (d.code == code) found.push_back(d);
  }
  return found;
}

/// The small mesh (web-v1 with 2 pods, web-v2, other, client) plus objects, called on "web".
inline Scenario linted_mesh(const std::string& objects) {
  ScenarioBuilder b;
  b.load("web");
  Scenario scenario = b.scenario();
  scenario.resources = resources_of(small_mesh + objects);
  return scenario;
}

/// A DestinationRule of web with this traffic policy and subsets v1, v2.
inline std::string rule_of_web(const std::string& traffic_policy) {
  return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
         "spec:\n  host: web\n  trafficPolicy: " +
         traffic_policy +
         "\n  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}, "
         "{name: none, labels: {version: none}}]\n---\n";
}

}  // namespace mesh::testing
