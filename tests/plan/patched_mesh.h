// The small mesh with an EnvoyFilter, a load and a duration, compiled.
#pragma once

#include <string>

#include "tests/plan/plan_view.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh::testing {

/// A Scenario whose loads are these lines of a list.
inline std::string loads(const std::string& lines) {
  return "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: t}\nspec:\n  load:\n" +
         lines + "  run: {until: 1s}\n---\n";
}
inline std::string load_of(const std::string& target) {
  return "  - {from: client, to: {" + target + "}, open: {rate: 10}}\n";
}
inline const std::string web_load = loads(load_of("service: web"));

/// An EnvoyFilter of the client's namespace with these patches.
inline std::string envoy_filter(const std::string& patches) {
  return "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: limits}\n"
         "spec:\n  configPatches:\n" +
         patches + "---\n";
}
inline std::string envoy_patch(const std::string& target, const std::string& match,
                               const std::string& operation, const std::string& value) {
  return "  - applyTo: " + target + "\n    match: {" + match +
         "}\n    patch:\n      operation: " + operation + "\n      value: " + value + "\n";
}
inline std::string web_rule(const std::string& policy) {
  return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
         "spec: {host: web, trafficPolicy: " +
         policy + "}\n---\n";
}
inline std::string web_route(const std::string& rule) {
  return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
         "spec: {hosts: [web], http: [{route: [{destination: {host: web}}]" +
         rule + "}]}\n---\n";
}
inline PlanView patched(const std::string& objects, const std::string& load = web_load) {
  return PlanView(scenario_of(small_mesh + load + objects));
}
inline const std::string web_cluster = "outbound|80||web.default.svc.cluster.local";
inline const std::string get_web = "GET web/";

/// "code path: what" of the warnings about patches.
inline std::string warnings_of(const PlanView& view) {
  std::string text;
  for (const Diagnostic& d : view.problems) {
    if (d.path.starts_with("EnvoyFilter")) text += d.code + " " + d.path + ": " + d.what + "\n";
  }
  return text;
}

}  // namespace mesh::testing
