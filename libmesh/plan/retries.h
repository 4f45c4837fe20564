// Retry policies of routes: what istiod writes for `retries` and for their absence.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libmesh/policy/retry.h"
#include "libmesh/spec/istio/virtual_service.h"

namespace mesh {

/// Istio's policy when nothing is said: two retries on other hosts for failures before the request
/// reached the application. Source: core/route/retry/retry.go (istio.md §1.1.2).
RetryPolicy default_retry_policy(std::string_view istio_version);

/// The policy of a VirtualService route; nothing when it forbids retries. `hashed`: its only
/// destination uses consistentHash, so that retries may return to a host already tried.
std::optional<RetryPolicy> route_retry_policy(const std::optional<istio::Retries>& retries,
                                              bool hashed, std::string_view istio_version);

/// The words of all conditions, separated by commas, as a route configuration has them.
std::string retry_on_text(RetryOn on);

}  // namespace mesh
