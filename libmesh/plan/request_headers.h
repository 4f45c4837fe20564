// What the x-envoy headers of a request change of the route that it takes.
#pragma once

#include "libmesh/plan/plan.h"

namespace mesh {

/// Does the request carry a header that a router may act upon?
bool asks_by_headers(const RequestTemplate& request);

/// The route as it rules this request: timeouts, retries, hedging that its headers ask for put in.
/// Only for requests that count as internal (`envoy.md` §1.2). Sources: source/common/router/
/// router.cc (FilterUtility::finalTimeout, finalHedgingParams), retry_state_impl.cc.
RoutePlan with_request_headers(RoutePlan route, const RequestTemplate& request);

}  // namespace mesh
