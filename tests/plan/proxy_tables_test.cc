// What is listed for the proxies of one workload, and what is reported instead.
#include "libmesh/plan/proxy_tables.h"

#include <doctest/doctest.h>

#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

ProxyTables tables_of(const std::string& objects, const std::string& workload,
                      Diagnostics& problems) {
  Scenario scenario;
  scenario.resources = testing::resources_of(testing::small_mesh + objects);
  return proxy_tables(scenario, workload, problems);
}

TEST_CASE("proxy_tables: one listener per HTTP port, one per TCP port of each service") {
  Diagnostics problems;
  const ProxyTables tables = tables_of(
      "apiVersion: v1\nkind: Service\nmetadata: {name: mixed}\nspec: {selector: {app: x}, ports: "
      "[{name: http, port: 80}, {name: tcp-a, port: 7}, {name: dns, port: 53, protocol: UDP}]}\n",
      "client", problems);
  REQUIRE(tables.plan != nullptr);
  REQUIRE(tables.listeners.size() == 3);  // 8080 is that of "other"
  CHECK(tables.listeners[0].port == 80);
  CHECK_FALSE(tables.listeners[0].virtual_hosts.empty());
  CHECK(tables.listeners[2].port == 7);
  CHECK(tables.plan->clusters[tables.listeners[2].cluster] ==
        "outbound|7||mixed.default.svc.cluster.local");
  CHECK(tables.clusters.size() == tables.plan->clusters.size());
}

TEST_CASE("proxy_tables: the receiving side has the ports of the pod, with the pool's limits") {
  Diagnostics problems;
  const char* rule =
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\nspec: "
      "{host: web, trafficPolicy: {connectionPool: {tcp: {maxConnections: 3}}}}\n";
  const ProxyTables limited = tables_of(rule, "web-v1", problems);
  REQUIRE(limited.inbound.size() == 1);
  CHECK(limited.inbound[0].service_host == "web.default.svc.cluster.local");
  REQUIRE(limited.inbound[0].limits.valid());
  CHECK(limited.plan->cluster_configs[limited.inbound[0].limits].breaker.max_connections == 3);
  CHECK_FALSE(tables_of("", "web-v1", problems).inbound.at(0).limits.valid());
  CHECK(tables_of("", "client", problems).inbound.empty());
}

TEST_CASE("proxy_tables: a workload with neither side of a sidecar has nothing to list") {
  Diagnostics problems;
  Scenario scenario;
  scenario.resources = testing::resources_of(testing::small_mesh);
  scenario.behaviour.push_back({});
  scenario.behaviour.back().workload = "web-v1";
  scenario.behaviour.back().sidecar = false;
  CHECK(proxy_tables(scenario, "web-v1", problems).plan == nullptr);
  REQUIRE(problems.has_errors());
  CHECK(problems.begin()->what == "web-v1 has no proxy");
}

TEST_CASE("proxy_tables: an unknown workload is an error with a suggestion") {
  Diagnostics problems;
  CHECK(tables_of("", "clint", problems).plan == nullptr);
  REQUIRE(problems.has_errors());
  CHECK(problems.begin()->hint.find("client") != std::string::npos);
}

}  // namespace
}  // namespace mesh
