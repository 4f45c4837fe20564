// Clusters: what istiod makes of services and DestinationRules for a client (CDS).
#include "libmesh/plan/clusters.h"

#include <algorithm>

#include "libmesh/plan/authorization.h"
#include "libmesh/plan/endpoints.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/overload.h"
#include "libmesh/plan/traffic_policy.h"

namespace mesh {
namespace {

UpstreamProtocol upstream_protocol(PortProtocol protocol) {
  switch (protocol) {
    case PortProtocol::Http:
      return UpstreamProtocol::Http1;
    case PortProtocol::Http2:
    case PortProtocol::Grpc:
      return UpstreamProtocol::Http2;
    case PortProtocol::Tls:
    case PortProtocol::Tcp:
      return UpstreamProtocol::Tcp;
  }
  return UpstreamProtocol::Http1;
}

/// The mesh's h2UpgradePolicy is for ports that say HTTP, not for those found to speak it
/// (`istio.md` §1.2.3).
bool is_declared_http(const k8s::ServicePort& port) {
  if (protocol_of(port) != PortProtocol::Http) return false;
  return !port.app_protocol.empty() || port.name == "http" || port.name.starts_with("http-");
}

/// Clients of one group get the same clusters; labels count only when some rule selects by them.
std::string label_text(const Labels* labels) {
  std::string text;
  if (labels == nullptr) return text;
  for (const auto& [key, value] : *labels) text.append(key).append("=").append(value).append("\n");
  return text;
}

/// A headless Service has no address of its own: sidecars forward to the pod that the client
/// picked from DNS (istio.md §1.7).
bool is_headless(const k8s::Service& service) {
  return service.cluster_ip == "None";
}

/// The port of the first pods that have it.
std::uint32_t inbound_port(const ServiceView& service, const k8s::ServicePort& port,
                           const Registry& registry) {
  for (const WorkloadId id : service.backends) {
    if (const std::uint32_t found = target_port(registry.declared(id), port)) return found;
  }
  return port.port;
}

bool ranks_by_labels(const Registry& registry) {
  return std::any_of(
      registry.services().begin(), registry.services().end(),
      [](const ServiceView& service) { return !service.spec->traffic_distribution.empty(); });
}

}  // namespace

Clusters::Clusters(Draft& draft, const Registry& registry, const DestinationRules& rules)
    : draft_(draft),
      registry_(registry),
      rules_(rules),
      depends_on_labels_(rules.depends_on_labels() || ranks_by_labels(registry) ||
                         registry.envoy_filters().select_by_labels()) {}

ClusterConfigId Clusters::patched(ClusterConfigId built, const ClusterIdentity& identity,
                                  const EffectivePolicy& written,
                                  const std::vector<NamedPatch>& patches) {
  std::optional<ClusterConfig> config;
  for (const NamedPatch& patch : patches) {
    if (!is_meant(patch.spec->match, identity)) continue;
    if (!config) config = draft_.plan.cluster_configs[built];
    apply_cluster_patch(draft_, patch, written, *config);
  }
  return config ? draft_.intern(std::move(*config)) : built;
}

ClusterConfigId Clusters::build(const ServiceView& service, const k8s::ServicePort& port,
                                const istio::Subset* subset, const MergedRule* rule,
                                const Caller& caller, bool original_destination) {
  const EffectivePolicy policy = effective_policy(rule, subset, port.port);
  const auto& balancer = policy.groups.load_balancer;
  const bool by_address = original_destination ||
                          (balancer && balancer->simple == istio::SimpleLoadBalancer::Passthrough);
  // Addresses that callers pick are in no order.
  const std::optional<LocalitySetting> setting =
      by_address ? std::nullopt : locality_setting(policy, *service.spec);
  std::string place;
  if (setting && setting->depends_on_place()) {
    place = std::string(caller.locality) + "\n";
    if (!setting->rule.failover_priority.empty()) place += label_text(caller.labels);
  }
  const auto [slot, is_new] =
      built_.try_emplace({service.id.value, port.port, subset, rule, original_destination, place},
                         ClusterConfigId::none());
  if (!is_new) return slot->second;
  static const Labels everything;
  const PortProtocol protocol = protocol_of(port);
  ClusterConfig config;
  config.cluster = draft_.intern_cluster(
      outbound_cluster(port.port, subset == nullptr ? "" : subset->name, service.host));
  config.service = service.id;
  config.protocol = upstream_protocol(protocol);
  if (registry_.mesh().h2_upgrade && is_declared_http(port)) {
    config.protocol = UpstreamProtocol::Http2;
  }
  arrange_hosts(endpoints_of(draft_, registry_, service, port,
                             subset == nullptr ? everything : subset->labels),
                caller, setting, config);
  apply_policy(policy, protocol, draft_.scenario.platform.istio_version, config);
  // Unready endpoints are sent too, so a panic would reach them (istio.md §1.2.6).
  if (!service.spec->traffic_distribution.empty()) config.panic_threshold_percent = 0;
  if (original_destination) config.load_balancer.kind = LoadBalancerKind::OriginalDestination;
  return slot->second = draft_.intern(std::move(config));
}

IdVector<ClusterId, ClusterConfigId> Clusters::build(const ClientView& client, const Caller& caller,
                                                     bool is_gateway) {
  IdVector<ClusterId, ClusterConfigId> known(draft_.plan.clusters.size(), ClusterConfigId::none());
  const auto side =
      is_gateway ? istio::PatchContext::Gateway : istio::PatchContext::SidecarOutbound;
  const std::vector<NamedPatch> patches =
      registry_.envoy_filters().patches(istio::EnvoyPatch::Target::Cluster, side, client);
  for (const ServiceView& service : registry_.services()) {
    const std::string& space = service.spec->metadata.name_space;
    const MergedRule* rule = rules_.find(client, service.host, space);
    const bool by_address = is_headless(*service.spec) && !is_gateway;
    const auto add = [&](const k8s::ServicePort& port, const istio::Subset* subset) {
      ClusterConfigId config = build(service, port, subset, rule, caller, by_address);
      const ClusterId cluster = draft_.plan.cluster_configs[config].cluster;
      if (!patches.empty()) {
        const std::string subset_name = subset == nullptr ? "" : subset->name;
        config =
            patched(config, {draft_.plan.clusters[cluster], service.host, subset_name, port.port},
                    effective_policy(rule, subset, port.port), patches);
      }
      if (!known.contains(cluster)) known.resize(draft_.plan.clusters.size());
      known[cluster] = config;
    };
    for (const k8s::ServicePort& port : service.spec->ports) {
      if (port.protocol == "UDP") continue;
      add(port, nullptr);
      if (rule == nullptr) continue;
      for (const istio::Subset* subset : rule->subsets) add(port, subset);
    }
  }
  return known;
}

const IdVector<ClusterId, ClusterConfigId>& Clusters::known_to(WorkloadId client) {
  const ClientView view = registry_.client(draft_, client);
  const std::string labels = depends_on_labels_ ? label_text(view.labels) : "";
  const WorkloadPlan& workload = draft_.plan.workloads[client];
  const auto [slot, is_new] =
      by_client_.try_emplace({view.name_space, workload.locality, labels, workload.is_gateway});
  if (is_new) {
    slot->second = build(view, {workload.locality, view.labels}, workload.is_gateway);
  }
  return slot->second;
}

/// The first HTTP port decides; without limits and patches nothing there can refuse a request.
ClusterConfigId Clusters::inbound(WorkloadId workload) {
  const ClientView self = registry_.client(draft_, workload);
  constexpr auto side = istio::PatchContext::SidecarInbound;
  using Target = istio::EnvoyPatch::Target;
  const EnvoyFilters& filters = registry_.envoy_filters();
  const std::vector<NamedPatch> patches = filters.patches(Target::Cluster, side, self);
  const bool filtered =
      !patches.empty() || !filters.patches(Target::HttpFilter, side, self).empty() ||
      !custom_policies(registry_, self).empty() || overload_manager(draft_, workload).has_value();
  for (const std::size_t index : registry_.services_of(workload)) {
    const ServiceView& service = registry_.services()[index];
    const MergedRule* rule = rules_.find(self, service.host, service.spec->metadata.name_space);
    for (const k8s::ServicePort& port : service.spec->ports) {
      const EffectivePolicy policy = effective_policy(rule, nullptr, port.port);
      if (!is_http(protocol_of(port))) continue;
      if (!policy.groups.connection_pool && !filtered) continue;
      EffectivePolicy limits;
      limits.groups.connection_pool = policy.groups.connection_pool;
      ClusterConfig config;
      const std::uint32_t target = inbound_port(service, port, registry_);
      config.cluster = draft_.intern_cluster(inbound_cluster(target));
      config.service = service.id;
      config.protocol = upstream_protocol(protocol_of(port));
      apply_policy(limits, protocol_of(port), draft_.scenario.platform.istio_version, config);
      const ClusterIdentity identity{draft_.plan.clusters[config.cluster], service.host, "",
                                     target};
      return patched(draft_.intern(std::move(config)), identity, limits, patches);
    }
  }
  return ClusterConfigId::none();
}

ClusterConfigId Clusters::without_mesh(const ServiceView& service, std::uint32_t port) {
  ClusterConfig config;
  config.cluster =
      draft_.intern_cluster("kubernetes|" + std::to_string(port) + "||" + service.host);
  config.service = service.id;
  // kube-proxy's iptables rules pick a pod at random for each connection.
  config.load_balancer.kind = LoadBalancerKind::Random;
  arrange_hosts(endpoints_of(draft_, registry_, service, *find_port(*service.spec, port), {}), {},
                std::nullopt, config);
  const ClusterId cluster = config.cluster;
  const ClusterConfigId id = draft_.intern(std::move(config));
  if (cluster.value >= without_mesh_.size()) without_mesh_.resize(cluster.value + 1);
  return without_mesh_[cluster] = id;
}

ClusterConfigId Clusters::without_mesh(ClusterId cluster) const {
  return without_mesh_.contains(cluster) ? without_mesh_[cluster] : ClusterConfigId::none();
}

}  // namespace mesh
