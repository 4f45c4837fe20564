// What is merged into routes and virtual hosts.
#include "libmesh/plan/route_patches.h"

#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using istio::PatchContext;
using testing::envoy_filter;
using testing::envoy_patch;
using testing::get_web;
using testing::patched;
using testing::web_route;

std::string merge(const std::string& value, const std::string& target = "HTTP_ROUTE",
                  const std::string& match = "") {
  return envoy_filter(envoy_patch(target, match, "MERGE", value));
}
RoutePlan route(const std::string& objects) {
  return patched(objects).route("client", get_web);
}

TEST_CASE("route_patches: which routes are meant") {
  struct Row {
    const char* name;
    istio::PatchMatch match;
    RouteTable table;
    bool meant;
  };
  const RouteTable outbound{PatchContext::SidecarOutbound, 80, 80};
  const RouteTable inbound{PatchContext::SidecarInbound, 80, 8080};
  const RouteTable gateway{PatchContext::Gateway, 8443, 8443};
  const Row rows[] = {
      {"no word", {}, outbound, true},
      {"the listener's port", {.port = 80}, outbound, true},
      {"another port", {.port = 81}, outbound, false},
      {"an inbound table goes by the target port", {.port = 8080}, inbound, true},
      {"and not by the Service's", {.port = 80}, inbound, false},
      {"outbound tables are called by their port", {.route_configuration = "80"}, outbound, true},
      {"inbound ones like clusters", {.route_configuration = "inbound|8080||"}, inbound, true},
      {"those of gateways http.<port>", {.route_configuration = "http.8443"}, gateway, true},
      {"another name", {.route_configuration = "81"}, outbound, false},
      {"the virtual host", {.virtual_host = "web:80"}, outbound, true},
      {"another virtual host", {.virtual_host = "other:80"}, outbound, false},
      {"the route", {.route = "first"}, outbound, true},
      {"another route", {.route = "second"}, outbound, false},
      {"what it does", {.route_action = "ROUTE"}, outbound, true},
      {"what it does not", {.route_action = "REDIRECT"}, outbound, false},
      {"anything", {.route_action = "ANY"}, outbound, true},
  };
  RoutePlan plan;
  plan.name = "first";
  plan.virtual_host = "web:80";
  for (const Row& row : rows) {
    CAPTURE(row.name);
    istio::EnvoyPatch patch;
    patch.target = istio::EnvoyPatch::Target::HttpRoute;
    patch.match = row.match;
    CHECK(is_meant(patch, row.table, plan) == row.meant);
  }
}

TEST_CASE("route_patches: retries are merged field by field, lists grow") {
  const RoutePlan plan = route(
      web_route(", retries: {attempts: 4, retryOn: '503'}") +
      merge("{route: {timeout: 2s, retry_policy: {num_retries: 1, retriable_status_codes: [418], "
            "per_try_idle_timeout: 0.1s, rate_limited_retry_back_off: {reset_headers: [{name: "
            "retry-after}], max_interval: 8s}}, hedge_policy: {hedge_on_per_try_timeout: true}}}"));
  CHECK(plan.timeout == seconds(2));
  REQUIRE(plan.retry.has_value());
  CHECK(plan.retry->num_retries == 1);
  CHECK(plan.retry->status_codes == std::vector<std::uint16_t>{503, 418});
  CHECK(plan.retry->per_try_idle_timeout == milliseconds(100));
  CHECK(plan.retry->reset_headers.size() == 1);
  CHECK(plan.retry->reset_max_interval == seconds(8));
  CHECK(plan.retry->hedge_on_per_try_timeout);
  CHECK(plan.retry->previous_hosts);  // istiod's
}

TEST_CASE("route_patches: a base back-off brings its maximum unless istiod wrote one") {
  const std::string patch =
      merge("{route: {retry_policy: {retry_back_off: {base_interval: 0.1s}}}}");
  CHECK(route(patch).retry->backoff_base == milliseconds(100));
  CHECK(route(patch).retry->backoff_max == seconds(1));
  const RoutePlan written = route(web_route(", retries: {attempts: 2, backoff: 30ms}") + patch);
  CHECK(written.retry->backoff_base == milliseconds(100));
  CHECK(written.retry->backoff_max == milliseconds(300));
}

TEST_CASE("route_patches: a virtual host's retries hold where the route has none") {
  const std::string patch =
      merge("{retry_policy: {retry_on: 5xx, num_retries: 3}}", "VIRTUAL_HOST");
  CHECK(route(patch).retry->num_retries == 2);  // istiod's default stands at the route
  const RoutePlan none = route(web_route(", retries: {attempts: 0}") + patch);
  REQUIRE(none.retry.has_value());
  CHECK(none.retry->num_retries == 3);
  CHECK(contains(none.retry->on, RetryOn::FiveXx));
  CHECK(none.retry->host_selection_attempts == 1);  // Envoy's, not Istio's
}

TEST_CASE("route_patches: faults of the filter, as headers ask for them") {
  const auto request = [](std::vector<std::pair<std::string, std::string>> headers) {
    RequestTemplate t;
    t.headers = std::move(headers);
    return t;
  };
  istio::FaultFilter filter;
  filter.policy.delay_share = {500'000};
  filter.policy.abort_share = {1'000'000};
  filter.header_delay = filter.header_abort = true;
  RoutePlan plain, asked, own;
  apply_fault_filter(filter, request({}), plain);
  CHECK(!wants_delay(plain.fault, 0));
  CHECK(!wants_abort(plain.fault, 0));
  apply_fault_filter(filter,
                     request({{"x-envoy-fault-delay-request", "20"},
                              {"x-envoy-fault-abort-request", "418"},
                              {"x-envoy-fault-abort-request-percentage", "30"}}),
                     asked);
  CHECK(asked.fault.delay == milliseconds(20));
  CHECK(asked.fault.delay_share == Millionths{500'000});
  CHECK(asked.fault.abort_code == 418);
  CHECK(asked.fault.abort_share == Millionths{30});
  own.fault.delay = seconds(1);
  apply_fault_filter(filter, request({}), own);
  CHECK(own.fault.delay == seconds(1));  // the VirtualService's own
}

}  // namespace
}  // namespace mesh
