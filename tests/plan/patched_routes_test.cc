// Routes with filters in front: outbound, inbound, and where there are none.
#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using testing::envoy_filter;
using testing::envoy_patch;
using testing::get_web;
using testing::patched;
using testing::PlanView;

std::string limit(const std::string& match) {
  return envoy_filter(envoy_patch(
      "HTTP_FILTER", match, "INSERT_BEFORE",
      "{name: envoy.filters.http.local_ratelimit, typed_config: {'@type': "
      "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit, "
      "token_bucket: {max_tokens: 2, fill_interval: 1s}, filter_enabled: {default_value: "
      "{numerator: 100}}, filter_enforced: {default_value: {numerator: 100}}}}"));
}

/// The receiving side's own route for the request at web-v1.
RouteId inbound_route(const PlanView& view) {
  const ProxyConfig& proxy = view.plan->versions.front().proxies[view.id("web-v1")];
  const TemplateId request = view.request(get_web);
  return proxy.inbound_route_of.contains(request) ? proxy.inbound_route_of[request]
                                                  : RouteId::none();
}

TEST_CASE("patched_routes: inbound filters make an inbound route and cluster") {
  const PlanView plain = patched("");
  CHECK(!inbound_route(plain).valid());
  CHECK(!plain.plan->versions.front().proxies[plain.id("web-v1")].inbound.valid());
  for (const std::string match :
       {"context: SIDECAR_INBOUND", "context: SIDECAR_INBOUND, listener: {portNumber: 8080}",
        "context: SIDECAR_INBOUND, listener: {name: virtualInbound}"}) {
    CAPTURE(match);
    const PlanView view = patched(limit(match));
    const RouteId route = inbound_route(view);
    REQUIRE(route.valid());
    CHECK(view.plan->routes[route].virtual_host == "inbound|http|80");
    CHECK(view.plan->routes[route].filters.valid());
    CHECK(view.plan->versions.front().proxies[view.id("web-v1")].inbound.valid());
    CHECK(!view.route("client", get_web).filters.valid());
  }
  CHECK(!inbound_route(patched(limit("context: SIDECAR_INBOUND, listener: {portNumber: 81}")))
             .valid());
}

TEST_CASE("patched_routes: unknown hosts pass the filters of their listener, too") {
  const PlanView view =
      patched(limit("context: SIDECAR_OUTBOUND"),
              testing::loads(testing::load_of("service: web, host: example.org")));
  CHECK(view.route("client", "GET example.org/").filters.valid());
}

TEST_CASE("patched_routes: a client without sidecar has no filters") {
  const PlanView view =
      patched(limit("context: ANY"),
              testing::loads(testing::load_of("service: web") +
                             "  behaviour: {workloads: {client: {sidecar: false}}}\n"));
  CHECK(!view.route("client", get_web).filters.valid());
}

}  // namespace
}  // namespace mesh
