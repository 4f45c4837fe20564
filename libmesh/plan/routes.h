// Routes: one rule of a VirtualService as an Envoy route (RDS).
#pragma once

#include <string>

#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// Whom a rule is translated for.
struct RouteContext {
  const Registry& registry;
  const DestinationRules& rules;
  ClientView client;
  std::uint32_t listener_port = 0;
  std::string virtual_host;  // "reviews.default.svc.cluster.local:9080"
};

/// The route of one match block (null: of a rule without match) of a VirtualService.
RoutePlan route_of_rule(Draft& draft, const RouteContext& context,
                        const istio::VirtualService& owner, const istio::HttpRoute& http,
                        const istio::HttpMatch* match);
/// The route of a service that no VirtualService speaks of.
RoutePlan default_route(Draft& draft, const RouteContext& context, const ServiceView& service);
/// Everything to one cluster, without retries.
RoutePlan route_to_cluster(const std::string& name, const std::string& virtual_host,
                           ClusterId cluster);
/// Requests for hosts that nobody declared (`istio.md` §1.6): passed on, or 502.
RoutePlan route_of_unknown_hosts(Draft& draft, const istio::MeshConfig& mesh);
/// 301 to https of a gateway's server with httpsRedirect.
RoutePlan https_redirect(const std::string& virtual_host);

/// The request as the upstream receives it: rewrites and header operations applied.
TemplateId upstream_request(Draft& draft, const istio::HttpRoute& http,
                            const istio::HttpMatch* match, TemplateId request);

/// "outbound|9080|v1|reviews…" of a destination (istio.md vectors 25, 107).
std::string cluster_of_destination(const Registry& registry, const istio::Destination& destination,
                                   const std::string& name_space, std::uint32_t listener_port);

}  // namespace mesh
