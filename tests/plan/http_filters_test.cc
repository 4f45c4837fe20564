// Filters as the requests of one template meet them: order, buckets, descriptors.
#include "libmesh/plan/http_filters.h"

#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using testing::envoy_filter;
using testing::envoy_patch;
using testing::get_web;
using testing::patched;
using testing::PlanView;

const std::string always_on =
    "filter_enabled: {default_value: {numerator: 100}}, "
    "filter_enforced: {default_value: {numerator: 100}}";

std::string typed(const std::string& name, const std::string& type, const std::string& config) {
  return "{name: envoy.filters.http." + name +
         ", typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http." + name +
         ".v3." + type + ", " + config + "}}";
}
std::string limit(const std::string& config, const std::string& match = "",
                  const std::string& operation = "INSERT_BEFORE") {
  return envoy_patch("HTTP_FILTER", match, operation,
                     typed("local_ratelimit", "LocalRateLimit", config + ", " + always_on));
}
const std::string two_tokens = "token_bucket: {max_tokens: 2, fill_interval: 1s}";
const std::string before_router =
    "listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.router}}}}";

FilterSetPlan filters(const PlanView& view, const std::string& request = get_web) {
  const FilterSetId id = view.route("client", request).filters;
  return id.valid() ? view.plan->filter_sets[id] : FilterSetPlan{};
}

TEST_CASE("http_filters: no filter, no set") {
  CHECK(!patched("").route("client", get_web).filters.valid());
  CHECK(!patched(envoy_filter(limit(two_tokens, "context: GATEWAY")))
             .route("client", get_web)
             .filters.valid());
  CHECK(!patched(envoy_filter(limit("stat_prefix: x"))).route("client", get_web).filters.valid());
}

TEST_CASE("http_filters: in front of the fault filter and behind it") {
  const PlanView view = patched(
      envoy_filter(limit(two_tokens) + limit("token_bucket: {max_tokens: 3, fill_interval: 1s}") +
                   limit("token_bucket: {max_tokens: 4, fill_interval: 1s}", before_router)));
  const FilterSetPlan set = filters(view);
  REQUIRE_EQ(set.filters.size(), 3);
  CHECK(set.before_fault == 2);
  const auto tokens = [&](std::size_t i) {
    const RateLimitPlan& plan = view.plan->rate_limits[set.filters[i].index];
    return view.plan->buckets[plan.fallback].config.max_tokens;
  };
  CHECK(tokens(0) == 3);  // inserted in front of the first
  CHECK(tokens(1) == 2);
  CHECK(tokens(2) == 4);
}

TEST_CASE("http_filters: listeners have buckets of their own, requests of one listener share") {
  const std::string several = testing::loads(testing::load_of("service: web") +
                                             testing::load_of("service: other, port: 80") +
                                             testing::load_of("service: other, port: 8080"));
  const PlanView view =
      patched(envoy_filter(limit(two_tokens, "context: SIDECAR_OUTBOUND")), several);
  const auto bucket = [&](const std::string& request) {
    return view.plan->rate_limits[filters(view, request).filters.at(0).index].fallback;
  };
  CHECK(bucket(get_web) == bucket("GET other/"));
  CHECK(bucket(get_web) != bucket("GET other:8080/"));
  CHECK(view.plan->buckets.size() == 2);
  const PlanView one =
      patched(envoy_filter(limit(two_tokens, "listener: {portNumber: 8080}")), several);
  CHECK(filters(one).filters.empty());
  CHECK(filters(one, "GET other:8080/").filters.size() == 1);
}

TEST_CASE("http_filters: a route's own limit replaces the filter's") {
  const std::string own =
      envoy_patch("HTTP_ROUTE", "", "MERGE",
                  "{typed_per_filter_config: {envoy.filters.http.local_ratelimit: {'@type': "
                  "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3."
                  "LocalRateLimit, status: {code: 503}, token_bucket: {max_tokens: 9, "
                  "fill_interval: 1s}, " +
                      always_on + "}}}");
  const PlanView view = patched(envoy_filter(limit(two_tokens) + own));
  const RateLimitPlan& plan = view.plan->rate_limits[filters(view).filters.at(0).index];
  CHECK(plan.status == 503);
  CHECK(view.plan->buckets[plan.fallback].config.max_tokens == 9);
  CHECK(filters(patched(envoy_filter(own))).filters.empty());  // no filter that would look at it
}

TEST_CASE("http_filters: descriptors of a request, the slowest bucket first") {
  const std::string descriptors =
      two_tokens +
      ", always_consume_default_token_bucket: false, descriptors: [{entries: [{key: who, value: "
      "me}], token_bucket: {max_tokens: 5, tokens_per_fill: 5, fill_interval: 1s}}, {entries: "
      "[{key: path, value: all}], token_bucket: {max_tokens: 6, fill_interval: 60s}}, {entries: "
      "[{key: any}], token_bucket: {max_tokens: 7, fill_interval: 1s}}]";
  const std::string actions =
      envoy_patch("VIRTUAL_HOST", "", "MERGE",
                  "{rate_limits: [{actions: [{request_headers: {header_name: x-who, "
                  "descriptor_key: who}}]}, {actions: [{generic_key: {descriptor_key: path, "
                  "descriptor_value: all}}]}, {actions: [{request_headers: {header_name: x-any, "
                  "descriptor_key: any}}]}]}");
  const auto limit_of = [&](const std::string& headers) {
    const PlanView view =
        patched(envoy_filter(limit(descriptors) + actions),
                testing::loads(testing::load_of("service: web, headers: {" + headers + "}")));
    const FilterSetId set = view.plan->routes[view.resolved("client", get_web).route].filters;
    const RateLimitPlan plan =
        view.plan->rate_limits[view.plan->filter_sets[set].filters.at(0).index];
    std::string text;
    for (const BucketId id : plan.matched) {
      text += std::to_string(view.plan->buckets[id].config.max_tokens) + " ";
    }
    return text;
  };
  CHECK(limit_of("x-who: me") == "6 5 ");
  CHECK(limit_of("x-who: you") == "6 ");
  CHECK(limit_of("x-any: thing") == "6 7 ");
}

TEST_CASE("http_filters: admission control and adaptive concurrency") {
  const PlanView view = patched(envoy_filter(
      envoy_patch("HTTP_FILTER", "", "INSERT_BEFORE",
                  typed("admission_control", "AdmissionControl", "sampling_window: 5s")) +
      envoy_patch("HTTP_FILTER", "", "INSERT_BEFORE",
                  typed("adaptive_concurrency", "AdaptiveConcurrency",
                        "gradient_controller_config: {concurrency_limit_params: "
                        "{concurrency_update_interval: 0.1s}, min_rtt_calc_params: {interval: "
                        "60s}}"))));
  const FilterSetPlan set = filters(view);
  REQUIRE_EQ(set.filters.size(), 2);
  CHECK(set.filters[0].kind == FilterKind::AdaptiveConcurrency);
  CHECK(set.filters[1].kind == FilterKind::AdmissionControl);
  CHECK(view.plan->admission_controls.at(0).config.sampling_window == seconds(5));
  CHECK(view.plan->concurrency_limits.at(0).config.concurrency_update_interval ==
        milliseconds(100));
}

std::string asks_other(const std::string& name, const std::string& type,
                       const std::string& config) {
  return envoy_patch("HTTP_FILTER", "context: SIDECAR_OUTBOUND, " + before_router, "INSERT_BEFORE",
                     typed(name, type, config));
}
const std::string other_service =
    "grpc_service: {envoy_grpc: {cluster_name: outbound|80||other.default.svc.cluster.local}}";

TEST_CASE("http_filters: an authoriser of an EnvoyFilter has 200 ms and sees the request") {
  const PlanView view = patched(envoy_filter(asks_other("ext_authz", "ExtAuthz", other_service)));
  const FilterSetPlan set = filters(view);
  REQUIRE_EQ(set.filters.size(), 1);
  CHECK(set.before_fault == 0);
  REQUIRE(set.filters[0].kind == FilterKind::ExtAuthz);
  const ExtAuthzPlan& plan = view.plan->authorisers.at(set.filters[0].index);
  CHECK(plan.name == "EnvoyFilter default/limits[0] on port 80");
  CHECK(view.plan->routes[plan.call.route].timeout == milliseconds(200));
  CHECK(view.plan->clusters[plan.call.cluster] == "outbound|80||other.default.svc.cluster.local");
  CHECK(view.plan->templates[plan.call.request].text == get_web);
  CHECK(view.workload("other").handler_of.contains(plan.call.request));
}

const std::string by_path =
    envoy_patch("VIRTUAL_HOST", "", "MERGE",
                "{rate_limits: [{actions: [{request_headers: {header_name: ':path', "
                "descriptor_key: PATH}}]}]}");

TEST_CASE("http_filters: a rate limit service is asked about descriptors, if there are any") {
  const std::string filter = asks_other(
      "ratelimit", "RateLimit",
      "domain: shop, failure_mode_deny: true, rate_limit_service: {" + other_service + "}");
  CHECK(filters(patched(envoy_filter(filter))).filters.empty());
  const PlanView view = patched(envoy_filter(filter + by_path));
  const FilterSetPlan set = filters(view);
  REQUIRE_EQ(set.filters.size(), 1);
  REQUIRE(set.filters[0].kind == FilterKind::GlobalRateLimit);
  const GlobalRateLimitPlan& plan = view.plan->global_rate_limits.at(set.filters[0].index);
  CHECK(plan.failure_mode_deny);
  CHECK(view.plan->responses[plan.response].envoy_ratelimited);
  CHECK(view.plan->routes[plan.call.route].timeout == milliseconds(20));
  const RequestTemplate& question = view.plan->templates[plan.call.request];
  CHECK(question.authority == "other.default.svc.cluster.local:80");
  CHECK(question.headers.at(1) ==
        std::pair<std::string, std::string>("x-ratelimit-domain", "shop"));
  CHECK(question.headers.at(2) ==
        std::pair<std::string, std::string>("x-ratelimit-descriptor", "PATH=/"));
}

TEST_CASE("http_filters: limits of the service count what fits their descriptor first") {
  const std::string scenario =
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: t}\nspec:\n"
      "  behaviour: {workloads: {other: {rateLimits: [{domain: elsewhere, descriptor: {PATH: /a}, "
      "requests: 1}, {descriptor: {PATH: /a}, requests: 5, per: 1m}, {descriptor: {PATH: ''}, "
      "requests: 7}]}}}\n"
      "  load:\n  - {from: client, to: {service: web}, requests: [{path: /a}, {path: /b}, {path: "
      "/c}], open: {rate: 10}}\n  run: {until: 1s}\n---\n";
  const PlanView view(testing::scenario_of(
      testing::small_mesh + scenario +
      envoy_filter(asks_other("ratelimit", "RateLimit",
                              "domain: shop, rate_limit_service: {" + other_service + "}") +
                   by_path)));
  CHECK(view.plan->limit_counters == 3);  // one for /a, one for each other path
  const auto limit_of = [&view](const std::string& request) {
    const FilterPlan filter = filters(view, request).filters.at(0);
    const TemplateId asked = view.plan->global_rate_limits[filter.index].call.request;
    const HandlerPlan& handler = view.plan->handlers[view.workload("other").handler_of[asked]];
    REQUIRE(handler.limits == 1);
    return view.plan->limits[handler.first_limit];
  };
  CHECK(limit_of("GET web/a").requests == 5);
  CHECK(limit_of("GET web/a").per == minutes(1));
  CHECK(limit_of("GET web/b").requests == 7);
  CHECK(limit_of("GET web/b").counter != limit_of("GET web/c").counter);
}

TEST_CASE("http_filters: a cluster that nobody knows is named") {
  const PlanView view = patched(envoy_filter(
      asks_other("ext_authz", "ExtAuthz", "grpc_service: {envoy_grpc: {cluster_name: authz}}")));
  std::string said;
  for (const Diagnostic& d : view.problems) {
    if (d.code == "MS0529") said += d.what;
  }
  CHECK_EQ(said, "nobody knows the cluster \"authz\": every call of the filter fails");
}

TEST_CASE("http_filters: preflights of a route with a CORS policy") {
  const std::string load = testing::loads(
      "  - {from: client, to: {service: web}, requests: [{method: OPTIONS, headers: {origin: a.io, "
      "access-control-request-method: PUT}}, {headers: {origin: b.io}}, {path: /}], open: {rate: "
      "10}}\n");
  const PlanView view =
      patched(testing::web_route(", corsPolicy: {allowOrigins: [{exact: a.io}]}"), load);
  std::vector<std::uint32_t> found;
  for (const WeightedTemplate& request : view.plan->loads[LoadId{0}].requests) {
    const auto& route = view.plan->versions.front().proxies[view.id("client")].route_of;
    const FilterSetId id = view.plan->routes[route[request.request].route].filters;
    found.push_back(id.valid() ? view.plan->filter_sets[id].filters.at(0).index : 99);
  }
  CHECK(found == std::vector<std::uint32_t>{static_cast<std::uint32_t>(CorsPlan::Preflight),
                                            static_cast<std::uint32_t>(CorsPlan::OriginInvalid),
                                            99});
}

}  // namespace
}  // namespace mesh
