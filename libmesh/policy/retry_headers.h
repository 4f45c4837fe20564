// How request headers change a route's retry policy.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libmesh/policy/retry.h"

namespace mesh {

/// The x-envoy headers of one internal request, read; absent or unreadable ones are empty.
struct RetryHeaders {
  std::optional<RetryOn> on{};  // x-envoy-retry-on | x-envoy-retry-grpc-on
  std::optional<std::uint32_t> max_retries{};
  std::vector<std::uint16_t> status_codes{};  // x-envoy-retriable-status-codes
};

/// `retriable_request_headers` of the policy against this request.
enum class RetriableRequest : std::uint8_t { NotConfigured, Matches, Differs };

/// The policy that rules this request, nothing when no source asks for retries at all
/// (`envoy.md` §2.1). Source: source/common/router/retry_state_impl.cc (create, constructor).
std::optional<RetryPolicy> effective_retry_policy(
    const std::optional<RetryPolicy>& route, const RetryHeaders& headers,
    RetriableRequest request = RetriableRequest::NotConfigured);

}  // namespace mesh
