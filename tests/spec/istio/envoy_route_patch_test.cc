// Patches of routes and virtual hosts.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using istio::RoutePatch;
using testing::with_patch;

RoutePatch read(const std::string& value, const std::string& target = "HTTP_ROUTE") {
  return std::get<RoutePatch>(testing::patch_of(with_patch(target, "{}", "MERGE", value)).value);
}

TEST_CASE("envoy_route_patch: timeout, retries, hedging") {
  const RoutePatch patch = read(
      "{route: {timeout: 0s, retry_policy: {retry_on: '5xx,reset', num_retries: 4, "
      "per_try_timeout: 0.2s, per_try_idle_timeout: 0.1s, retry_back_off: {base_interval: 0.01s, "
      "max_interval: 0.05s}, rate_limited_retry_back_off: {reset_headers: [{name: retry-after}, "
      "{name: x-reset, format: UNIX_TIMESTAMP}], max_interval: 9s}, retriable_status_codes: [418], "
      "retriable_headers: [{name: x-again, string_match: {exact: please}}, {name: x-more, "
      "present_match: true}], host_selection_retry_max_attempts: 7, retry_host_predicate: [{name: "
      "envoy.retry_host_predicates.previous_hosts}]}, hedge_policy: {hedge_on_per_try_timeout: "
      "true}}}");
  CHECK(patch.timeout == Duration{0});
  CHECK(patch.hedge_on_per_try_timeout);
  REQUIRE(patch.retry.has_value());
  const istio::RetryPatch& retry = *patch.retry;
  CHECK(retry.retry_on == "5xx,reset");
  CHECK(retry.num_retries == 4);
  CHECK(retry.per_try_timeout == milliseconds(200));
  CHECK(retry.per_try_idle_timeout == milliseconds(100));
  CHECK(retry.backoff_base == milliseconds(10));
  CHECK(retry.backoff_max == milliseconds(50));
  REQUIRE_EQ(retry.reset_headers.size(), 2);
  CHECK(retry.reset_headers[0] == ResetHeaderName{"retry-after", ResetHeaderFormat::Seconds});
  CHECK(retry.reset_headers[1] == ResetHeaderName{"x-reset", ResetHeaderFormat::UnixTimestamp});
  CHECK(retry.reset_max_interval == seconds(9));
  CHECK(retry.status_codes == std::vector<std::uint16_t>{418});
  REQUIRE_EQ(retry.retriable_headers.size(), 2);
  CHECK(retry.retriable_headers[0] == RetriableHeader{"x-again", "please"});
  CHECK(retry.retriable_headers[1] == RetriableHeader{"x-more", std::nullopt});
  CHECK(retry.host_selection_attempts == 7);
  CHECK(retry.previous_hosts);
}

TEST_CASE("envoy_route_patch: rate limits of virtual hosts and routes") {
  const RoutePatch host = read(
      "{rate_limits: [{actions: [{generic_key: {descriptor_value: all}}, {request_headers: "
      "{header_name: x-who, descriptor_key: who, skip_if_absent: true}}]}]}",
      "VIRTUAL_HOST");
  REQUIRE_EQ(host.rate_limits.size(), 1);
  REQUIRE_EQ(host.rate_limits[0].size(), 2);
  CHECK(host.rate_limits[0][0].key == "generic_key");
  CHECK(host.rate_limits[0][0].value == "all");
  CHECK(host.rate_limits[0][1].kind == istio::RateAction::Kind::RequestHeader);
  CHECK(host.rate_limits[0][1].header == "x-who");
  CHECK(host.rate_limits[0][1].key == "who");
  CHECK(host.rate_limits[0][1].skip_if_absent);

  const RoutePatch route = read(
      "{typed_per_filter_config: {envoy.filters.http.local_ratelimit: {'@type': "
      "type.googleapis.com/udpa.type.v1.TypedStruct, type_url: "
      "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit, value: "
      "{token_bucket: {max_tokens: 4, fill_interval: 60s}, " +
      testing::always_on + "}}}}");
  REQUIRE(route.rate_limit.has_value());
  CHECK(route.rate_limit->bucket == TokenBucketConfig{4, 1, seconds(60)});
}

TEST_CASE("envoy_route_patch: what Envoy ignores or refuses") {
  const auto wrap = [](const std::string& value) {
    return with_patch("HTTP_ROUTE", "{}", "MERGE", value);
  };
  const std::string at = "spec.configPatches[0].patch.value";
  testing::check_rows(
      {{"an unknown condition", "{route: {retry_policy: {retry_on: '5xx,sometimes'}}}",
        "warning MS0106 " + at +
            ".route.retry_policy.retry_on: \"sometimes\" is no condition: Envoy ignores it"},
       {"a maximum below the base",
        "{route: {retry_policy: {retry_back_off: {base_interval: 1s, max_interval: 0.5s}}}}",
        "error MS0214 " + at +
            ".route.retry_policy: max_interval is below base_interval: Envoy refuses the route"},
       {"a prefix rewrite", "{route: {prefix_rewrite: /x}}",
        "warning MS0301 " + at + ".route.prefix_rewrite: is not simulated"}},
      wrap);
}

}  // namespace
}  // namespace mesh
