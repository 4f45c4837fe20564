// Envoy's retry decisions: what a policy retries, how often, and what each refusal means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/policy/reset_header.h"
#include "libmesh/policy/reset_reason.h"

namespace mesh {

/// Conditions of retry_on, as bits. Source: source/common/router/retry_policy_impl.cc.
enum class RetryOn : std::uint32_t {
  None = 0,
  FiveXx = 1u << 0,
  GatewayError = 1u << 1,
  ConnectFailure = 1u << 2,
  Retriable4xx = 1u << 3,
  RefusedStream = 1u << 4,
  Reset = 1u << 5,
  ResetBeforeRequest = 1u << 6,
  RetriableStatusCodes = 1u << 7,
  RetriableHeaders = 1u << 8,
  EnvoyRateLimited = 1u << 9,
  GrpcCancelled = 1u << 10,
  GrpcDeadlineExceeded = 1u << 11,
  GrpcResourceExhausted = 1u << 12,
  GrpcInternal = 1u << 13,
  GrpcUnavailable = 1u << 14,
};
constexpr RetryOn operator|(RetryOn a, RetryOn b) {
  return static_cast<RetryOn>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr bool contains(RetryOn set, RetryOn one) {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(one)) != 0;
}

/// A response header by which an upstream names a waiting time (rate_limited_retry_back_off).
struct ResetHeaderName {
  std::string name;
  ResetHeaderFormat format = ResetHeaderFormat::Seconds;
  bool operator==(const ResetHeaderName&) const = default;
};

/// A response header that makes an answer retriable, by exact value or by presence alone.
struct RetriableHeader {
  std::string name;
  std::optional<std::string> value{};
  bool operator==(const RetriableHeader&) const = default;
};

struct RetryPolicy {
  RetryOn on = RetryOn::None;
  /// Attempts after the first one. Envoy: 1; Istio writes 2 (core/route/retry/retry.go).
  std::uint32_t num_retries = 1;
  std::vector<std::uint16_t> status_codes{};  // for RetriableStatusCodes
  std::vector<RetriableHeader> headers{};     // for RetriableHeaders
  Duration per_try_timeout{0};                // 0 = none
  Duration per_try_idle_timeout{0};           // 0 = none
  /// First back-off window; Envoy: 25 ms, capped at ten times it
  /// (source/common/router/retry_state_impl.cc).
  Duration backoff_base = milliseconds(25);
  Duration backoff_max = milliseconds(250);
  /// Tried in order on answers that are retried; none = exponential back-off only.
  std::vector<ResetHeaderName> reset_headers{};
  Duration reset_max_interval = default_reset_max_interval;
  /// Host selections beyond the first on a retry. Envoy: 1; Istio: 5.
  std::uint32_t host_selection_attempts = 1;
  bool previous_hosts = false;                      // predicate: not a host already attempted
  std::uint32_t previous_priorities_frequency = 0;  // 0 = off; Istio's retryRemoteLocalities: 2
  bool hedge_on_per_try_timeout = false;
  bool operator==(const RetryPolicy&) const = default;
};

/// What a response says that a retry policy may look at.
struct ResponseSummary {
  std::uint16_t code = 200;
  std::int8_t grpc_status_in_headers = -1;  // -1 = none
  bool envoy_ratelimited = false;           // header x-envoy-ratelimited present
  bool retriable_header = false;            // a configured header matcher matched
};

/// Response headers, names in any case.
using ResponseHeaders = std::vector<std::pair<std::string, std::string>>;

/// Does one of the policy's header conditions match? For ResponseSummary::retriable_header.
bool has_retriable_header(const RetryPolicy& policy, const ResponseHeaders& headers);

/// The waiting time that an answer names under a policy with reset headers (`reset_header.h`).
std::optional<Duration> reset_interval(const RetryPolicy& policy, const ResponseHeaders& headers,
                                       std::int64_t unix_now_s);

/// Does the policy want this response retried? Conditions in Envoy's order (`envoy.md` §2.2).
bool wants_retry(const RetryPolicy& policy, const ResponseSummary& response);

/// Does the policy want this reset retried (§2.3)? `sent_upstream`: any attempt has sent bytes.
bool wants_retry(const RetryPolicy& policy, ResetReason reason, bool sent_upstream);

enum class RetryVerdict : std::uint8_t {
  No,             // no condition matched
  Retry,          // take the resource, start the back-off
  LimitExceeded,  // no tries left: flag URX
  Overflow,       // breaker or budget refused: flag UO
};

/// Per-request state; trivially copyable. Source: source/common/router/retry_state_impl.cc.
struct RetryState {
  std::uint32_t remaining = 0;
  std::uint32_t window_ms = 0;  // of the next exponential back-off
  bool holds_resource = false;  // max_retries is held from scheduling to the next outcome
};

RetryState begin_retries(const RetryPolicy& policy);

/// §2.4 steps 3–6. The caller has released the resource and passes whether the retry breaker
/// or budget could create one more. Decrements `remaining` even when the breaker refuses.
RetryVerdict decide_retry(RetryState& state, bool wanted, bool breaker_allows);

/// Fully jittered exponential back-off: `random` mod window, then the window doubles up to the
/// maximum (§2.5, vectors 14 and 16). `random` is one uniform 64-bit word.
Duration next_backoff(const RetryPolicy& policy, RetryState& state, std::uint64_t random);

/// Back-off asked for by a reset header (§2.5): [1, 1.5) × interval.
Duration ratelimited_backoff(Duration interval, std::uint64_t random);

}  // namespace mesh
