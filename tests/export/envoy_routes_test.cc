// Each part of a route at its place in Envoy's JSON.
#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "libmesh/export/envoy_resources.h"

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;

Json route_of(const RouteEntry& entry) {
  Plan plan;
  for (const char* name : {"blue", "green", "mirror"}) plan.clusters.add(name);
  return virtual_host_json(plan, {"host", {"*"}, {entry}})["routes"][0];
}

RouteEntry to_blue() {
  RouteEntry entry;
  entry.action.clusters = {{ClusterId{0}, 1}};
  entry.action.total_weight = 1;
  return entry;
}

void split(RouteEntry& entry) {
  entry.action.clusters = {{ClusterId{0}, 10}, {ClusterId{1}, 90}};
  entry.action.total_weight = 100;
  entry.rule.route.resize(3);
  entry.rule.route[0].weight = 10;  // the second one has none and is no cluster
  entry.rule.route[2].weight = 90;
  entry.rule.route[2].headers.request_set = {{"x-green", "1"}};
}

TEST_CASE("envoy_routes: a part stands where Envoy reads it") {
  struct Row {
    const char* name;
    std::function<void(RouteEntry&)> set;
    const char* pointer;
    const char* expected;
  };
  using E = RouteEntry;
  const Row rows[] = {
      {"everything", [](E&) {}, "/match", R"({"prefix":"/"})"},
      {"exact path",
       [](E& e) {
         e.conditions.path_kind = PathMatchKind::Exact;
         e.conditions.path = "/a";
         e.conditions.ignore_case = true;
       },
       "/match", R"({"path":"/a","case_sensitive":false})"},
      {"header",
       [](E& e) {
         e.conditions.headers = {{"x", TextCondition{StringMatchKind::Regex, "a.*"}, true, true}};
       },
       "/match/headers/0",
       R"({"name":"x","string_match":{"safe_regex":{"regex":"a.*"}},"invert_match":true,)"
       R"("treat_missing_header_as_empty":true})"},
      {"header present", [](E& e) { e.conditions.headers = {{"x"}}; }, "/match/headers/0",
       R"({"name":"x","present_match":true})"},
      {"parameter",
       [](E& e) {
         e.conditions.query = {{"p", TextCondition{StringMatchKind::Exact, "1"}}};
       },
       "/match/query_parameters/0", R"({"name":"p","string_match":{"exact":"1"}})"},
      {"one cluster", [](E&) {}, "/route/cluster", "\"blue\""},
      {"weights", split, "/route/weighted_clusters/clusters/1/weight", "90"},
      {"headers of one destination of several", split,
       "/route/weighted_clusters/clusters/1/request_headers_to_add/0/header",
       R"({"key":"x-green","value":"1"})"},
      {"no timeout", [](E&) {}, "/route/timeout", "\"0s\""},
      {"hedging", [](E& e) { e.action.retry = RetryPolicy{.hedge_on_per_try_timeout = true}; },
       "/route/hedge_policy/hedge_on_per_try_timeout", "true"},
      {"retriable header",
       [](E& e) {
         e.action.retry = RetryPolicy{.headers = {{"x-retry", "yes"}, {"x-again"}}};
       },
       "/route/retry_policy/retriable_headers",
       R"([{"name":"x-retry","string_match":{"exact":"yes"}},)"
       R"({"name":"x-again","present_match":true}])"},
      {"waiting times of the upstream",
       [](E& e) {
         e.action.retry = RetryPolicy{
             .reset_headers = {{"retry-after"}, {"x-at", ResetHeaderFormat::UnixTimestamp}}};
       },
       "/route/retry_policy/rate_limited_retry_back_off",
       R"({"reset_headers":[{"name":"retry-after","format":"SECONDS"},)"
       R"({"name":"x-at","format":"UNIX_TIMESTAMP"}],"max_interval":"300s"})"},
      {"mirror",
       [](E& e) {
         e.action.mirrors = {{ClusterId{2}, {125'000}}};
       },
       "/route/request_mirror_policies/0/runtime_fraction/default_value",
       R"({"numerator":125000,"denominator":"MILLION"})"},
      {"hash of a cookie",
       [](E& e) {
         e.action.hash = {
             {.kind = HashMethodKind::Cookie, .name = "c", .ttl = seconds(1), .path = "/p"}};
       },
       "/route/hash_policy/0/cookie", R"({"name":"c","ttl":"1s","path":"/p"})"},
      {"rewrite", [](E& e) { e.rule.rewrite = istio::Rewrite{.uri = "/v2"}; },
       "/route/prefix_rewrite", "\"/v2\""},
      {"rewrite of the authority", [](E& e) { e.rule.rewrite = istio::Rewrite{.authority = "b"}; },
       "/route/host_rewrite_literal", "\"b\""},
      {"authority set as a header",
       [](E& e) {
         e.rule.headers.request_set = {{"Host", "b"}};
       },
       "/route/host_rewrite_literal", "\"b\""},
      {"header removed", [](E& e) { e.rule.headers.response_remove = {"server"}; },
       "/response_headers_to_remove/0", "\"server\""},
      {"header added to what is there",
       [](E& e) {
         e.rule.headers.request_add = {{"x", "1"}};
       },
       "/request_headers_to_add/0/append_action", "\"APPEND_IF_EXISTS_OR_ADD\""},
      {"delay",
       [](E& e) {
         e.action.fault.delay = seconds(2);
         e.action.fault.delay_share = {500'000};
       },
       "/typed_per_filter_config/envoy.filters.http.fault/delay/fixed_delay", "\"2s\""},
      {"gRPC abort", [](E& e) { e.action.fault.abort_grpc_status = 14; },
       "/typed_per_filter_config/envoy.filters.http.fault/abort/grpc_status", "14"},
      {"direct response",
       [](E& e) {
         e.action.kind = RouteKind::DirectResponse;
         e.action.code = 418;
         e.rule.direct_response = istio::DirectResponse{418, "short"};
       },
       "/direct_response", R"({"status":418,"body":{"inline_string":"short"}})"},
      {"redirect",
       [](E& e) {
         e.action.kind = RouteKind::Redirect;
         e.action.code = 308;
         e.rule.redirect = istio::Redirect{.uri = "/n", .authority = "b", .port = 81};
       },
       "/redirect",
       R"({"response_code":"PERMANENT_REDIRECT","path_redirect":"/n","host_redirect":"b",)"
       R"("port_redirect":81})"},
      {"a gateway's redirect to https",
       [](E& e) {
         e.action.kind = RouteKind::Redirect;
         e.action.code = 301;
       },
       "/redirect/https_redirect", "true"},
      {"the place in the YAML", [](E& e) { e.action.place = "a.yaml:7"; },
       "/metadata/filter_metadata/meshsim/place", "\"a.yaml:7\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    RouteEntry entry = to_blue();
    row.set(entry);
    const Json route = route_of(entry);
    const Json::json_pointer at(row.pointer);
    CHECK_MESSAGE(route.contains(at), route.dump());
    if (route.contains(at)) CHECK(route[at].dump() == row.expected);
  }
}

TEST_CASE("envoy_routes: a retry policy says everything, also what Envoy takes by default") {
  RetryPolicy policy{.on = RetryOn::FiveXx | RetryOn::GrpcUnavailable, .num_retries = 3};
  const Json plain = retry_policy_json(policy);
  CHECK(plain["retry_on"] == "5xx,unavailable");
  CHECK(plain["num_retries"] == 3);
  CHECK(plain["host_selection_retry_max_attempts"] == "1");
  CHECK(plain["retry_back_off"].dump() == R"({"base_interval":"0.025s","max_interval":"0.250s"})");
  CHECK_FALSE(plain.contains("retry_host_predicate"));
  CHECK_FALSE(plain.contains("per_try_timeout"));
  policy.previous_hosts = true;
  policy.previous_priorities_frequency = 2;
  policy.per_try_timeout = milliseconds(80);
  policy.status_codes = {503};
  const Json full = retry_policy_json(policy);
  CHECK(full["retry_host_predicate"][0]["name"] == "envoy.retry_host_predicates.previous_hosts");
  CHECK(full["retry_priority"]["typed_config"]["update_frequency"] == 2);
  CHECK(full["per_try_timeout"] == "0.080s");
  CHECK(full["retriable_status_codes"].dump() == "[503]");
}

}  // namespace
}  // namespace mesh
