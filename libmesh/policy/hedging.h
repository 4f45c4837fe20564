// Hedging: what a per-try timeout does, with or without hedge_on_per_try_timeout.
#pragma once

#include <cstdint>

namespace mesh {

/// What the router knows when a try runs into its per-try timeout.
struct PerTryTimeoutView {
  bool hedge_on_per_try_timeout = false;
  bool response_started = false;  // towards the client, by any try
  bool has_retry_state = false;   // a retry policy or header applies to the request
};

enum class PerTryTimeoutAction : std::uint8_t {
  /// The response is on its way: nothing happens at all.
  Ignore,
  /// The try is reset (HTTP/1: connection closed) and judged as a LocalReset; the timeout is
  /// counted (upstream_rq_per_try_timeout, host rq_timeout) and told to outlier detection.
  Reset,
  /// The try goes on; outlier detection hears of the timeout once, no timeout counter moves. A
  /// retry is wanted whatever retry_on says, subject to tries, breaker, back-off.
  KeepAndRetry,
  /// The try goes on; outlier detection hears of it; nothing else.
  Keep,
};

/// Source: source/common/router/router.cc (onPerTryTimeoutCommon, onSoftPerTryTimeout).
constexpr PerTryTimeoutAction on_per_try_timeout(const PerTryTimeoutView& view) {
  if (!view.hedge_on_per_try_timeout) {
    return view.response_started ? PerTryTimeoutAction::Ignore : PerTryTimeoutAction::Reset;
  }
  return !view.response_started && view.has_retry_state ? PerTryTimeoutAction::KeepAndRetry
                                                        : PerTryTimeoutAction::Keep;
}

/// Each try is retried at most once: a later bad outcome of a try that was hedged is only compared
/// with the policy, not retried again. Source: the same file (onUpstreamHeaders, maybeRetryReset).
constexpr bool may_retry_again(bool already_retried) {
  return !already_retried;
}

/// What else is under way for the request.
struct OtherTries {
  std::uint32_t awaiting_headers = 0;  // other tries in flight without response headers
  std::uint32_t pending_retries = 0;   // retries in their back-off
};

/// A response that a policy would retry but could not, or a reset: is it dropped, because another
/// try may still do better? The last one standing goes to the client. Source: the same file
/// (onUpstreamHeaders: could_not_retry, onUpstreamReset).
constexpr bool is_withheld(const OtherTries& others) {
  return others.awaiting_headers > 0 || others.pending_retries > 0;
}

/// hedge_on_per_try_timeout after the header x-envoy-hedge-on-per-try-timeout: "true", "false",
/// anything else leaves the route's value. Source: the same file (finalHedgingParams).
enum class HedgeHeader : std::uint8_t { Absent, True, False };
constexpr bool final_hedging(bool route, HedgeHeader header) {
  return header == HedgeHeader::Absent ? route : header == HedgeHeader::True;
}

}  // namespace mesh
