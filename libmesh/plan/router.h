// Which route a request takes at a proxy: virtual host, then the first rule that matches.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "libmesh/plan/clusters.h"
#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/draft.h"
#include "libmesh/plan/gateway_hosts.h"
#include "libmesh/plan/http_filters.h"
#include "libmesh/plan/registry.h"
#include "libmesh/plan/route_patches.h"
#include "libmesh/plan/route_tables.h"
#include "libmesh/plan/routes.h"

namespace mesh {

/// Resolves requests in one version. Matching looks at nothing that changes during a run, so every
/// answer can be kept in the plan; what a run draws (weights, faults) is inside the route.
class Router {
 public:
  Router(Draft& draft, const Registry& registry, const DestinationRules& rules, Clusters& clusters);

  ResolvedRoute resolve(WorkloadId client, TemplateId request);
  /// The route by which the receiving side of a workload takes a request; none without filters.
  RouteId resolve_inbound(WorkloadId workload, TemplateId request);
  /// All routes of the virtual host that answers for an authority on a listener, in order; empty
  /// when there is none (`istioctl proxy-config routes`).
  std::vector<RoutePlan> routes_for(WorkloadId client, const std::string& authority,
                                    std::uint32_t port);
  /// Everything that the listener of a port routes by, in istiod's order; empty when the client
  /// has no HTTP there.
  std::vector<VirtualHostEntry> virtual_hosts_at(WorkloadId client, std::uint32_t port);
  /// Ports of the HTTP listeners of a client: of its services, or of its Gateway's servers.
  std::set<std::uint32_t> listener_ports(WorkloadId client) const;
  /// What a cluster means for clients without a sidecar; none for clusters of the mesh.
  ClusterConfigId cluster_without_mesh(ClusterId cluster) const {
    return clusters_.without_mesh(cluster);
  }

 private:
  /// One match block that is in force at a proxy; match null = the rule has none.
  struct Rule {
    const istio::VirtualService* owner = nullptr;
    const istio::HttpRoute* http = nullptr;
    const istio::HttpMatch* match = nullptr;
  };
  /// What a proxy does with the requests for one host.
  struct VirtualHost {
    enum class Kind : std::uint8_t {
      Unknown,        // no such host
      Rules,          // first match of `rules`; none: 404 NR
      Service,        // the default route of `service`
      HttpsRedirect,  // 301 for everything
      WithoutMesh,    // no proxy: kube-proxy's way to `service`
    };
    Kind kind = Kind::Unknown;
    std::string name;
    const char* scheme = "http";
    std::vector<Rule> rules;
    const ServiceView* service = nullptr;
  };

  const VirtualHost& virtual_host(WorkloadId client, const std::string& authority,
                                  std::uint32_t port);
  VirtualHost at_sidecar(WorkloadId client, const std::string& host, std::uint32_t port) const;
  VirtualHost at_gateway(WorkloadId client, const std::string& host, std::uint32_t port);
  VirtualHost of_domain(const std::vector<GatewayHost>& hosts, const std::string& domain,
                        const ClientView& client, std::uint32_t port) const;
  const std::vector<GatewayHost>& gateway_hosts(WorkloadId client, std::uint32_t port);
  std::vector<RouteEntry> entries_of(const VirtualHost& host, WorkloadId client,
                                     std::uint32_t port);
  VirtualHost without_mesh(WorkloadId client, const std::string& host, std::uint32_t port) const;

  /// The blocks of a rule that hold for the client, up to the first catch-all.
  std::vector<Rule> rules_in_force(const istio::VirtualService& owner, const ClientView& client,
                                   std::uint32_t port, const std::string& gateway) const;
  /// Rules of all VirtualServices of a gateway's virtual host, those without condition last.
  std::vector<Rule> rules_of_domain(const std::vector<GatewayHost>& hosts,
                                    const std::string& domain, const ClientView& client,
                                    std::uint32_t port) const;

  /// The request as the proxy takes it in (Istio's pathNormalization BASE, its default).
  TemplateId normalized(TemplateId request);
  ResolvedRoute first_match(WorkloadId client, const VirtualHost& host, const RouteContext& context,
                            TemplateId request);
  ResolvedRoute to_service_without_mesh(const VirtualHost& host, TemplateId request);
  ResolvedRoute to_unknown_host(WorkloadId client, TemplateId request);

  /// Patches of a side of a client, looked up once.
  struct Patches {
    std::vector<NamedPatch> virtual_hosts, routes, filters;
  };
  const Patches& patches_of(WorkloadId workload, istio::PatchContext side);
  /// Merges patches into a route.
  RouteOverrides patch(WorkloadId client, const RouteTable& table, RoutePlan& route);
  /// The route with what EnvoyFilters change of it and put in front of it.
  RouteId finished(WorkloadId client, const RouteTable& table, TemplateId request, RoutePlan route,
                   const istio::HttpRoute* rule = nullptr);
  OwnFilters own_filters(WorkloadId client, const RouteTable& table, TemplateId request,
                         const istio::HttpRoute* rule);
  RouteTable outbound_table(WorkloadId client, std::uint32_t port) const;

  Draft& draft_;
  const Registry& registry_;
  const DestinationRules& rules_;
  Clusters& clusters_;
  std::map<std::tuple<WorkloadId, std::string, std::uint32_t>, VirtualHost> virtual_hosts_;
  std::map<std::pair<WorkloadId, std::uint32_t>, std::vector<GatewayHost>> gateway_hosts_;
  std::map<std::pair<WorkloadId, istio::PatchContext>, Patches> patches_;
};

}  // namespace mesh
