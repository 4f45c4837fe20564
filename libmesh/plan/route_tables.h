// Routes as a proxy holds them, with conditions (`istioctl proxy-config routes -o json`).
#pragma once

#include <string>
#include <vector>

#include "libmesh/plan/match.h"
#include "libmesh/plan/plan.h"
#include "libmesh/spec/istio/virtual_service.h"

namespace mesh {

/// One route. What a run needs of it is `action`; `rule` says what is changed in what passes
/// (headers, path, host) and how redirects and direct responses look, as the user wrote it.
struct RouteEntry {
  RouteConditions conditions;
  RoutePlan action;
  istio::HttpRoute rule;  // empty for routes that no VirtualService wrote
};

struct VirtualHostEntry {
  std::string name;  // "reviews.default.svc.cluster.local:9080"
  std::vector<std::string> domains;
  std::vector<RouteEntry> routes;  // the first whose conditions hold wins
};

}  // namespace mesh
