// Filters that ask a service: their fields and defaults.
#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using testing::complaints;
using testing::inserted_filter;
using testing::patch_of;

std::string authz(const std::string& config) {
  return inserted_filter("ext_authz", "ExtAuthz", config);
}
std::string limit(const std::string& config) {
  return inserted_filter("ratelimit", "RateLimit", config);
}
const std::string grpc = "grpc_service: {envoy_grpc: {cluster_name: 'outbound|1||a'}}";
const std::string service = "domain: shop, rate_limit_service: {" + grpc + "}";

TEST_CASE("envoy_service_filters: an authoriser with Envoy's defaults") {
  const auto filter = std::get<istio::ExtAuthz>(patch_of(authz("{" + grpc + "}")).value);
  CHECK(filter.service.cluster == "outbound|1||a");
  CHECK(filter.service.timeout.ns == 0);  // the filter's
  CHECK(filter.status_on_error == 403);
  CHECK(!filter.failure_mode_allow);
  CHECK(!filter.enabled);
}

TEST_CASE("envoy_service_filters: an authoriser asked by HTTP, with everything") {
  const auto filter = std::get<istio::ExtAuthz>(
      patch_of(authz("{httpService: {serverUri: {uri: 'http://a', cluster: 'outbound|1||a', "
                     "timeout: 0.25s}, pathPrefix: /check}, failureModeAllow: true, "
                     "statusOnError: {code: 503}, filter_enabled: {default_value: {numerator: "
                     "10}}, transport_api_version: V3}"))
          .value);
  CHECK(filter.service.cluster == "outbound|1||a");
  CHECK(filter.service.timeout == milliseconds(250));
  CHECK(filter.path_prefix == "/check");
  CHECK(filter.failure_mode_allow);
  CHECK(filter.status_on_error == 503);
  CHECK(filter.enabled->numerator == 100'000);
}

TEST_CASE("envoy_service_filters: a rate limit with Envoy's defaults, and with everything") {
  const auto plain = std::get<istio::GlobalRateLimit>(patch_of(limit("{" + service + "}")).value);
  CHECK(plain.domain == "shop");
  CHECK(plain.timeout == milliseconds(20));
  CHECK(plain.status == 429);
  CHECK(plain.status_on_error == 500);
  CHECK(!plain.failure_mode_deny);
  CHECK(!plain.without_header);
  const auto full = std::get<istio::GlobalRateLimit>(
      patch_of(limit("{" + service +
                     ", timeout: 10s, failure_mode_deny: true, rate_limited_status: {code: 503}, "
                     "status_on_error: {code: 502}, disable_x_envoy_ratelimited_header: true, "
                     "filter_enforced: {default_value: {numerator: 0}}}"))
          .value);
  CHECK(full.timeout == seconds(10));
  CHECK(full.failure_mode_deny);
  CHECK(full.status == 503);
  CHECK(full.status_on_error == 502);
  CHECK(full.without_header);
  CHECK(full.enforced->numerator == 0);
  const auto mild = std::get<istio::GlobalRateLimit>(
      patch_of(limit("{" + service + ", rate_limited_status: {code: 200}}")).value);
  CHECK(mild.status == 429);
}

TEST_CASE("envoy_service_filters: what is missing") {
  CHECK(complaints(authz("{failure_mode_allow: true}")).find("grpc_service or http_service") !=
        std::string::npos);
  CHECK(complaints(limit("{domain: a}")).find("rate_limit_service") != std::string::npos);
}

}  // namespace
}  // namespace mesh
