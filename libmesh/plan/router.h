// Which route a request takes at a proxy: virtual host, then the first rule that matches.
#pragma once

#include <string>
#include <vector>

#include "libmesh/plan/clusters.h"
#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"
#include "libmesh/plan/routes.h"

namespace mesh {

/// Resolves requests in one version. Matching looks at nothing that changes during a run, so every
/// answer can be kept in the plan; what a run draws (weights, faults) is inside the route.
class Router {
 public:
  Router(Draft& draft, const Registry& registry, const DestinationRules& rules, Clusters& clusters);

  ResolvedRoute resolve(WorkloadId client, TemplateId request);

 private:
  /// One match block that is in force at a proxy; match null = the rule has none.
  struct Rule {
    const istio::VirtualService* owner = nullptr;
    const istio::HttpRoute* http = nullptr;
    const istio::HttpMatch* match = nullptr;
  };
  struct GatewayHost;

  ResolvedRoute at_sidecar(WorkloadId client, TemplateId request);
  ResolvedRoute at_gateway(WorkloadId client, TemplateId request);
  ResolvedRoute without_mesh(WorkloadId client, TemplateId request);
  ResolvedRoute unknown_host(WorkloadId client, TemplateId request);

  /// The blocks of a rule that hold for the client, up to the first catch-all.
  std::vector<Rule> rules_in_force(const istio::VirtualService& owner, const ClientView& client,
                                   std::uint32_t port, const std::string& gateway) const;
  ResolvedRoute first_match(const std::vector<Rule>& rules, const RouteContext& context,
                            TemplateId request, std::string_view scheme);
  std::vector<GatewayHost> hosts_at_gateway(WorkloadId gateway, std::uint32_t port) const;

  Draft& draft_;
  const Registry& registry_;
  const DestinationRules& rules_;
  Clusters& clusters_;
};

}  // namespace mesh
