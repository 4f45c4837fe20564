// Retry policies of routes.
#include "libmesh/plan/retries.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

istio::Retries attempts(std::int32_t count) {
  istio::Retries retries;
  retries.attempts = count;
  retries.attempts_set = true;
  return retries;
}

TEST_CASE(
    "retries: istio#89 without a word, failures before the application are tried twice more") {
  const auto policy = route_retry_policy({}, false, "1.27");
  REQUIRE(policy.has_value());
  CHECK(policy->num_retries == 2);
  CHECK(policy->on == (RetryOn::ConnectFailure | RetryOn::RefusedStream | RetryOn::GrpcUnavailable |
                       RetryOn::GrpcCancelled | RetryOn::RetriableStatusCodes));
  CHECK(policy->host_selection_attempts == 5);
  CHECK(policy->previous_hosts);
  CHECK(policy->per_try_timeout == Duration{0});
  CHECK(policy->backoff_base == milliseconds(25));
  CHECK(policy->backoff_max == milliseconds(250));
}

TEST_CASE("retries: istio#88 an upstream's 503 is retried by default up to 1.23 only") {
  CHECK(default_retry_policy("1.23").status_codes == std::vector<std::uint16_t>{503});
  CHECK(default_retry_policy("1.24").status_codes.empty());
  CHECK(default_retry_policy("1.27").status_codes.empty());
}

TEST_CASE("retries: istio#90 attempts of 0 or none at all remove the policy") {
  CHECK(!route_retry_policy(attempts(0), false, "1.27").has_value());
  istio::Retries silent;
  silent.per_try_timeout = seconds(1);
  CHECK(!route_retry_policy(silent, false, "1.27").has_value());
}

TEST_CASE("retries: istio#91 numbers in retryOn become status codes") {
  istio::Retries retries = attempts(3);
  retries.retry_on = "503,5xx,reset";
  const auto policy = route_retry_policy(retries, false, "1.27");
  REQUIRE(policy.has_value());
  CHECK(policy->num_retries == 3);
  CHECK(policy->on == (RetryOn::FiveXx | RetryOn::Reset | RetryOn::RetriableStatusCodes));
  CHECK(policy->status_codes == std::vector<std::uint16_t>{503});
}

TEST_CASE("retries: conditions are written with the words that they are read from") {
  CHECK(retry_on_text(default_retry_policy("1.27").on) ==
        "connect-failure,refused-stream,retriable-status-codes,cancelled,unavailable");
  CHECK(retry_on_text(RetryOn::None).empty());
}

TEST_CASE("retries: a list of one's own drops the default codes of old versions") {
  istio::Retries retries = attempts(1);
  retries.retry_on = "reset";
  CHECK(route_retry_policy(retries, false, "1.20")->status_codes.empty());
}

TEST_CASE(
    "retries: istio#92 consistent hash lets retries return to a host, unless told otherwise") {
  CHECK(!route_retry_policy(attempts(2), true, "1.27")->previous_hosts);
  istio::Retries retries = attempts(2);
  retries.retry_ignore_previous_hosts = true;
  CHECK(route_retry_policy(retries, true, "1.27")->previous_hosts);
  retries.retry_ignore_previous_hosts = false;
  CHECK(!route_retry_policy(retries, false, "1.27")->previous_hosts);
}

TEST_CASE("retries: back-off, per-try timeout and remote localities") {
  istio::Retries retries = attempts(2);
  retries.backoff = milliseconds(2);
  retries.per_try_timeout = milliseconds(80);
  retries.retry_remote_localities = true;
  const auto policy = route_retry_policy(retries, false, "1.27");
  CHECK(policy->backoff_base == milliseconds(2));
  CHECK(policy->backoff_max == milliseconds(20));
  CHECK(policy->per_try_timeout == milliseconds(80));
  CHECK(policy->previous_priorities_frequency == 2);
}

}  // namespace
}  // namespace mesh
