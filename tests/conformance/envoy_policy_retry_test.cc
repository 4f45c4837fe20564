// Envoy's own cases of retries, budgets, timeouts (envoy.md §16, 1–25, 42–43).
#include <doctest/doctest.h>

#include <vector>

#include "libmesh/policy/circuit_breaker.h"
#include "libmesh/policy/reset_header.h"
#include "libmesh/policy/retry.h"
#include "libmesh/policy/retry_headers.h"
#include "libmesh/policy/retry_on.h"
#include "libmesh/policy/timeouts.h"

using namespace mesh;

namespace {

/// One request against one cluster: what RetryStateImpl and its resource manager do together.
struct Router {
  RetryPolicy policy;
  CircuitBreakerConfig limits;
  CircuitBreaker breaker{};
  RetryState state = begin_retries(policy);
  // upstream_rq_…
  int retry = 0, retry_success = 0, retry_overflow = 0, limit_exceeded = 0;

  explicit Router(RetryPolicy p, CircuitBreakerConfig l = {.max_retries = 3})
      : policy(std::move(p)), limits(l) {}

  RetryVerdict on(const ResponseSummary& response) { return judge(wants_retry(policy, response)); }
  RetryVerdict on(ResetReason reason, bool sent = true) {
    return judge(wants_retry(policy, reason, sent));
  }

 private:
  RetryVerdict judge(bool wanted) {
    if (state.holds_resource) {
      if (!wanted) ++retry_success;
      --breaker.retries;
    }
    const RetryVerdict verdict = decide_retry(state, wanted, can_retry(limits, breaker));
    retry += verdict == RetryVerdict::Retry;
    breaker.retries += verdict == RetryVerdict::Retry;
    retry_overflow += verdict == RetryVerdict::Overflow;
    limit_exceeded += verdict == RetryVerdict::LimitExceeded;
    return verdict;
  }
};

RetryPolicy on(std::string_view words, std::uint32_t tries = 1) {
  RetryPolicy policy;
  policy.on = parse_retry_on(words).on;
  policy.num_retries = tries;
  return policy;
}

using V = RetryVerdict;

}  // namespace

TEST_CASE("envoy#1: with retry_on 5xx a reset by overflow is not retried") {
  CHECK(Router(on("5xx")).on(ResetReason::Overflow) == V::No);
}

TEST_CASE("envoy#2: with retry_on 5xx two remote resets give one retry, then the limit") {
  Router router(on("5xx"));
  CHECK(router.on(ResetReason::RemoteReset) == V::Retry);
  CHECK(router.on(ResetReason::RemoteReset) == V::LimitExceeded);
  CHECK(router.retry == 1);
  CHECK(router.limit_exceeded == 1);
}

TEST_CASE("envoy#3: a 503 with x-envoy-overloaded is retried like any 503") {
  // The summary of a response has no place for that header: nothing may look at it.
  CHECK(Router(on("5xx")).on(ResponseSummary{.code = 503}) == V::Retry);
}

TEST_CASE("envoy#4: resource-exhausted with x-envoy-ratelimited is not retried") {
  CHECK(Router(on("resource-exhausted"))
            .on(ResponseSummary{.grpc_status_in_headers = 8, .envoy_ratelimited = true}) == V::No);
  CHECK(Router(on("resource-exhausted")).on(ResponseSummary{.grpc_status_in_headers = 8}) ==
        V::Retry);
}

TEST_CASE("envoy#5: envoy-ratelimited retries a 429 with the header, then meets the limit") {
  Router router(on("envoy-ratelimited"));
  const ResponseSummary limited{.code = 429, .envoy_ratelimited = true};
  CHECK(router.on(limited) == V::Retry);
  CHECK(router.on(limited) == V::LimitExceeded);
}

TEST_CASE("envoy#6: connect-failure does not retry a remote reset") {
  CHECK(Router(on("connect-failure")).on(ResetReason::RemoteReset) == V::No);
}

TEST_CASE("envoy#7: retriable-4xx takes 409, not 400, not a remote reset") {
  CHECK(Router(on("retriable-4xx")).on(ResponseSummary{.code = 409}) == V::Retry);
  CHECK(Router(on("retriable-4xx")).on(ResponseSummary{.code = 400}) == V::No);
  CHECK(Router(on("retriable-4xx")).on(ResetReason::RemoteReset) == V::No);
}

TEST_CASE("envoy#8: retriable request headers GET or HEAD disable the retries of a POST") {
  const auto policy =
      effective_retry_policy(on("5xx"), {.on = RetryOn::FiveXx}, RetriableRequest::Differs);
  REQUIRE(policy);
  CHECK(Router(*policy).on(ResponseSummary{.code = 503}) == V::No);
}

TEST_CASE("envoy#9: num_retries 0 exceeds the limit at the first connect failure") {
  Router router(on("connect-failure", 0));
  CHECK(router.on(ResetReason::RemoteConnectionFailure, false) == V::LimitExceeded);
  CHECK(router.retry == 0);
}

TEST_CASE("envoy#10: breakers of zero turn a retriable failure into an overflow") {
  Router router(
      on("5xx"),
      {.max_connections = 0, .max_pending_requests = 0, .max_requests = 0, .max_retries = 0});
  CHECK(router.on(ResponseSummary{.code = 503}) == V::Overflow);
  CHECK(router.retry_overflow == 1);
}

TEST_CASE("envoy#11: x-envoy-max-retries 3 over a policy of 4: three retries, then the limit") {
  Router router(*effective_retry_policy(on("5xx", 4), {.max_retries = 3}));
  for (int i = 0; i < 3; ++i) CHECK(router.on(ResetReason::RemoteConnectionFailure) == V::Retry);
  CHECK(router.on(ResetReason::RemoteConnectionFailure) == V::LimitExceeded);
  CHECK(router.retry == 3);
  CHECK(router.retry_success == 0);
}

TEST_CASE("envoy#12: x-envoy-max-retries 0 exceeds the limit at the first failure") {
  Router router(*effective_retry_policy(on("5xx", 4), {.max_retries = 0}));
  CHECK(router.on(ResponseSummary{.code = 503}) == V::LimitExceeded);
}

TEST_CASE("envoy#13: after the last retry a 200 is a plain no, not a limit") {
  Router router(on("5xx", 1));
  CHECK(router.on(ResponseSummary{.code = 503}) == V::Retry);
  CHECK(router.on(ResponseSummary{.code = 200}) == V::No);
  CHECK(router.limit_exceeded == 0);
}

TEST_CASE("envoy#14: default back-off with the word 190 waits 15, 40, 90, 190 ms") {
  const RetryPolicy policy = on("connect-failure", 3);
  RetryState state = begin_retries(policy);
  for (const int wait : {15, 40, 90, 190}) {
    CHECK(next_backoff(policy, state, 190) == milliseconds(wait));
  }
}

TEST_CASE("envoy#15: five retries, then 200: success once, the breaker closed") {
  Router router(on("connect-failure", 5), {.max_retries = 1});
  for (int i = 0; i < 5; ++i) {
    CHECK(router.on(ResetReason::RemoteConnectionFailure) == V::Retry);
    CHECK(is_open(router.breaker.retries, router.limits.max_retries));
  }
  CHECK(router.on(ResponseSummary{.code = 200}) == V::No);
  CHECK(router.retry == 5);
  CHECK(router.retry_success == 1);
  CHECK_FALSE(is_open(router.breaker.retries, router.limits.max_retries));
}

TEST_CASE("envoy#16: base 100 ms, max 1200 ms") {
  RetryPolicy policy = on("5xx", 5);
  policy.backoff_base = milliseconds(100);
  policy.backoff_max = milliseconds(1200);
  RetryState state = begin_retries(policy);
  CHECK(next_backoff(policy, state, 149) == milliseconds(49));
  CHECK(next_backoff(policy, state, 350) == milliseconds(150));
  CHECK(next_backoff(policy, state, 751) == milliseconds(351));
  CHECK(next_backoff(policy, state, 2399) == milliseconds(799));
  CHECK(next_backoff(policy, state, 2399) == milliseconds(1199));
}

namespace {

/// RateLimitedRetryBackoffStrategy: one request whose responses may carry Retry-After.
struct RateLimited {
  RetryPolicy policy = on("5xx", 5);
  RetryState state = begin_retries(policy);
  int exponential = 0, ratelimited = 0;

  Duration wait(std::optional<std::string_view> retry_after, std::uint64_t random) {
    const std::vector<ResetHeader> headers = {{ResetHeaderFormat::Seconds, retry_after}};
    const auto interval = reset_interval(headers, 0);
    // Up to 1 ms there is nothing to wait for: exponential.
    if (interval && *interval > milliseconds(1)) {
      ++ratelimited;
      return ratelimited_backoff(*interval, random);
    }
    ++exponential;
    return next_backoff(policy, state, random);
  }
};

}  // namespace

TEST_CASE("envoy#17: Retry-After 2 s with the word 190 waits 2190 ms, counted as ratelimited") {
  RateLimited r;
  CHECK(r.wait("2", 190) == milliseconds(2190));
  CHECK(r.ratelimited == 1);
}

TEST_CASE("envoy#18: then without the header 15 ms: the exponential window is at its base") {
  RateLimited r;
  r.wait("2", 190);
  CHECK(r.wait(std::nullopt, 190) == milliseconds(15));
}

TEST_CASE("envoy#19: then Retry-After 5 s with the word 2190 waits 7190 ms") {
  RateLimited r;
  r.wait("2", 190);
  r.wait(std::nullopt, 190);
  CHECK(r.wait("5", 2190) == milliseconds(7190));
}

TEST_CASE("envoy#20: then Retry-After 0 is exponential, 40 ms; two of each kind in all") {
  RateLimited r;
  r.wait("2", 190);
  r.wait(std::nullopt, 190);
  r.wait("5", 2190);
  CHECK(r.wait("0", 190) == milliseconds(40));
  CHECK(r.exponential == 2);
  CHECK(r.ratelimited == 2);
}

TEST_CASE("envoy#21: Retry-After 301 is too long, 300 is not") {
  const auto interval = [](std::string_view value) {
    return reset_interval(std::vector<ResetHeader>{{ResetHeaderFormat::Seconds, value}}, 0);
  };
  CHECK_FALSE(interval("301"));
  CHECK(interval("300") == milliseconds(300'000));
}

TEST_CASE("envoy#22: a budget of 20 % and 3 allows a retry that max_retries 0 would refuse") {
  Router router(on("5xx"), {.max_retries = 0, .retry_budget = RetryBudget{20.0, 3}});
  CHECK(router.on(ResetReason::RemoteReset) == V::Retry);
}

TEST_CASE("envoy#23: a budget of 0 % and 0 refuses a retry that max_retries 5 would allow") {
  Router router(on("5xx"), {.max_retries = 5, .retry_budget = RetryBudget{0.0, 0}});
  CHECK(router.on(ResetReason::RemoteReset) == V::Overflow);
}

TEST_CASE("envoy#24: a budget of 20 % and 3 over outstanding retries and requests") {
  const CircuitBreakerConfig config{.retry_budget = RetryBudget{20.0, 3}};
  CHECK(can_retry(config, {.requests = 0, .retries = 2}));
  CHECK_FALSE(can_retry(config, {.requests = 0, .retries = 3}));
  CHECK(can_retry(config, {.requests = 20, .retries = 3}));
  CHECK_FALSE(can_retry(config, {.requests = 20, .retries = 4}));
}

TEST_CASE("envoy#25: a budget's minimum of 5 is the limit at no load, the gauge stays 0") {
  const CircuitBreakerConfig config{.retry_budget = RetryBudget{20.0, 5}};
  CHECK(retry_limit(config, {}) == 5);
  CHECK(remaining_retries(config, {}) == 0);
}

TEST_CASE("envoy#42 (arithmetic): 200 ms, 50 ms used: the retry is told 150") {
  const RequestTimeouts timeouts = final_timeouts({}, {.upstream_rq_timeout_ms = 200});
  CHECK(expected_timeout_ms(timeouts, false, milliseconds(0)) == 200);
  CHECK(expected_timeout_ms(timeouts, false, milliseconds(50)) == 150);
}

TEST_CASE("envoy#43: route 10 ms, header 15 ms: 15 ms, told upstream") {
  const RequestTimeouts timeouts =
      final_timeouts({.route = milliseconds(10)}, {.upstream_rq_timeout_ms = 15});
  CHECK(timeouts.global == milliseconds(15));
  CHECK(expected_timeout_ms(timeouts, false, milliseconds(0)) == 15);
}
