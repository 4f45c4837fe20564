// What analyzers look at: scenario and plan, with the places that the plan has forgotten.
#include "libmesh/lint/input.h"

#include <charconv>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/endpoints.h"
#include "libmesh/plan/names.h"

namespace mesh {
namespace {

struct ClusterName {
  std::uint32_t port = 0;
  std::string subset, host;
};

/// The parts of "outbound|80|v1|web.default.svc.cluster.local"; no host for other clusters.
ClusterName split_cluster(std::string_view name) {
  ClusterName parts;
  if (!name.starts_with("outbound|")) return parts;
  name.remove_prefix(std::string_view("outbound|").size());
  const std::size_t first = name.find('|');
  const std::size_t second = name.find('|', first + 1);
  std::from_chars(name.data(), name.data() + first, parts.port);
  parts.subset = std::string(name.substr(first + 1, second - first - 1));
  parts.host = std::string(name.substr(second + 1));
  return parts;
}

const istio::Subset* find_subset(const MergedRule* rule, const std::string& name) {
  if (rule == nullptr || name.empty()) return nullptr;
  for (const istio::Subset* subset : rule->subsets) {
    if (subset->name == name) return subset;
  }
  return nullptr;
}

std::uint32_t replicas_at_start(const Plan& plan, const ClusterConfig& config) {
  std::uint32_t replicas = 0;
  for_each_workload(plan, config.hosts,
                    [&](WorkloadId w) { replicas += plan.workloads[w].replicas; });
  return replicas;
}

}  // namespace

LintInput::LintInput(const Scenario& from, const Plan& compiled)
    : scenario(from), plan(compiled), rules_(from.resources) {
  add_clusters();
  for (const istio::VirtualService& owner : scenario.resources.virtual_services) {
    for (const istio::HttpRoute& http : owner.http) {
      places_.emplace(short_place(http.place), http.place);
      for (const istio::HttpMatch& match : http.match) {
        places_.emplace(short_place(match.place), http.place);
      }
    }
  }
}

void LintInput::add_clusters() {
  if (plan.versions.empty()) return;
  IdVector<ClusterId, const ClusterConfig*> seen(plan.clusters.size(), nullptr);
  for (const ProxyConfig& proxy : plan.versions.front().proxies) {
    for (const ClusterConfigId id : proxy.cluster_of) {
      if (!id.valid()) continue;
      const ClusterConfig& config = plan.cluster_configs[id];
      if (seen[config.cluster] == nullptr) seen[config.cluster] = &config;
    }
  }
  for (const ClusterConfig* config : seen) {
    if (config == nullptr || !config->service.valid()) continue;
    const ClusterName parts = split_cluster(plan.clusters[config->cluster]);
    if (parts.host.empty()) continue;
    const std::string& space = plan.services[config->service].name_space;
    const MergedRule* rule = rules_.find({space, nullptr}, parts.host, space);
    LintCluster cluster;
    cluster.name = plan.clusters[config->cluster];
    cluster.config = config;
    cluster.policy = effective_policy(rule, find_subset(rule, parts.subset), parts.port);
    if (rule != nullptr) cluster.rule = "DestinationRule/" + rule->sources[0]->metadata.name;
    cluster.replicas = replicas_at_start(plan, *config);
    clusters_.push_back(std::move(cluster));
  }
}

Place LintInput::place_of(const RoutePlan& route) const {
  const auto found = places_.find(route.place);
  return found == places_.end() ? Place{} : found->second;
}

void warn(Diagnostics& problems, const code::Code& code, Place place, std::string path,
          std::string what, std::string hint) {
  problems.add({Severity::Warning, code.id, std::move(place), std::move(path), std::move(what),
                std::move(hint)});
}

}  // namespace mesh
