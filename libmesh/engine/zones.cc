// Zone-aware routing: a proxy keeps requests in its own zone as far as hosts there allow.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

struct ZonePods {
  const std::string* zone;
  std::uint32_t pods;
};

/// Pods of the caller's own service by zone, in the order of its workloads.
std::vector<ZonePods> local_pods(const Plan& plan, const World& world, WorkloadId self) {
  std::vector<ZonePods> local;
  for (const WorkloadId w : plan.workloads[self].local_cluster) {
    const WorkloadPlan& workload = plan.workloads[w];
    for (std::uint32_t i = 0; i < workload.reserved; ++i) {
      if (!world.endpoints[EndpointId{workload.first_endpoint.value + i}].member) continue;
      const auto found = std::find_if(local.begin(), local.end(), [&](const ZonePods& pods) {
        return *pods.zone == workload.locality;
      });
      if (found == local.end()) {
        local.push_back({&workload.locality, 1});
      } else {
        ++found->pods;
      }
    }
  }
  return local;
}

}  // namespace

/// The host source of one pick of priority 0: healthy hosts of one zone, or of all together.
/// Source: source/extensions/load_balancing_policies/common/load_balancer_impl.cc
/// (hostSourceToUse, tryChooseLocalLocalityHosts).
std::uint32_t Engine::choose_zone(const ProxyCluster& cluster, const ClusterView& view,
                                  Draw& draw) {
  const std::uint32_t all = view.priorities[0].first_source + 1;
  const ZoneAwareConfig& config = *plan_->cluster_configs[cluster.config].zone_aware;
  if (!world_.specials[cluster.special].zones_known) compare_zones(cluster, view);
  const SpecialCluster& special = world_.specials[cluster.special];
  if (special.zones.routing == ZoneRouting::Off) return all;
  if (config.routing_enabled_percent < 100 && draw.modulo(100) >= config.routing_enabled_percent) {
    return all;
  }
  if (special.zones.routing == ZoneRouting::Direct) {
    count_special(cluster, ClusterCounter::lb_zone_routing_all_directly);
    return special.zone_sources[0];
  }
  std::uint32_t words = 0;
  const std::uint32_t zone = mesh::choose_zone(special.zones, [&] {
    ++words;
    return draw.word();
  });
  count_special(cluster, words == 1 ? ClusterCounter::lb_zone_routing_sampled
                                    : ClusterCounter::lb_zone_routing_cross_zone);
  if (words > 1 && special.zones.residual.back() == 0) {
    count_special(cluster, ClusterCounter::lb_zone_no_capacity_left);
  }
  return special.zone_sources[zone];
}

/// Healthy hosts of each zone against the pods of the caller's own service.
void Engine::compare_zones(const ProxyCluster& cluster, const ClusterView& view) {
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  const PriorityView& hosts = view.priorities[0];
  SpecialCluster& special = world_.specials[cluster.special];
  const WorkloadId self = workload_of(cluster.proxy);
  const std::string& own = plan_->workloads[self].locality;

  const std::vector<ZonePods> local = local_pods(*plan_, world_, self);
  const auto pods_in = [&local](const std::string& zone) {
    for (const ZonePods& pods : local) {
      if (*pods.zone == zone) return pods.pods;
    }
    return 0u;
  };
  std::vector<ZoneHosts> zones;
  special.zone_sources.clear();
  bool has_own = false;
  const auto add = [&](std::size_t l) {
    const auto healthy = static_cast<std::uint32_t>(hosts.localities[l].size());
    zones.push_back({healthy, pods_in(config.localities[l].name)});
    special.zone_sources.push_back(hosts.first_source + 2 + static_cast<std::uint32_t>(l));
  };
  // Those of priority 0 come first among the cluster's localities; the own one leads.
  for (std::size_t l = 0; l < hosts.localities.size(); ++l) {
    if (config.localities[l].name != own || hosts.locality_hosts[l].hosts == 0) continue;
    has_own = true;
    add(l);
  }
  for (std::size_t l = 0; l < hosts.localities.size(); ++l) {
    if (config.localities[l].name != own && hosts.locality_hosts[l].hosts > 0) add(l);
  }
  std::uint32_t pods_in_all = 0;
  for (const ZonePods& pods : local) pods_in_all += pods.pods;
  plan_zones(*config.zone_aware,
             {.zones = zones,
              .has_own_zone = has_own,
              .local_zones = static_cast<std::uint32_t>(local.size()),
              .local_hosts = pods_in_all,
              .own_hosts = pods_in(own)},
             special.zones);
  special.zones_known = true;
  if (special.zones.why_off == ZoneRoutingOff::LocalClusterNotOk) {
    count_special(cluster, ClusterCounter::lb_local_cluster_not_ok);
  } else if (special.zones.why_off == ZoneRoutingOff::ClusterTooSmall) {
    count_special(cluster, ClusterCounter::lb_zone_cluster_too_small);
  }
}

}  // namespace mesh
