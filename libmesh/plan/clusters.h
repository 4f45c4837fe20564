// Clusters: what istiod makes of services and DestinationRules for a client (CDS).
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "libmesh/plan/cluster_patches.h"
#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/envoy_filters.h"
#include "libmesh/plan/locality.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// The clusters of one version. Equal ones are built once and shared by all clients.
class Clusters {
 public:
  Clusters(Draft& draft, const Registry& registry, const DestinationRules& rules);

  /// Everything that a proxy of the workload knows; entries of unknown clusters are none.
  const IdVector<ClusterId, ClusterConfigId>& known_to(WorkloadId client);
  /// The limits of a workload's receiving side; none without limits.
  ClusterConfigId inbound(WorkloadId workload);
  /// A Service as kube-proxy serves it to clients without a sidecar.
  ClusterConfigId without_mesh(const ServiceView& service, std::uint32_t port);
  /// One of those; none for any other cluster.
  ClusterConfigId without_mesh(ClusterId cluster) const;

 private:
  IdVector<ClusterId, ClusterConfigId> build(const ClientView& client, const Caller& caller,
                                             bool is_gateway);
  ClusterConfigId build(const ServiceView& service, const k8s::ServicePort& port,
                        const istio::Subset* subset, const MergedRule* rule, const Caller& caller,
                        bool original_destination);

  /// The same cluster with what EnvoyFilters merge into it.
  ClusterConfigId patched(ClusterConfigId built, const ClusterIdentity& identity,
                          const EffectivePolicy& written, const std::vector<NamedPatch>& patches);

  Draft& draft_;
  const Registry& registry_;
  const DestinationRules& rules_;
  bool depends_on_labels_;  // of clients
  /// By namespace, locality, labels when they matter, gateway.
  std::map<std::tuple<std::string, std::string, std::string, bool>,
           IdVector<ClusterId, ClusterConfigId>>
      by_client_;
  /// The last part is the caller's place, when it matters.
  std::map<std::tuple<std::uint32_t, std::uint32_t, const istio::Subset*, const MergedRule*, bool,
                      std::string>,
           ClusterConfigId>
      built_;
  IdVector<ClusterId, ClusterConfigId> without_mesh_;
};

}  // namespace mesh
