// The HTTP filters that EnvoyFilters insert, as the requests of one template meet them.
#pragma once

#include <optional>
#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/envoy_filters.h"
#include "libmesh/plan/route_patches.h"

namespace mesh {

/// Patches of HTTP_FILTER that hold on the listener.
std::vector<NamedPatch> filters_on(const std::vector<NamedPatch>& patches,
                                   const RouteTable& listener);

/// Filters that istiod itself puts in front of a request, if it does.
struct OwnFilters {
  std::optional<FilterPlan> overload;       // the connection manager itself, before all filters
  std::optional<FilterPlan> authorization;  // in front of all but what is inserted first
  std::optional<FilterPlan> cors;           // right behind the fault filter
};

/// None when no filter stands in the way. Every listener has filters, and so buckets, of its own;
/// so has every route with a rate limit of its own.
FilterSetId plan_filters(Draft& draft, const std::vector<NamedPatch>& filters,
                         const RouteTable& listener, const RouteOverrides& overrides,
                         const OwnFilters& own, const RoutePlan& route, TemplateId request);

}  // namespace mesh
