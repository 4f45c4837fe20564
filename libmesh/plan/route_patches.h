// What EnvoyFilters merge into virtual hosts and routes.
#pragma once

#include <string>
#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/envoy_filters.h"

namespace mesh {

/// What a patch may match a route by, besides what the route itself says.
struct RouteTable {
  istio::PatchContext side = istio::PatchContext::SidecarOutbound;
  std::uint32_t port = 0;  // of the listener; of an inbound one that of the Service
  std::uint32_t target_port = 0;
};

/// Source: pilot/pkg/networking/core/envoyfilter/rc_patch.go (routeConfigurationMatch,
/// virtualHostMatch, routeMatch).
bool is_meant(const istio::EnvoyPatch& patch, const RouteTable& table, const RoutePlan& route);

/// What filters find on a route: its own rate limit, and what its requests are counted by.
struct RouteOverrides {
  const istio::LocalRateLimit* rate_limit = nullptr;
  std::string name;  // of the patch that gave the rate limit
  std::vector<const istio::RateLimitActions*> actions;
};

/// Merges the patches of virtual hosts, then those of routes.
RouteOverrides apply_route_patches(const std::vector<NamedPatch>& virtual_hosts,
                                   const std::vector<NamedPatch>& routes, const RouteTable& table,
                                   RoutePlan& route);

/// The fault filter's own faults, for a route whose VirtualService injects none.
void apply_fault_filter(const istio::FaultFilter& filter, const RequestTemplate& request,
                        RoutePlan& route);

}  // namespace mesh
