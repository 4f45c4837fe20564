// Which outcomes a retry policy retries, how often.
#include "libmesh/policy/retry.h"

#include <doctest/doctest.h>

#include <type_traits>

using namespace mesh;

static_assert(std::is_trivially_copyable_v<RetryState>, "snapshots copy it");

TEST_CASE("retry: conditions on response headers") {
  struct Row {
    const char* name;
    RetryOn on;
    ResponseSummary response;
    bool wanted;
  };
  const Row rows[] = {
      {"5xx takes 500", RetryOn::FiveXx, {.code = 500}, true},
      {"5xx takes 599", RetryOn::FiveXx, {.code = 599}, true},
      {"5xx leaves 499", RetryOn::FiveXx, {.code = 499}, false},
      {"5xx leaves 600", RetryOn::FiveXx, {.code = 600}, false},
      {"gateway-error takes 502", RetryOn::GatewayError, {.code = 502}, true},
      {"gateway-error takes 504", RetryOn::GatewayError, {.code = 504}, true},
      {"gateway-error leaves 500", RetryOn::GatewayError, {.code = 500}, false},
      {"gateway-error leaves 505", RetryOn::GatewayError, {.code = 505}, false},
      {"retriable-4xx takes 409 only", RetryOn::Retriable4xx, {.code = 409}, true},
      {"retriable-4xx leaves 429", RetryOn::Retriable4xx, {.code = 429}, false},
      {"connect-failure leaves a 503", RetryOn::ConnectFailure, {.code = 503}, false},
      {"reset leaves a 503", RetryOn::Reset, {.code = 503}, false},
      {"a configured header", RetryOn::RetriableHeaders, {.retriable_header = true}, true},
      {"a header without the condition", RetryOn::FiveXx, {.retriable_header = true}, false},
      {"gRPC cancelled", RetryOn::GrpcCancelled, {.grpc_status_in_headers = 1}, true},
      {"gRPC deadline", RetryOn::GrpcDeadlineExceeded, {.grpc_status_in_headers = 4}, true},
      {"gRPC exhausted", RetryOn::GrpcResourceExhausted, {.grpc_status_in_headers = 8}, true},
      {"gRPC internal", RetryOn::GrpcInternal, {.grpc_status_in_headers = 13}, true},
      {"gRPC unavailable", RetryOn::GrpcUnavailable, {.grpc_status_in_headers = 14}, true},
      {"gRPC unknown has no word", RetryOn::GrpcUnavailable, {.grpc_status_in_headers = 2}, false},
      {"a status in trailers is not seen", RetryOn::GrpcUnavailable, {}, false},
      {"rate limited beats 5xx", RetryOn::FiveXx, {.code = 503, .envoy_ratelimited = true}, false},
      {"rate limited, wanted",
       RetryOn::EnvoyRateLimited,
       {.code = 200, .envoy_ratelimited = true},
       true},
      {"the word alone, no header", RetryOn::EnvoyRateLimited, {.code = 429}, false},
      {"nothing is wanted", RetryOn::None, {.code = 503}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(wants_retry(RetryPolicy{.on = row.on}, row.response) == row.wanted);
  }
}

TEST_CASE("retry: listed status codes count only with their condition") {
  const RetryPolicy with{.on = RetryOn::RetriableStatusCodes, .status_codes = {404, 503}};
  const RetryPolicy without{.on = RetryOn::ConnectFailure, .status_codes = {404, 503}};
  CHECK(wants_retry(with, ResponseSummary{.code = 404}));
  CHECK(wants_retry(with, ResponseSummary{.code = 503}));
  CHECK_FALSE(wants_retry(with, ResponseSummary{.code = 500}));
  CHECK_FALSE(wants_retry(without, ResponseSummary{.code = 404}));
}

TEST_CASE("retry: conditions on resets") {
  using R = ResetReason;
  struct Row {
    const char* name;
    RetryOn on;
    ResetReason reason;
    bool sent, wanted;
  };
  const Row rows[] = {
      {"overflow never, 5xx", RetryOn::FiveXx, R::Overflow, true, false},
      {"overflow never, reset", RetryOn::Reset, R::Overflow, false, false},
      {"overflow never, not even unsent", RetryOn::ResetBeforeRequest, R::Overflow, false, false},
      {"connect-failure: refused", RetryOn::ConnectFailure, R::RemoteConnectionFailure, false,
       true},
      {"connect-failure: local", RetryOn::ConnectFailure, R::LocalConnectionFailure, false, true},
      {"connect-failure: timeout", RetryOn::ConnectFailure, R::ConnectionTimeout, false, true},
      {"connect-failure: not a reset", RetryOn::ConnectFailure, R::RemoteReset, true, false},
      {"connect-failure: not a per-try timeout", RetryOn::ConnectFailure, R::LocalReset, true,
       false},
      {"refused-stream", RetryOn::RefusedStream, R::RemoteRefusedStream, true, true},
      {"refused-stream: not refused locally", RetryOn::RefusedStream, R::LocalRefusedStream, true,
       false},
      {"refused-stream: not a per-try timeout", RetryOn::RefusedStream, R::LocalReset, true, false},
      {"reset: any", RetryOn::Reset, R::ConnectionTermination, true, true},
      {"reset: per-try timeout", RetryOn::Reset, R::LocalReset, true, true},
      {"5xx: per-try timeout", RetryOn::FiveXx, R::LocalReset, true, true},
      {"gateway-error: protocol error", RetryOn::GatewayError, R::ProtocolError, true, true},
      {"reset-before-request: unsent", RetryOn::ResetBeforeRequest, R::RemoteReset, false, true},
      {"reset-before-request: sent", RetryOn::ResetBeforeRequest, R::RemoteReset, true, false},
      {"retriable-status-codes: never a reset", RetryOn::RetriableStatusCodes, R::LocalReset, true,
       false},
      {"unavailable: never a reset", RetryOn::GrpcUnavailable, R::ConnectionTermination, true,
       false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const RetryPolicy policy{.on = row.on, .status_codes = {504}};
    CHECK(wants_retry(policy, row.reason, row.sent) == row.wanted);
  }
}

TEST_CASE("retry: the decision counts tries down even when the breaker refuses") {
  RetryState state = begin_retries(RetryPolicy{.num_retries = 2});
  CHECK(state.remaining == 2);
  CHECK(decide_retry(state, false, true) == RetryVerdict::No);
  CHECK(state.remaining == 2);
  CHECK(decide_retry(state, true, false) == RetryVerdict::Overflow);
  CHECK(state.remaining == 1);
  CHECK_FALSE(state.holds_resource);
  CHECK(decide_retry(state, true, true) == RetryVerdict::Retry);
  CHECK(state.remaining == 0);
  CHECK(state.holds_resource);
  CHECK(decide_retry(state, true, true) == RetryVerdict::LimitExceeded);
  CHECK_FALSE(state.holds_resource);
}

TEST_CASE("retry: no tries left is told before the breaker is asked") {
  RetryState state = begin_retries(RetryPolicy{.num_retries = 0});
  CHECK(decide_retry(state, true, false) == RetryVerdict::LimitExceeded);
}

TEST_CASE("retry: a rate limited back-off leaves the exponential window alone") {
  const RetryPolicy policy;
  RetryState state = begin_retries(policy);
  CHECK(ratelimited_backoff(seconds(2), 190) == milliseconds(2190));
  CHECK(state.window_ms == 25);
  CHECK(next_backoff(policy, state, 190) == milliseconds(15));
  CHECK(state.window_ms == 50);
}
