// Hosts of a cluster as a proxy's balancers have been told of them.
#include "libmesh/engine/cluster_view.h"

#include <algorithm>
#include <string>

namespace mesh {
namespace {

/// Number of the priority's first locality among the cluster's.
std::uint32_t first_locality(const ClusterConfig& config, std::uint32_t priority) {
  std::uint32_t first = 0;
  while (first < config.localities.size() && config.localities[first].priority < priority) ++first;
  return first;
}

void lay_out(const ClusterConfig& config, ClusterView& view) {
  view.priorities.assign(config.hosts.empty() ? 1 : config.hosts.back().priority + 1u, {});
  view.sources = 0;
  for (std::uint32_t p = 0; p < view.priorities.size(); ++p) {
    PriorityView& priority = view.priorities[p];
    priority.first_source = view.sources;
    view.sources += 2;
    if (config.locality_weighted || (config.zone_aware && p == 0)) {
      for (const LocalityPlan& locality : config.localities) {
        if (locality.priority != p) continue;
        priority.localities.emplace_back();
        priority.locality_hosts.push_back({.weight = locality.weight});
        ++view.sources;
      }
    }
    if (!config.health_check.checks()) continue;
    priority.degraded_localities.resize(priority.localities.size());
    priority.degraded_locality_hosts = priority.locality_hosts;
    view.sources += 1 + static_cast<std::uint32_t>(priority.localities.size());
  }
}

/// One host goes into the lists of its priority.
void place(const ClusterConfig& config, std::uint32_t h, HostHealth health,
           PriorityView& priority) {
  // Whoever the caller addresses is asked, ejected or not (`envoy.md` §7.11).
  if (config.load_balancer.kind == LoadBalancerKind::OriginalDestination) {
    health = HostHealth::Healthy;
  }
  const bool healthy = health == HostHealth::Healthy, degraded = health == HostHealth::Degraded;
  const std::uint32_t excluded = health == HostHealth::Excluded ? 1 : 0;
  priority.all.push_back(h);
  if (healthy) priority.healthy.push_back(h);
  if (degraded) priority.degraded.push_back(h);
  priority.excluded += excluded;
  if (priority.localities.empty()) return;
  const std::uint32_t l =
      config.hosts[h].locality - first_locality(config, config.hosts[h].priority);
  ++priority.locality_hosts[l].hosts;
  priority.locality_hosts[l].excluded += excluded;
  if (healthy) {
    ++priority.locality_hosts[l].eligible;
    priority.localities[l].push_back(h);
  }
  if (priority.degraded_locality_hosts.empty()) return;
  ++priority.degraded_locality_hosts[l].hosts;
  priority.degraded_locality_hosts[l].excluded += excluded;
  if (!degraded) return;
  ++priority.degraded_locality_hosts[l].eligible;
  priority.degraded_localities[l].push_back(h);
}

/// "10.1.0.7:8080": what rings and tables hash. Hosts of plans without addresses have names.
std::string hash_key(const Plan& plan, const HostPlan& host) {
  const EndpointPlan& endpoint = plan.endpoints[host.endpoint];
  const std::string& address = endpoint.address.empty() ? endpoint.name : endpoint.address;
  return address + ":" + std::to_string(host.port);
}

HashWeights weights_of(const ClusterConfig& config, const std::vector<std::uint32_t>& members,
                       const std::vector<BalancerHost>& hosts, std::uint32_t priority) {
  if (!config.locality_weighted) return normalize_weights(hosts);
  std::vector<WeightedLocality> localities;
  for (const LocalityPlan& locality : config.localities) {
    if (locality.priority == priority) localities.push_back({locality.weight, {}});
  }
  const std::uint32_t first = first_locality(config, priority);
  for (std::uint32_t i = 0; i < members.size(); ++i) {
    localities[config.hosts[members[i]].locality - first].members.push_back(i);
  }
  return normalize_weights(hosts, localities);
}

HashTable hash_table(const Plan& plan, const ClusterConfig& config,
                     const std::vector<std::uint32_t>& members, std::uint32_t priority) {
  std::vector<std::string> keys;
  for (const std::uint32_t h : members) keys.push_back(hash_key(plan, config.hosts[h]));
  std::vector<BalancerHost> hosts;
  for (std::size_t i = 0; i < members.size(); ++i) {
    hosts.push_back({keys[i], config.hosts[members[i]].weight});
  }
  HashWeights weights = weights_of(config, members, hosts, priority);
  HashTable table;
  const LoadBalancerConfig& balancer = config.load_balancer;
  if (balancer.kind == LoadBalancerKind::RingHash) {
    table.places = HashRing(weights, balancer.minimum_ring_size, balancer.maximum_ring_size,
                            balancer.hash_function);
  } else {
    table.places = MaglevTable(weights, balancer.table_size);
  }
  table.hosts = std::move(weights.hosts);
  for (HashedHost& host : table.hosts) {
    host.key = {};  // the strings go
    host.host = members[host.host];
  }
  return table;
}

}  // namespace

void build_cluster_view(const ClusterConfig& config, std::span<const HostHealth> health,
                        ClusterView& view) {
  lay_out(config, view);
  for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
    if (health[h] == HostHealth::Absent) continue;
    place(config, h, health[h], view.priorities[config.hosts[h].priority]);
  }
  std::vector<PriorityHosts> counts;
  for (const PriorityView& priority : view.priorities) {
    counts.push_back({.hosts = static_cast<std::uint32_t>(priority.all.size()),
                      .healthy = static_cast<std::uint32_t>(priority.healthy.size()),
                      .degraded = static_cast<std::uint32_t>(priority.degraded.size()),
                      .excluded = priority.excluded});
  }
  assess_priorities({.panic_threshold_percent = config.panic_threshold_percent}, counts, {},
                    view.table);
  view.by_zone = config.zone_aware.has_value();
  view.has_degraded = std::any_of(view.table.share.begin(), view.table.share.end(),
                                  [](const PriorityShare& share) { return share.degraded > 0; });
}

void build_hash_tables(const Plan& plan, const ClusterConfig& config, ClusterView& view) {
  view.hash.clear();
  for (std::uint32_t p = 0; p < view.priorities.size(); ++p) {
    const PriorityView& priority = view.priorities[p];
    const bool panic = view.table.panic[p] != 0;
    view.hash.push_back(hash_table(plan, config, panic ? priority.all : priority.healthy, p));
  }
}

}  // namespace mesh
