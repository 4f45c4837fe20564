// Destinations, headers, redirects, direct answers, rewrites.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;
using testing::with_routed_rule;
using testing::with_rule;

istio::HttpRoute route(const std::string& rule) {
  const auto result = read_text(with_rule(rule));
  CHECK_EQ(testing::complaints(result.problems), "");
  return result.resources.virtual_services.at(0).http.at(0);
}

TEST_CASE("http_actions: destinations with subset, port, weight, headers") {
  const auto http = route(R"(route:
- destination: {host: cart.shop.svc.cluster.local, subset: v1, port: {number: 80}}
  weight: 90
  headers:
    request: {set: {b: '2', a: '1'}, add: {host: x.io}, remove: [z]}
    response: {set: {s: '1'}, add: {t: '%START_TIME%'}, remove: [u]}
- destination: {host: cart})");
  REQUIRE(http.route.size() == 2);
  const istio::RouteDestination& first = http.route[0];
  CHECK(first.destination.host == "cart.shop.svc.cluster.local");
  CHECK(first.destination.subset == "v1");
  CHECK(first.destination.port == 80);
  CHECK(first.weight == 90);
  CHECK(first.weight_set);
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(first.headers.request_set == Pairs{{"b", "2"}, {"a", "1"}});
  CHECK(first.headers.request_add == Pairs{{"host", "x.io"}});
  CHECK(first.headers.request_remove == std::vector<std::string>{"z"});
  CHECK(first.headers.response_set == Pairs{{"s", "1"}});
  CHECK(first.headers.response_add == Pairs{{"t", "%START_TIME%"}});
  CHECK(first.headers.response_remove == std::vector<std::string>{"u"});
  CHECK_FALSE(http.route[1].weight_set);
  CHECK(http.route[1].destination.port == 0);
}

TEST_CASE("http_actions: redirect, direct answer, rewrite") {
  CHECK(route("redirect: {uri: /b, authority: x.io, scheme: https, port: 8443, redirectCode: 308}")
            .redirect == istio::Redirect{"/b", "x.io", "https", 8443, 308});
  CHECK(route("redirect: {derivePort: FROM_REQUEST_PORT}").redirect->code == 301);
  CHECK(route("directResponse: {status: 503, body: {string: gone}}").direct_response ==
        istio::DirectResponse{503, "gone"});
  const std::string to = "route: [{destination: {host: a}}]\n";
  CHECK(route(to + "rewrite: {uri: /x, authority: y.io}").rewrite ==
        istio::Rewrite{"/x", "y.io", "", ""});
  CHECK(route(to + "rewrite: {uriRegexRewrite: {match: '^/a/(.*)', rewrite: '/\\1'}}").rewrite ==
        istio::Rewrite{"", "", "^/a/(.*)", "/\\1"});
}

TEST_CASE("http_actions: what istiod refuses of destinations and headers") {
  check_rows(
      {
          {"no host", "route: [{destination: {subset: v1}}]",
           "error MS0105 spec.http[0].route[0].destination: host is required"},
          {"no destination", "route: [{weight: 1}]",
           "error MS0105 spec.http[0].route[0]: destination is required"},
          {"an empty host", "route: [{destination: {host: ''}}]",
           "error MS0208 spec.http[0].route[0].destination.host: \"\" is not a valid host: it is "
           "empty"},
          {"every host", "route: [{destination: {host: '*'}}]",
           "error MS0208 spec.http[0].route[0].destination.host: \"*\" is not a valid host: a "
           "route needs one host"},
          {"a host with a port", "route: [{destination: {host: 'cart:80'}}]",
           "error MS0208 spec.http[0].route[0].destination.host: \"cart:80\" is not a valid host: "
           "a part of it is not a DNS label"},
          {"a subset with a dot", "route: [{destination: {host: cart, subset: v1.0}}]",
           "error MS0202 spec.http[0].route[0].destination.subset: \"v1.0\" is not the name of a "
           "subset"},
          {"a bare port", "route: [{destination: {host: cart, port: 80}}]",
           "error MS0103 spec.http[0].route[0].destination.port: expected a mapping "
           "(PortSelector), found the number 80"},
          {"a host where the destination stands", "route: [{host: cart}]",
           "error MS0105 spec.http[0].route[0]: destination is required\n"
           "error MS0104 spec.http[0].route[0].host: HTTPRouteDestination has no field of this "
           "name"},
          {"the host of a response",
           "route: [{destination: {host: a}, headers: {response: {set: {Host: x}}}}]",
           "error MS0216 spec.http[0].route[0].headers.response.set.Host: the host cannot be "
           "changed here"},
          {"a removed host",
           "route: [{destination: {host: a}, headers: {request: {remove: [host]}}}]",
           "error MS0216 spec.http[0].route[0].headers.request.remove[0]: the host cannot be "
           "changed here"},
          {"a pseudo header",
           "route: [{destination: {host: a}, headers: {request: {set: {':path': /x}}}}]",
           "error MS0216 spec.http[0].route[0].headers.request.set[\":path\"]: pseudo headers "
           "cannot be changed"},
          {"a lone percent sign",
           "route: [{destination: {host: a}, headers: {request: {set: {x: '50%'}}}}]",
           "error MS0216 spec.http[0].route[0].headers.request.set.x: \"50%\" is not a header "
           "value of Envoy"},
      },
      with_rule);
}

TEST_CASE("http_actions: what istiod refuses of redirects, answers, rewrites") {
  check_rows(
      {
          {"a redirect to nowhere", "redirect: {}",
           "error MS0204 spec.http[0].redirect: a redirect needs uri, authority, scheme or port"},
          {"a redirect with 200", "redirect: {uri: /a, redirectCode: 200}",
           "error MS0213 spec.http[0].redirect.redirectCode: must be a 3xx code, got 200"},
          {"a redirect that Istio does not know", "redirect: {uri: /a, redirectCode: 304}",
           "warning MS0304 spec.http[0].redirect.redirectCode: Istio sends 301 in place of 304"},
          {"two ports", "redirect: {port: 80, derivePort: FROM_REQUEST_PORT}",
           "error MS0203 spec.http[0].redirect: only one of port, derivePort may be set"},
          {"an ftp scheme", "redirect: {scheme: ftp}",
           "error MS0106 spec.http[0].redirect.scheme: must be one of http, https, got \"ftp\""},
          {"an answer without status", "directResponse: {body: {string: x}}",
           "error MS0105 spec.http[0].directResponse: status is required"},
          {"an answer with 100", "directResponse: {status: 100}",
           "error MS0213 spec.http[0].directResponse.status: HTTP status must lie between 200 and "
           "599, got 100"},
          {"two bodies", "directResponse: {status: 200, body: {string: a, bytes: YQ==}}",
           "error MS0203 spec.http[0].directResponse.body: only one of string, bytes may be set"},
      },
      with_rule);
  check_rows(
      {
          {"an empty rewrite", "rewrite: {}",
           "error MS0204 spec.http[0].rewrite: a rewrite needs uri, uriRegexRewrite or authority"},
          {"two rewrites", "rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}",
           "error MS0203 spec.http[0].rewrite: only one of uri, uriRegexRewrite may be set"},
          {"half an expression", "rewrite: {uriRegexRewrite: {match: a}}",
           "error MS0105 spec.http[0].rewrite.uriRegexRewrite: match and rewrite are required"},
          {"a broken expression", "rewrite: {uriRegexRewrite: {match: '(', rewrite: b}}",
           "error MS0212 spec.http[0].rewrite.uriRegexRewrite.match: \"(\" is no regular "
           "expression: missing ): ("},
      },
      with_routed_rule);
}

}  // namespace
}  // namespace mesh
