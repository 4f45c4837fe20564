// The frame of a bootstrap: listeners, what every proxy has, the receiving side.
#include "libmesh/export/envoy_bootstrap.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

using nlohmann::json;

json bootstrap_of(const std::string& workload, const BootstrapOptions& options = {}) {
  Scenario scenario;
  scenario.resources = testing::resources_of(testing::small_mesh);
  Diagnostics problems;
  const ProxyTables tables = proxy_tables(scenario, workload, problems);
  REQUIRE(tables.plan != nullptr);
  return json::parse(envoy_bootstrap(tables, options));
}

std::string names(const json& resources) {
  std::string out;
  for (const json& resource : resources) {
    out += (out.empty() ? "" : " ") + resource["name"].get<std::string>();
  }
  return out;
}

TEST_CASE("envoy_bootstrap: a caller has a listener per port and the clusters of the mesh") {
  const json document = bootstrap_of("client");
  const json& resources = document["static_resources"];
  CHECK(names(resources["listeners"]) == "outbound_0.0.0.0_80 outbound_0.0.0.0_8080");
  CHECK(names(resources["clusters"]) ==
        "outbound|80||web.default.svc.cluster.local outbound|80||other.default.svc.cluster.local "
        "outbound|8080||other.default.svc.cluster.local BlackHoleCluster PassthroughCluster");
  CHECK(document["node"]["id"] == "sidecar~client.default");
}

TEST_CASE("envoy_bootstrap: the filters stand in the order in which requests pass them") {
  const json document = bootstrap_of("client");
  const json& manager =
      document["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0];
  CHECK(names(manager["typed_config"]["http_filters"]) ==
        "envoy.filters.http.fault envoy.filters.http.cors envoy.filters.http.router");
}

TEST_CASE("envoy_bootstrap: one port alone, at an address of one's choice") {
  const json document = bootstrap_of("client", {.listen = "127.0.0.9", .port = 8080});
  const json& listeners = document["static_resources"]["listeners"];
  CHECK(names(listeners) == "outbound_0.0.0.0_8080");
  const json& address = listeners[0]["address"]["socket_address"];
  CHECK(address["address"] == "127.0.0.9");
  CHECK(address["port_value"] == 0);
  CHECK(document["admin"]["address"]["socket_address"]["address"] == "127.0.0.9");
}

TEST_CASE("envoy_bootstrap: who is called has an inbound listener before the application") {
  const json document = bootstrap_of("web-v1", {.port = 80});
  const json& resources = document["static_resources"];
  CHECK(names(resources["listeners"]) == "outbound_0.0.0.0_80 inbound_0.0.0.0_8080");
  const json& inbound = resources["clusters"].back();
  CHECK(inbound["name"] == "inbound|8080||");
  CHECK(inbound["load_assignment"]["endpoints"][0]["lb_endpoints"].size() == 1);
}

}  // namespace
}  // namespace mesh
