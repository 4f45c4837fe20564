// Envoy's retry conditions, their order, the decision procedure with its back-off.
#include "libmesh/policy/retry.h"

#include <algorithm>
#include <string_view>

#include "libmesh/policy/backoff.h"

namespace mesh {
namespace {

bool wants_grpc_retry(RetryOn on, std::int8_t status) {
  switch (status) {
    case 1:
      return contains(on, RetryOn::GrpcCancelled);
    case 4:
      return contains(on, RetryOn::GrpcDeadlineExceeded);
    case 8:
      return contains(on, RetryOn::GrpcResourceExhausted);
    case 13:
      return contains(on, RetryOn::GrpcInternal);
    case 14:
      return contains(on, RetryOn::GrpcUnavailable);
    default:
      return false;
  }
}

/// Header names are compared without regard to case.
bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int{c}; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool lists(const std::vector<std::uint16_t>& codes, std::uint32_t code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

bool has_retriable_header(const RetryPolicy& policy, const ResponseHeaders& headers) {
  for (const RetriableHeader& wanted : policy.headers) {
    for (const auto& [name, value] : headers) {
      if (same_name(name, wanted.name) && (!wanted.value || *wanted.value == value)) return true;
    }
  }
  return false;
}

std::optional<Duration> reset_interval(const RetryPolicy& policy, const ResponseHeaders& headers,
                                       std::int64_t unix_now_s) {
  for (const ResetHeaderName& wanted : policy.reset_headers) {
    for (const auto& [name, value] : headers) {
      if (!same_name(name, wanted.name)) continue;
      const auto wait = reset_interval(ResetHeader{wanted.format, value}, unix_now_s);
      if (wait && *wait <= policy.reset_max_interval) return wait;
      break;
    }
  }
  return std::nullopt;
}

bool wants_retry(const RetryPolicy& policy, const ResponseSummary& response) {
  const RetryOn on = policy.on;
  // A rate limited answer is judged by its own condition alone.
  if (response.envoy_ratelimited) return contains(on, RetryOn::EnvoyRateLimited);

  const std::uint32_t code = response.code;
  if (contains(on, RetryOn::FiveXx) && code >= 500 && code < 600) return true;
  if (contains(on, RetryOn::GatewayError) && code >= 502 && code <= 504) return true;
  if (contains(on, RetryOn::Retriable4xx) && code == 409) return true;
  if (contains(on, RetryOn::RetriableStatusCodes) && lists(policy.status_codes, code)) return true;
  if (contains(on, RetryOn::RetriableHeaders) && response.retriable_header) return true;
  return wants_grpc_retry(on, response.grpc_status_in_headers);
}

bool wants_retry(const RetryPolicy& policy, ResetReason reason, bool sent_upstream) {
  const RetryOn on = policy.on;
  if (reason == ResetReason::Overflow) return false;
  if (contains(on, RetryOn::ConnectFailure) && is_connection_failure(reason)) return true;
  if (contains(on, RetryOn::ResetBeforeRequest) && !sent_upstream) return true;
  // For these three a reset is as good as the 5xx that never came.
  if (contains(on, RetryOn::Reset)) return true;
  if (contains(on, RetryOn::FiveXx) || contains(on, RetryOn::GatewayError)) return true;
  return contains(on, RetryOn::RefusedStream) && reason == ResetReason::RemoteRefusedStream;
}

RetryState begin_retries(const RetryPolicy& policy) {
  RetryState state;
  state.remaining = policy.num_retries;
  state.window_ms = backoff_window_ms(policy.backoff_base);
  return state;
}

RetryVerdict decide_retry(RetryState& state, bool wanted, bool breaker_allows) {
  state.holds_resource = false;
  if (!wanted) return RetryVerdict::No;
  if (state.remaining == 0) return RetryVerdict::LimitExceeded;
  --state.remaining;
  if (!breaker_allows) return RetryVerdict::Overflow;
  state.holds_resource = true;
  return RetryVerdict::Retry;
}

Duration next_backoff(const RetryPolicy& policy, RetryState& state, std::uint64_t random) {
  return jittered_backoff(state.window_ms, backoff_window_ms(policy.backoff_max), random);
}

Duration ratelimited_backoff(Duration interval, std::uint64_t random) {
  return jittered_lower_bound(interval, random);
}

}  // namespace mesh
