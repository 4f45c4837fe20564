// Endpoints compared with bootstraps that istiod wrote: priorities, localities, weights, order.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "libmesh/plan/compile.h"
#include "libmesh/verify/case_scenario.h"
#include "tests/support/paths.h"

namespace mesh {
namespace {

using nlohmann::json;

std::string locality_name(const json& group) {
  const json locality = group.value("locality", json::object());
  std::string name;
  for (const char* part : {"region", "zone", "sub_zone"}) {
    name += locality.value(part, "") + "/";
  }
  while (name.ends_with('/')) name.pop_back();
  return name;
}

/// By priority, in istiod's order: locality, weight where it counts, endpoints.
json endpoint_facts(const json& cluster) {
  const bool weighted =
      cluster.value("common_lb_config", json::object()).contains("locality_weighted_lb_config");
  json facts = json::array();
  for (int priority = 0; priority < 10; ++priority) {
    for (const json& group : cluster["load_assignment"].value("endpoints", json::array())) {
      if (group.value("priority", 0) != priority) continue;
      for (const json& entry : group.value("lb_endpoints", json::array())) {
        const json& address = entry["endpoint"]["address"]["socket_address"];
        facts.push_back({priority, locality_name(group),
                         weighted ? group.value("load_balancing_weight", 1) : 0, address["address"],
                         address["port_value"], entry.value("load_balancing_weight", 1)});
      }
    }
  }
  return facts;
}

json endpoint_facts(const Plan& plan, const ClusterConfig& config) {
  json facts = json::array();
  for (const HostPlan& host : config.hosts) {
    const LocalityPlan& locality = config.localities.at(host.locality);
    CHECK(locality.priority == host.priority);
    facts.push_back({host.priority, locality.name, config.locality_weighted ? locality.weight : 0u,
                     plan.endpoints[host.endpoint].address, host.port, host.weight});
  }
  return facts;
}

json balancer_facts(const json& cluster) {
  const json ring = cluster.value("ring_hash_lb_config", json::object());
  const json maglev = cluster.value("maglev_lb_config", json::object());
  const json robin = cluster.value("round_robin_lb_config", json::object());
  const json least = cluster.value("least_request_lb_config", json::object());
  const json warm = (robin.empty() ? least : robin).value("slow_start_config", json::object());
  return {
      std::stoul(ring.value("minimum_ring_size", "1024")),
      std::stoul(maglev.value("table_size", "65537")),
      warm.empty() ? 10.0 : warm.value("min_weight_percent", json::object()).value("value", 10.0),
      warm.empty() ? 1.0 : warm.value("aggression", json::object()).value("default_value", 1.0)};
}

json balancer_facts(const LoadBalancerConfig& balancer) {
  return {balancer.minimum_ring_size, balancer.table_size, balancer.slow_start.min_weight_percent,
          balancer.slow_start.aggression};
}

const ClusterConfig* cluster_of(const Plan& plan, WorkloadId client, const std::string& name) {
  const auto& known = plan.versions.front().proxies[client].cluster_of;
  for (std::uint32_t c = 0; c < plan.clusters.size(); ++c) {
    if (plan.clusters[ClusterId{c}] != name || !known[ClusterId{c}].valid()) continue;
    return &plan.cluster_configs[known[ClusterId{c}]];
  }
  return nullptr;
}

WorkloadId workload_named(const Plan& plan, const std::string& name) {
  for (std::uint32_t w = 0; w < plan.workloads.size(); ++w) {
    if (plan.workloads[WorkloadId{w}].name == name) return WorkloadId{w};
  }
  return {};
}

std::size_t compare(const Plan& plan, WorkloadId client, const std::filesystem::path& bootstrap) {
  std::size_t compared = 0;
  const json envoy = json::parse(testing::read_file(bootstrap));
  for (const json& cluster : envoy["static_resources"]["clusters"]) {
    const std::string name = cluster["name"];
    if (!name.starts_with("outbound|") || !cluster.contains("load_assignment")) continue;
    CAPTURE(bootstrap.string());
    CAPTURE(name);
    const ClusterConfig* config = cluster_of(plan, client, name);
    REQUIRE(config != nullptr);
    CHECK(endpoint_facts(plan, *config) == endpoint_facts(cluster));
    CHECK(balancer_facts(config->load_balancer) == balancer_facts(cluster));
    ++compared;
  }
  return compared;
}

TEST_CASE("istiod: endpoints have the priorities, localities and weights of the bootstraps") {
  const auto shared = testing::shared_dir();
  if (!shared || !std::filesystem::exists(*shared / "fixtures" / "envoy")) {
    MESSAGE("no recordings beside the repository: skipped");
    return;
  }
  std::size_t compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*shared / "fixtures" / "envoy")) {
    if (!std::filesystem::exists(entry.path() / "case.yaml")) continue;
    Diagnostics problems;
    const verify::Case recorded = verify::read_case(entry.path().string(), problems);
    CAPTURE(recorded.name);
    const CompileResult result = compile(verify::scenario_of(recorded, {}, problems));
    REQUIRE(result.plan != nullptr);
    const Plan& plan = *result.plan;
    compared +=
        compare(plan, workload_named(plan, recorded.client.workload), entry.path() / "envoy.json");
    for (const verify::Instance& instance : recorded.instances) {
      const auto own = entry.path() / ("envoy." + instance.name + ".json");
      if (!instance.calls || !std::filesystem::exists(own)) continue;
      compared += compare(plan, workload_named(plan, instance.name), own);
    }
  }
  MESSAGE(compared, " clusters compared");
  CHECK(compared > 150);
}

}  // namespace
}  // namespace mesh
