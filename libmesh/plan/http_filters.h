// The HTTP filters that EnvoyFilters insert, as the requests of one template meet them.
#pragma once

#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/envoy_filters.h"
#include "libmesh/plan/route_patches.h"

namespace mesh {

/// Patches of HTTP_FILTER that hold on the listener.
std::vector<NamedPatch> filters_on(const std::vector<NamedPatch>& patches,
                                   const RouteTable& listener);

/// None when no filter stands in the way. Every listener has filters, and so buckets, of its own;
/// so has every route with a rate limit of its own.
FilterSetId plan_filters(Draft& draft, const std::vector<NamedPatch>& filters,
                         const RouteTable& listener, const RouteOverrides& overrides,
                         const RoutePlan& route, TemplateId request);

}  // namespace mesh
