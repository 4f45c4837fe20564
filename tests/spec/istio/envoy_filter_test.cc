// EnvoyFilters: what a run obeys is kept with its match, the rest is named.
#include "libmesh/spec/istio/envoy_filter.h"

#include <doctest/doctest.h>

#include "tests/spec/istio/envoy_snippets.h"

namespace mesh {
namespace {

using istio::EnvoyPatch;
using istio::FilterPlace;
using istio::PatchContext;
using testing::complaints;
using testing::patch_of;
using testing::with_patch;

const std::string bucket =
    "{token_bucket: {max_tokens: 2, fill_interval: 1s}, " + testing::always_on + "}";

TEST_CASE("envoy_filter: a match of a cluster is kept") {
  const EnvoyPatch patch =
      patch_of(with_patch("CLUSTER",
                          "{context: GATEWAY, proxy: {proxyVersion: '^1.27'}, cluster: {service: "
                          "cart.shop.svc.cluster.local, subset: v1, portNumber: 80}}",
                          "MERGE", "{connect_timeout: 2s}"));
  CHECK(patch.target == EnvoyPatch::Target::Cluster);
  CHECK(patch.match.context == PatchContext::Gateway);
  CHECK(patch.match.proxy_version == "^1.27");
  CHECK(patch.match.service == "cart.shop.svc.cluster.local");
  CHECK(patch.match.subset == "v1");
  CHECK(patch.match.port == 80);
  CHECK(patch.place.line == 6);
}

TEST_CASE("envoy_filter: a match of a route is kept") {
  const EnvoyPatch patch = patch_of(
      with_patch("HTTP_ROUTE",
                 "{routeConfiguration: {name: '80', portNumber: 80, gateway: shop/gw, vhost: "
                 "{name: 'cart:80', route: {name: first, action: ROUTE}}}}",
                 "MERGE", "{route: {timeout: 3s}}"));
  CHECK(patch.target == EnvoyPatch::Target::HttpRoute);
  CHECK(patch.match.context == PatchContext::Any);
  CHECK(patch.match.route_configuration == "80");
  CHECK(patch.match.gateway == "shop/gw");
  CHECK(patch.match.virtual_host == "cart:80");
  CHECK(patch.match.route == "first");
  CHECK(patch.match.route_action == "ROUTE");
}

TEST_CASE("envoy_filter: where a filter goes") {
  struct Row {
    const char* name;
    const char* operation;
    const char* beside;
    FilterPlace place;
  };
  const std::string filter =
      "{name: envoy.filters.http.local_ratelimit, typed_config: {'@type': "
      "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit, "
      "token_bucket: {max_tokens: 2, fill_interval: 1s}, " +
      testing::always_on + "}}";
  const Row rows[] = {
      {"first of all", "INSERT_FIRST", "", FilterPlace::BeforeFault},
      {"before no filter in particular", "INSERT_BEFORE", "", FilterPlace::BeforeFault},
      {"before the router", "INSERT_BEFORE", "envoy.filters.http.router", FilterPlace::AfterFault},
      {"before the fault filter", "INSERT_BEFORE", "envoy.filters.http.fault",
       FilterPlace::BeforeFault},
      {"after the fault filter", "INSERT_AFTER", "envoy.filters.http.fault",
       FilterPlace::AfterFault},
      {"after the CORS filter", "INSERT_AFTER", "envoy.filters.http.cors", FilterPlace::AfterFault},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string match =
        std::string(
            "{listener: {filterChain: {filter: {name: "
            "envoy.filters.network.http_connection_manager, subFilter: {name: '") +
        row.beside + "'}}}}}";
    CHECK(patch_of(with_patch("HTTP_FILTER", match, row.operation, filter)).filter_place ==
          row.place);
  }
}

TEST_CASE("envoy_filter: what is not simulated is named with its place") {
  struct Row {
    const char* name;
    std::string yaml, said;
  };
  const Row rows[] = {
      {"a network filter",
       with_patch("NETWORK_FILTER", "{}", "MERGE", "{name: envoy.filters.network.tcp_proxy}"),
       "applyTo NETWORK_FILTER is not simulated"},
      {"the bootstrap", with_patch("BOOTSTRAP", "{}", "MERGE", "{}"),
       "applyTo BOOTSTRAP is not simulated"},
      {"a new cluster", with_patch("CLUSTER", "{}", "ADD", "{name: mine}"),
       "ADD of a CLUSTER is not simulated"},
      {"a removed route", with_patch("HTTP_ROUTE", "{}", "REMOVE", "{}"),
       "REMOVE of HTTP_ROUTE is not simulated"},
      {"Lua", with_patch("HTTP_FILTER", "{}", "INSERT_BEFORE", "{name: envoy.filters.http.lua}"),
       "the filter envoy.filters.http.lua is not simulated"},
      {"behind the router",
       with_patch("HTTP_FILTER", "{}", "INSERT_AFTER", "{name: envoy.filters.http.lua}"),
       "the filter would stand behind the router: Envoy refuses the listener"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto read = testing::read_text(row.yaml);
    REQUIRE_EQ(read.resources.envoy_filters.size(), 1);
    CHECK(read.resources.envoy_filters.front().patches.empty());
    CHECK(!read.problems.has_errors());
    REQUIRE(!read.problems.empty());
    CHECK(read.problems.items().front().what.find(row.said) != std::string::npos);
    CHECK(read.problems.items().front().place.line == 6);
  }
}

TEST_CASE("envoy_filter: selector and priority") {
  const auto read = testing::read_text(
      "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: cart}\nspec:\n"
      "  priority: -3\n  workloadSelector: {labels: {app: cart}}\n");
  REQUIRE_EQ(read.resources.envoy_filters.size(), 1);
  CHECK(read.resources.envoy_filters.front().priority == -3);
  CHECK(read.resources.envoy_filters.front().workload_selector == Labels{{"app", "cart"}});
}

TEST_CASE("envoy_filter: words that do not exist") {
  CHECK(complaints(with_patch("CLUSTERS", "{}", "MERGE", "{}"))
            .starts_with("error MS0106 spec.configPatches[0].applyTo"));
  CHECK(complaints(with_patch("CLUSTER", "{}", "PATCH", "{}"))
            .starts_with("error MS0106 spec.configPatches[0].patch.operation"));
  CHECK(complaints(with_patch("CLUSTER", "{context: INBOUND}", "MERGE", "{}"))
            .starts_with("error MS0106 spec.configPatches[0].match.context"));
}

}  // namespace
}  // namespace mesh
