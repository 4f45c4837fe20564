// Filters of EnvoyFilters: rate limit, admission control, adaptive concurrency, faults.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using testing::always_on;
using testing::complaints;
using testing::inserted_filter;
using testing::patch_of;
using testing::rate_limit;

TEST_CASE("envoy_http_filters: a local rate limit") {
  const auto limit = std::get<istio::LocalRateLimit>(
      patch_of(rate_limit("{stat_prefix: x, status: {code: 503}, token_bucket: {max_tokens: 10, "
                          "tokens_per_fill: 4, fill_interval: 2s}, filter_enabled: {runtime_key: "
                          "a, default_value: {numerator: 5, denominator: TEN_THOUSAND}}, "
                          "filter_enforced: {default_value: {numerator: 7, denominator: MILLION}}, "
                          "descriptors: [{entries: [{key: who, value: me}], token_bucket: "
                          "{max_tokens: 3, fill_interval: 1s}}], "
                          "always_consume_default_token_bucket: false}"))
          .value);
  CHECK(limit.status == 503);
  CHECK(limit.bucket == TokenBucketConfig{10, 4, seconds(2)});
  CHECK(limit.enabled == Millionths{500});
  CHECK(limit.enforced == Millionths{7});
  REQUIRE_EQ(limit.descriptors.size(), 1);
  CHECK(limit.descriptors.front().entries == std::vector<istio::DescriptorEntry>{{"who", "me"}});
  CHECK(limit.descriptors.front().bucket == TokenBucketConfig{3, 1, seconds(1)});
  CHECK(!limit.always_consume_default);
}

TEST_CASE("envoy_http_filters: a numerator above the whole is always, a status below 400 is 429") {
  const auto limit = std::get<istio::LocalRateLimit>(
      patch_of(rate_limit("{status: {code: 200}, token_bucket: {max_tokens: 1, fill_interval: 1s}, "
                          "filter_enabled: {default_value: {numerator: 300}}, filter_enforced: "
                          "{default_value: {numerator: 100}}}"))
          .value);
  CHECK(limit.status == 429);
  CHECK(limit.enabled == Millionths{1'000'000});
}

TEST_CASE("envoy_http_filters: rate limits that surprise") {
  const std::string at = "spec.configPatches[0].patch.value";
  const std::string tokens = "token_bucket: {max_tokens: 2, fill_interval: 1s}";
  const std::vector<testing::Row> rows = {
      {"nothing is enabled unless it is said", "{" + tokens + "}",
       "warning MS0304 " + at + ": limits nothing: filter_enabled is 0 % unless it is set"},
      {"nothing is enforced unless it is said",
       "{" + tokens + ", filter_enabled: {default_value: {numerator: 100}}}",
       "warning MS0304 " + at + ": refuses nothing: filter_enforced is 0 % unless it is set"},
      {"intervals below 50 ms",
       "{token_bucket: {max_tokens: 2, fill_interval: 0.01s}, " + always_on + "}",
       "error MS0206 " + at +
           ".token_bucket.fill_interval: must be at least 50ms: Envoy refuses it"},
      {"no tokens", "{token_bucket: {max_tokens: 0, fill_interval: 1s}, " + always_on + "}",
       "error MS0108 " + at + ".token_bucket.max_tokens: must be at least 1, got 0"},
      {"descriptors alone",
       "{descriptors: [{entries: [{key: a}], " + tokens + "}], " + always_on + "}",
       "error MS0105 " + at + ": descriptors need a token_bucket beside them"},
      {"one bucket a connection",
       "{local_rate_limit_per_downstream_connection: true, " + tokens + ", " + always_on + "}",
       "warning MS0301 " + at +
           ".local_rate_limit_per_downstream_connection: is not simulated yet"},
  };
  testing::check_rows(rows, rate_limit);
}

TEST_CASE("envoy_http_filters: admission control") {
  const auto control = std::get<AdmissionControlConfig>(
      patch_of(inserted_filter("admission_control", "AdmissionControl",
                               "{sampling_window: 10s, sr_threshold: {default_value: {value: 90}}, "
                               "aggression: {default_value: 1.5}, rps_threshold: {default_value: "
                               "5}, max_rejection_probability: {default_value: {value: 70}}}"))
          .value);
  CHECK(control == AdmissionControlConfig{seconds(10), 90.0, 1.5, 5, 70.0});
}

TEST_CASE("envoy_http_filters: adaptive concurrency") {
  const auto gradient = std::get<GradientConfig>(
      patch_of(inserted_filter(
                   "adaptive_concurrency", "AdaptiveConcurrency",
                   "{gradient_controller_config: {sample_aggregate_percentile: {value: 90}, "
                   "concurrency_limit_params: {max_concurrency_limit: 9, "
                   "concurrency_update_interval: 0.2s}, min_rtt_calc_params: {interval: 30s, "
                   "request_count: 20, jitter: {value: 10}, min_concurrency: 2, buffer: {value: "
                   "30}}}}"))
          .value);
  CHECK(gradient.sample_percentile == 90.0);
  CHECK(gradient.max_concurrency_limit == 9);
  CHECK(gradient.concurrency_update_interval == milliseconds(200));
  CHECK(gradient.min_rtt_interval == seconds(30));
  CHECK(gradient.min_rtt_request_count == 20);
  CHECK(gradient.min_rtt_jitter_percent == 10.0);
  CHECK(gradient.min_concurrency == 2);
  CHECK(gradient.min_rtt_buffer_percent == 30.0);
}

TEST_CASE("envoy_http_filters: faults of the filter itself") {
  const auto fault = std::get<istio::FaultFilter>(
      patch_of(testing::with_patch(
                   "HTTP_FILTER",
                   "{listener: {filterChain: {filter: {name: "
                   "envoy.filters.network.http_connection_manager, subFilter: {name: "
                   "envoy.filters.http.fault}}}}}",
                   "MERGE",
                   "{name: envoy.filters.http.fault, typed_config: {'@type': "
                   "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault, "
                   "max_active_faults: 3, delay: {header_delay: {}, percentage: {numerator: 50}}, "
                   "abort: {http_status: 503, percentage: {numerator: 20}}}}"))
          .value);
  CHECK(fault.policy.max_active == 3);
  CHECK(fault.header_delay);
  CHECK(!fault.header_abort);
  CHECK(fault.policy.delay_share == Millionths{500'000});
  CHECK(fault.policy.abort_code == 503);
  CHECK(fault.policy.abort_share == Millionths{200'000});
}

}  // namespace
}  // namespace mesh
