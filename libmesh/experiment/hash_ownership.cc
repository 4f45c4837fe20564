// Lengths of arcs and numbers of places.
#include "libmesh/experiment/hash_ownership.h"

#include <map>
#include <utility>

#include "libmesh/engine/cluster_view.h"

namespace mesh {

namespace {

constexpr double all_hashes = 18446744073709551616.0;  // 2^64

bool starts_alive(const Plan& plan, EndpointId endpoint) {
  const WorkloadPlan& workload = plan.workloads[plan.endpoints[endpoint].workload];
  return endpoint.value - workload.first_endpoint.value < workload.replicas;
}

/// An entry owns the hashes after the entry before it, up to its own; the first one also those
/// beyond the last.
void add_arcs(const HashRing& ring, std::vector<HostOwnership>& hosts) {
  const auto entries = ring.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::uint64_t before = entries[i == 0 ? entries.size() - 1 : i - 1].hash;
    const std::uint64_t arc = entries[i].hash - before;  // wraps round as the ring does
    const bool whole = entries.size() == 1;
    HostOwnership& host = hosts[entries[i].host];
    host.share += whole ? 1.0 : static_cast<double>(arc) / all_hashes;
    ++host.entries;
  }
}

void add_places(const MaglevTable& table, std::vector<HostOwnership>& hosts) {
  for (const std::uint32_t place : table.places()) ++hosts[place].entries;
  for (HostOwnership& host : hosts) {
    host.share = static_cast<double>(host.entries) / static_cast<double>(table.places().size());
  }
}

std::vector<HashOwnership> tables_of(const Plan& plan, const ClusterConfig& config) {
  std::vector<HostHealth> health;
  for (const HostPlan& host : config.hosts) {
    health.push_back(starts_alive(plan, host.endpoint) ? HostHealth::Healthy : HostHealth::Absent);
  }
  ClusterView view;
  build_cluster_view(config, health, view);
  build_hash_tables(plan, config, view);
  std::vector<HashOwnership> out;
  for (std::uint32_t p = 0; p < view.hash.size(); ++p) {
    const HashTable& table = view.hash[p];
    if (table.hosts.empty()) continue;
    HashOwnership owned{.cluster = config.cluster,
                        .service = config.service,
                        .priority = p,
                        .kind = config.load_balancer.kind};
    for (const HashedHost& host : table.hosts) {
      owned.hosts.push_back({.endpoint = config.hosts[host.host].endpoint, .weight = host.weight});
    }
    if (const auto* ring = std::get_if<HashRing>(&table.places)) {
      owned.size = ring->entries().size();
      add_arcs(*ring, owned.hosts);
    } else {
      const auto& maglev = std::get<MaglevTable>(table.places);
      owned.size = maglev.places().size();
      add_places(maglev, owned.hosts);
    }
    out.push_back(std::move(owned));
  }
  return out;
}

}  // namespace

std::vector<HashOwnership> hash_ownership(const Plan& plan) {
  std::map<ClusterConfigId, std::vector<WorkloadId>> callers;
  const auto& proxies = plan.versions.front().proxies;
  for (std::uint32_t w = 0; w < proxies.size(); ++w) {
    for (const ClusterConfigId id : proxies[WorkloadId{w}].cluster_of) {
      if (!id.valid() || !is_hashed(plan.cluster_configs[id].load_balancer.kind)) continue;
      callers[id].push_back(WorkloadId{w});
    }
  }
  std::vector<HashOwnership> out;
  for (const auto& [id, workloads] : callers) {
    for (HashOwnership& owned : tables_of(plan, plan.cluster_configs[id])) {
      owned.callers = workloads;
      out.push_back(std::move(owned));
    }
  }
  return out;
}

}  // namespace mesh
