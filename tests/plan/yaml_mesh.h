// Scenarios from YAML text, for tests of the compiler.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "libmesh/spec/scenario.h"

namespace mesh::testing {

/// Resources and a Scenario document in one text; errors of reading fail the test.
inline Scenario scenario_of(const std::string& text) {
  Scenario scenario = parse_scenario(text, "test.yaml");
  for (const Diagnostic& d : scenario.diagnostics) {
    if (d.severity == Severity::Error) FAIL_CHECK(to_string(d));
  }
  return scenario;
}

/// Resources alone.
inline Resources resources_of(const std::string& text) {
  Diagnostics problems;
  const std::vector<YamlNode> documents = parse_yaml(text, "test.yaml", problems);
  Resources resources = read_resources(documents, problems);
  for (const Diagnostic& d : problems) {
    if (d.severity == Severity::Error) FAIL_CHECK(to_string(d));
  }
  return resources;
}

/// Service "web" on port 80 with deployments web-v1 (2 pods) and web-v2, service "other" on ports
/// 80 and 8080, and the workload "client" in namespace default.
inline const std::string small_mesh = R"(
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {selector: {app: other}, ports: [{name: http, port: 80}, {name: http-admin, port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-v1}
spec:
  replicas: 2
  selector: {matchLabels: {app: web, version: v1}}
  template:
    metadata: {labels: {app: web, version: v1}}
    spec: {containers: [{name: app, image: app}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-v2}
spec:
  selector: {matchLabels: {app: web, version: v2}}
  template:
    metadata: {labels: {app: web, version: v2}}
    spec: {containers: [{name: app, image: app}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec:
  selector: {matchLabels: {app: other}}
  template:
    metadata: {labels: {app: other}}
    spec: {containers: [{name: app, image: app}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: client}
spec:
  selector: {matchLabels: {app: client}}
  template:
    metadata: {labels: {app: client, team: shop}}
    spec: {containers: [{name: app, image: app}]}
---
)";

}  // namespace mesh::testing
