// Istio's own tables of sidecar and gateway routing, read as data.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/plan/version_bench.h"
#include "tests/support/paths.h"

namespace mesh {
namespace {

using nlohmann::json;
using testing::VersionBench;

/// One row of a table: its objects, and the proxy as a workload.
struct TableCase {
  explicit TableCase(const json& row) {
    Diagnostics problems;
    const std::string text = row.value("config", "") + "\n---\n" + row.value("kubernetes", "");
    const std::vector<YamlNode> objects = parse_yaml(text, "table.yaml", problems);
    for (const YamlNode& object : objects) {
      const YamlNode* kind = object.find("kind");
      foreign = foreign || (kind != nullptr && kind->scalar != "Service" &&
                            kind->scalar != "VirtualService" && kind->scalar != "Gateway");
    }
    foreign = foreign || row.contains("mesh");
    scenario.resources = read_resources(objects, problems);
    k8s::Workload proxy;
    proxy.metadata.name = "proxy";
    proxy.metadata.name_space = row["proxy"]["namespace"];
    for (const auto& [key, value] : row["proxy"]["labels"].items()) {
      proxy.pod_labels[key] = value.get<std::string>();
    }
    is_gateway = row["proxy"]["type"] == "router";
    scenario.resources.workloads.push_back(proxy);
    bench = std::make_unique<VersionBench>(scenario);
    client = bench->workload("proxy", proxy.metadata.name_space);
  }

  Scenario scenario;
  std::unique_ptr<VersionBench> bench;
  WorkloadId client;
  bool foreign = false, is_gateway = false;
};

std::optional<json> table(const std::string& name) {
  const auto shared = testing::shared_dir();
  if (!shared || !std::filesystem::exists(*shared / "fixtures" / "istio-sim")) {
    MESSAGE("Istio's tables are absent: skipped");
    return std::nullopt;
  }
  return json::parse(testing::read_file(*shared / "fixtures" / "istio-sim" / (name + ".json")));
}

/// The tables have no cluster domain: "a" of namespace default is "a.default" there.
std::string without_domain(std::string cluster) {
  const std::size_t at = cluster.find(service_suffix);
  return at == std::string::npos ? cluster : cluster.substr(0, at);
}

TEST_CASE("istio#19-22: which VirtualService a sidecar uses for a host") {
  const auto rows = table("sidecar-routes");
  if (!rows) return;
  std::size_t compared = 0;
  for (const json& row : (*rows)["cases"]) {
    TableCase c(row);
    if (c.foreign) continue;
    for (const json& expected : row["routes"]) {
      const auto port =
          static_cast<std::uint32_t>(std::stoul(expected["route_config"].get<std::string>()));
      for (const auto& [host, clusters] : expected["hosts"].items()) {
        CAPTURE(row["name"].get<std::string>());
        CAPTURE(host);
        json ours = json::array();
        for (const RoutePlan& route : c.bench->router.routes_for(c.client, host, port)) {
          // The table asks for a virtual host of that very name.
          if (route.virtual_host != host + ":" + std::to_string(port)) continue;
          for (const WeightedCluster& target : route.clusters) {
            ours.push_back(c.bench->draft.plan.clusters[target.cluster]);
          }
        }
        CHECK(ours == (clusters.is_null() ? json::array() : clusters));
        ++compared;
      }
    }
  }
  MESSAGE(compared, " virtual hosts compared");
  CHECK(compared > 10);
}

TEST_CASE("istio#31-38: virtual hosts and routes at gateways") {
  std::size_t compared = 0;
  for (const char* name : {"http-gateway", "gateway-conflicts"}) {
    const auto rows = table(name);
    if (!rows) return;
    for (const json& row : (*rows)["cases"]) {
      TableCase c(row);
      if (c.foreign) continue;
      for (const json& entry : row["calls"]) {
        const json& call = entry["call"];
        const json& result = entry["result"];
        if (call["protocol"] != "http" || call["tls"] != "plaintext") continue;
        if (call.contains("headers")) continue;  // forwarded headers are not trusted here
        CAPTURE(row["name"].get<std::string>());
        CAPTURE(call.dump());
        RequestTemplate request;
        request.method = "GET";
        request.authority = call["host"];
        request.path = call["path"];
        request.port = call["port"];
        const ResolvedRoute resolved =
            c.bench->router.resolve(c.client, c.bench->draft.intern(request));
        ++compared;
        const std::string error = result.value("error", "");
        if (error.starts_with("no ")) {
          CHECK(!resolved.route.valid());
          continue;
        }
        REQUIRE(resolved.route.valid());
        const RoutePlan& route = c.bench->draft.plan.routes[resolved.route];
        CHECK(route.virtual_host == result["virtualHost"].get<std::string>());
        if (error.starts_with("tls required")) {
          CHECK(route.kind == RouteKind::Redirect);
          continue;
        }
        CHECK(without_domain(c.bench->draft.plan.clusters[route.clusters.at(0).cluster]) ==
              result["cluster"].get<std::string>());
        CHECK(route.name == result.value("route", ""));
      }
    }
  }
  MESSAGE(compared, " requests compared");
  CHECK(compared > 8);
}

}  // namespace
}  // namespace mesh
