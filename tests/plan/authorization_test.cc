// Policies with action CUSTOM: whom they are about, whom they ask.
#include "libmesh/plan/authorization.h"

#include <doctest/doctest.h>

#include "libmesh/plan/topology.h"
#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using testing::get_web;
using testing::patched;
using testing::PlanView;

std::string providers(const std::string& list) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\n"
         "data:\n  mesh: |\n    extensionProviders:\n" +
         list + "---\n";
}
const std::string checker = providers(
    "    - name: checker\n      envoyExtAuthzHttp:\n"
    "        {service: other.default.svc.cluster.local, port: 8080, pathPrefix: /check,\n"
    "         timeout: 500ms, failOpen: true, statusOnError: '503'}\n");

std::string policy(const std::string& rules, const std::string& provider = "checker",
                   const std::string& selector = "{app: web}", const std::string& name = "ask") {
  return "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: " + name +
         "}\nspec: {selector: {matchLabels: " + selector +
         "}, action: CUSTOM, provider: {name: " + provider + "}, rules: " + rules + "}\n---\n";
}
const std::string everything = policy("[{}]");

/// The filters in front of web's application.
FilterSetPlan inbound_filters(const PlanView& view, const std::string& to = "web-v1",
                              const std::string& request = get_web) {
  const ProxyConfig& proxy = view.plan->versions.front().proxies[view.id(to)];
  const TemplateId id = view.request(request);
  if (!proxy.inbound_route_of.contains(id) || !proxy.inbound_route_of[id].valid()) return {};
  const FilterSetId set = view.plan->routes[proxy.inbound_route_of[id]].filters;
  return set.valid() ? view.plan->filter_sets[set] : FilterSetPlan{};
}
std::string codes_of(const PlanView& view) {
  std::string text;
  for (const Diagnostic& d : view.problems) {
    if (d.path.starts_with("AuthorizationPolicy")) text += d.code + " ";
  }
  return text;
}

TEST_CASE("authorization: a provider is asked about the request, under its own timeout") {
  const PlanView view = patched(checker + everything);
  const FilterSetPlan set = inbound_filters(view);
  REQUIRE_EQ(set.filters.size(), 1);
  CHECK(set.before_fault == 1);
  REQUIRE(set.filters[0].kind == FilterKind::ExtAuthz);
  const ExtAuthzPlan& plan = view.plan->authorisers[set.filters[0].index];
  CHECK(view.plan->clusters[plan.call.cluster] == "outbound|8080||other.default.svc.cluster.local");
  CHECK(view.plan->routes[plan.call.route].timeout == milliseconds(500));
  const RequestTemplate& check = view.plan->templates[plan.call.request];
  CHECK(check.path == "/check/");
  CHECK(check.authority == "web");
  CHECK(check.port == 8080);
  CHECK(plan.failure_mode_allow);
  CHECK(plan.status_on_error == 503);
  // The authoriser knows how to answer it, and nobody checks the authoriser.
  CHECK(view.workload("other").handler_of.contains(plan.call.request));
  CHECK(inbound_filters(view, "other", "GET web:8080/check/").filters.empty());
  CHECK(view.plan->versions.front().proxies[view.id("web-v1")].inbound.valid());
}

TEST_CASE("authorization: gRPC providers have 600 s unless they say less") {
  const PlanView view = patched(providers("    - {name: checker, envoyExtAuthzGrpc: {service: "
                                          "default/other.default.svc.cluster.local, port: 80}}\n") +
                                everything);
  const ExtAuthzPlan& plan = view.plan->authorisers.at(0);
  CHECK(view.plan->routes[plan.call.route].timeout == seconds(600));
  CHECK(!plan.failure_mode_allow);
  CHECK(plan.status_on_error == 403);
}

TEST_CASE("authorization: whom a policy is about") {
  struct Row {
    const char* name;
    std::string rules;
    bool asks;
  };
  const Row rows[] = {
      {"no rules: nobody", "[]", false},
      {"an empty rule: everybody", "[{}]", true},
      {"path", "[{to: [{operation: {paths: ['/cart']}}]}]", true},
      {"another path", "[{to: [{operation: {paths: ['/car']}}]}]", false},
      {"path prefix", "[{to: [{operation: {paths: ['/ca*']}}]}]", true},
      {"path suffix", "[{to: [{operation: {paths: ['*art']}}]}]", true},
      {"any path", "[{to: [{operation: {paths: ['*']}}]}]", true},
      {"all paths but it", "[{to: [{operation: {notPaths: ['/c*']}}]}]", false},
      {"method and path", "[{to: [{operation: {methods: [GET], paths: ['/x']}}]}]", false},
      {"one of two operations",
       "[{to: [{operation: {methods: [PUT]}}, {operation: {methods: [GET]}}]}]", true},
      {"host without case", "[{to: [{operation: {hosts: [WEB]}}]}]", true},
      {"other host", "[{to: [{operation: {hosts: [other]}}]}]", false},
      {"all hosts but it", "[{to: [{operation: {notHosts: [web]}}]}]", false},
      {"container port", "[{to: [{operation: {ports: ['8080']}}]}]", true},
      {"service port", "[{to: [{operation: {ports: ['80']}}]}]", false},
      {"header", "[{when: [{key: 'request.headers[x-team]', values: [shop]}]}]", true},
      {"other header", "[{when: [{key: 'request.headers[x-no]', values: [shop]}]}]", false},
      {"not this value", "[{when: [{key: 'request.headers[x-team]', notValues: [shop]}]}]", false},
  };
  const std::string load = testing::loads(
      "  - {from: client, to: {service: web}, requests: [{path: '/cart?n=1', headers: {x-team: "
      "shop}}], open: {rate: 10}}\n");
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const PlanView view = patched(checker + policy(row.rules), load);
    CHECK(!inbound_filters(view, "web-v1", "GET web/cart?n=1").filters.empty() == row.asks);
  }
}

TEST_CASE("authorization: a selector, or the whole namespace") {
  const auto asks = [](const std::string& selector) {
    const PlanView view =
        patched(checker + policy("[{to: [{operation: {hosts: [web]}, }]}]", "checker", selector));
    return !inbound_filters(view).filters.empty();
  };
  CHECK(asks("{app: web, version: v1}"));
  CHECK(!asks("{app: web, version: v2}"));
}

TEST_CASE("authorization: a provider that does not exist refuses what the policy is about") {
  struct Row {
    const char* name;
    std::string objects;
  };
  const Row rows[] = {
      {"no such provider", checker + policy("[{}]", "nobody")},
      {"no such service",
       providers("    - {name: checker, envoyExtAuthzGrpc: {service: no.default.svc.cluster.local, "
                 "port: 80}}\n") +
           everything},
      {"no such port", providers("    - {name: checker, envoyExtAuthzGrpc: {service: "
                                 "other.default.svc.cluster.local, port: 81}}\n") +
                           everything},
      {"two providers", checker + everything + policy("[{}]", "second", "{app: web}", "again")},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const PlanView view = patched(row.objects);
    const FilterSetPlan set = inbound_filters(view);
    REQUIRE_EQ(set.filters.size(), 1);
    CHECK(set.filters[0].kind == FilterKind::Deny);
    CHECK_EQ(codes_of(view), "MS0528 ");
  }
}

TEST_CASE("authorization: an authoriser that is checked by itself is a circle") {
  const std::string all = policy("[{}]", "checker", "{}");
  const CompileResult result =
      compile(testing::scenario_of(testing::small_mesh + testing::web_load + checker + all));
  std::string codes;
  for (const Diagnostic& d : result.problems) {
    if (d.severity == Severity::Error) codes += d.code + " ";
  }
  CHECK_EQ(codes, "MS0515 ");
}

}  // namespace
}  // namespace mesh
