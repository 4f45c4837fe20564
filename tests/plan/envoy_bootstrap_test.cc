// Clusters and routes compared, field by field, with bootstraps that istiod wrote for an Envoy.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/plan/envoy_facts.h"
#include "tests/plan/version_bench.h"
#include "tests/support/paths.h"

namespace mesh {
namespace {

using nlohmann::json;
using testing::VersionBench;

/// Calls `visit` with every value of that key, at any depth.
template <class Visit>
void for_each(const json& node, const std::string& key, const Visit& visit) {
  if (node.is_object()) {
    for (const auto& [name, value] : node.items()) {
      if (name == key) visit(value);
      for_each(value, key, visit);
    }
  } else if (node.is_array()) {
    for (const json& value : node) for_each(value, key, visit);
  }
}

std::string text_at(const YamlNode* node, const char* key, const std::string& absent) {
  const YamlNode* found = node == nullptr ? nullptr : node->find(key);
  return found == nullptr ? absent : found->scalar;
}

struct RecordedCase {
  explicit RecordedCase(const std::filesystem::path& folder) {
    Diagnostics problems;
    const auto objects = read_yaml_file((folder / "istio.yaml").string(), problems);
    for (const YamlNode& object : objects) {
      const std::string kind = text_at(&object, "kind", "");
      foreign = foreign || kind == "EnvoyFilter" || kind == "ConfigMap" || kind == "HTTPRoute";
    }
    const auto documents = read_yaml_file((folder / "case.yaml").string(), problems);
    REQUIRE(documents.size() == 1);
    scenario.resources = read_resources(objects, problems);
    const YamlNode* given = documents[0].find("client");
    k8s::Workload workload;
    workload.metadata.name = text_at(given, "workload", "client");
    workload.metadata.name_space = text_at(given, "namespace", "default");
    workload.pod_labels = {{"app", workload.metadata.name}};
    if (const YamlNode* labels = given == nullptr ? nullptr : given->find("labels")) {
      workload.pod_labels.clear();
      for (const auto& [key, value] : labels->entries) {
        workload.pod_labels[key.scalar] = value.scalar;
      }
    }
    scenario.resources.workloads.push_back(workload);
    bench = std::make_unique<VersionBench>(scenario);
    client = bench->workload(workload.metadata.name, workload.metadata.name_space);
    is_gateway = text_at(given, "type", "") == "gateway";
    port = static_cast<std::uint32_t>(std::stoul(text_at(given, "port", "80")));
  }

  Scenario scenario;
  std::unique_ptr<VersionBench> bench;
  WorkloadId client;
  bool foreign = false, is_gateway = false;
  std::uint32_t port = 0;
};

std::optional<std::filesystem::path> recordings() {
  const auto shared = testing::shared_dir();
  if (shared && std::filesystem::exists(*shared / "fixtures" / "envoy")) {
    return *shared / "fixtures" / "envoy";
  }
  MESSAGE("recordings of a real Envoy are absent: skipped");
  return std::nullopt;
}

std::vector<std::filesystem::path> bootstraps(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (std::filesystem::exists(entry.path() / "envoy.json")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST_CASE("clusters: every field is what istiod writes into a bootstrap") {
  const auto folder = recordings();
  if (!folder) return;
  std::size_t compared = 0;
  for (const auto& path : bootstraps(*folder)) {
    RecordedCase c(path);
    if (c.foreign) continue;
    const json envoy = json::parse(testing::read_file(path / "envoy.json"));
    for (const json& cluster : envoy["static_resources"]["clusters"]) {
      const std::string name = cluster["name"];
      if (!name.starts_with("outbound|")) continue;
      CAPTURE(path.filename().string());
      CAPTURE(name);
      const ClusterConfig* config = c.bench->cluster(c.client, name);
      REQUIRE(config != nullptr);
      CHECK(testing::cluster_facts(*config) == testing::cluster_facts(cluster));
      ++compared;
    }
  }
  MESSAGE(compared, " clusters compared");
  CHECK(compared > 100);
}

TEST_CASE("routes: every virtual host lists the routes that istiod writes into a bootstrap") {
  const auto folder = recordings();
  if (!folder) return;
  std::size_t compared = 0;
  for (const auto& path : bootstraps(*folder)) {
    RecordedCase c(path);
    if (c.foreign) continue;
    const json envoy = json::parse(testing::read_file(path / "envoy.json"));
    for_each(envoy, "route_config", [&](const json& table) {
      for (const json& host : table["virtual_hosts"]) {
        const std::string name = host["name"];
        if (name == "allow_any" || name.starts_with("inbound")) continue;
        CAPTURE(path.filename().string());
        CAPTURE(name);
        const std::vector<RoutePlan> routes =
            c.bench->router.routes_for(c.client, host["domains"][0], c.port);
        json ours = json::array(), theirs = json::array();
        for (const RoutePlan& route : routes) {
          ours.push_back(testing::route_facts(c.bench->draft.plan, route));
        }
        for (const json& route : host.value("routes", json::array())) {
          theirs.push_back(testing::route_facts(route));
        }
        CHECK(ours == theirs);
        compared += theirs.size();
      }
    });
  }
  MESSAGE(compared, " routes compared");
  CHECK(compared > 100);
}

}  // namespace
}  // namespace mesh
