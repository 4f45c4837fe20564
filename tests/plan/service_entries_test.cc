// ServiceEntries and WorkloadEntries as services with endpoints.
#include "libmesh/plan/service_entries.h"

#include <doctest/doctest.h>

#include "tests/plan/plan_view.h"
#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

using testing::VersionBench;

std::string service_entry(const std::string& spec) {
  return "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: shop}\nspec:\n"
         "  hosts: [shop.example.com]\n  ports: [{number: 80, name: http, protocol: HTTP}]\n" +
         spec + "---\n";
}
std::string workload_entry(const std::string& name, const std::string& spec) {
  return "apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {name: " + name +
         "}\nspec: " + spec + "\n---\n";
}

/// "shop-0@10.9.0.1:8080*2 …": endpoints of a cluster as the client sees it.
std::string hosts(const std::string& yaml, const std::string& cluster) {
  Scenario scenario;
  scenario.resources = testing::resources_of(testing::small_mesh + yaml);
  VersionBench bench(scenario);
  const ClusterConfig* config = bench.cluster(bench.workload("client"), cluster);
  if (config == nullptr) return "unknown";
  std::string text;
  for (const HostPlan& host : config->hosts) {
    const EndpointPlan& endpoint = bench.draft.plan.endpoints[host.endpoint];
    if (!text.empty()) text += " ";
    text += endpoint.name + "@" + endpoint.address + ":" + std::to_string(host.port);
    if (host.weight != 1) text += "*" + std::to_string(host.weight);
  }
  return text;
}

const std::string shop = "outbound|80||shop.example.com";

TEST_CASE("service_entries: endpoints that are no pods become pods named after the entry") {
  CHECK(hosts(service_entry("  resolution: STATIC\n  endpoints:\n"
                            "  - {address: 10.9.0.1, ports: {http: 8080}, weight: 2}\n"
                            "  - {address: 10.9.0.7}\n"),
              shop) == "shop-0@10.9.0.1:8080*2 shop-1@10.9.0.7:80");
}

TEST_CASE("service_entries: a host that DNS resolves is one machine") {
  CHECK(hosts(service_entry("  resolution: DNS\n"), shop) == "shop-0@shop.example.com:80");
  CHECK(hosts(service_entry("  resolution: NONE\n"), shop) == "shop-0@shop.example.com:80");
  CHECK(hosts(service_entry("  resolution: STATIC\n"), shop) == "");
}

TEST_CASE("service_entries: a selector takes pods and WorkloadEntries of the namespace") {
  CHECK(hosts(service_entry("  resolution: STATIC\n  workloadSelector: {labels: {app: other}}\n") +
                  workload_entry("vm", "{address: 10.9.0.5, labels: {app: other}}"),
              shop) == "other-0@10.0.2.1:80 vm-0@10.9.0.5:80");
}

TEST_CASE("service_entries: Services select WorkloadEntries, subsets choose among them") {
  const std::string subsets =
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: other}\n"
      "spec: {host: other, subsets: [{name: vm, labels: {on: vm}}]}\n---\n";
  const std::string vm =
      workload_entry("vm", "{address: 10.9.0.5, labels: {app: other, on: vm}, weight: 3}");
  CHECK(hosts(vm, "outbound|80||other.default.svc.cluster.local") ==
        "other-0@10.0.2.1:80 vm-0@10.9.0.5:80*3");
  CHECK(hosts(subsets + vm, "outbound|80|vm|other.default.svc.cluster.local") ==
        "vm-0@10.9.0.5:80*3");
}

TEST_CASE("service_entries: a Deployment of the entry's name keeps its name") {
  const std::string yaml =
      "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: client}\n"
      "spec: {hosts: [a.com], resolution: DNS, ports: [{number: 80, name: http}]}\n";
  CHECK(hosts(yaml, "outbound|80||a.com") == "client-2-0@a.com:80");
}

TEST_CASE("service_entries: requests to the host are routed, with the entry's behaviour") {
  const testing::PlanView view(testing::scenario_of(
      testing::small_mesh + service_entry("  resolution: DNS\n") +
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: t}\nspec:\n"
      "  behaviour: {workloads: {shop: {time: 7ms}}}\n"
      "  load:\n  - name: l\n    from: client\n    to: {service: shop.example.com}\n"
      "    open: {rate: 1}\n  run: {until: 1s}\n"));
  CHECK(view.targets("client", "GET shop.example.com/") == shop + "=1");
  CHECK_FALSE(view.workload("shop").has_sidecar);
  for (const Diagnostic& d : view.problems) CHECK_FALSE(d.code == plan_code::unknown_host.id);
}

}  // namespace
}  // namespace mesh
