// Merges a route's retry policy with what the request's headers ask for.
#include "libmesh/policy/retry_headers.h"

namespace mesh {

std::optional<RetryPolicy> effective_retry_policy(const std::optional<RetryPolicy>& route,
                                                  const RetryHeaders& headers,
                                                  RetriableRequest request) {
  const bool route_asks = route && route->on != RetryOn::None;
  if (!route_asks && !headers.on) return std::nullopt;

  RetryPolicy merged = route.value_or(RetryPolicy{});
  if (headers.on) merged.on = merged.on | *headers.on;
  if (request == RetriableRequest::Differs) merged.on = RetryOn::None;
  if (merged.on != RetryOn::None && headers.max_retries) merged.num_retries = *headers.max_retries;
  merged.status_codes.insert(merged.status_codes.end(), headers.status_codes.begin(),
                             headers.status_codes.end());
  return merged;
}

}  // namespace mesh
