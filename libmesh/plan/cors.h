// CORS policies of VirtualServices, as the requests of one template meet them.
#pragma once

#include <optional>

#include "libmesh/plan/plan.h"
#include "libmesh/policy/cors.h"
#include "libmesh/spec/istio/virtual_service.h"

namespace mesh {

/// As istiod writes it. Source: pilot/pkg/networking/core/route/route.go (TranslateCORSPolicy).
CorsPolicy cors_policy(const istio::CorsRule& rule);

/// The filter in front of a request; nothing when no page asks.
std::optional<FilterPlan> cors_filter(const istio::CorsRule& rule, const RequestTemplate& request);

}  // namespace mesh
