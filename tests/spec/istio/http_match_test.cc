// Conditions of HTTP routes.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using istio::StringMatch;
using testing::check_rows;
using testing::with_routed_rule;
using Kind = StringMatch::Kind;

TEST_CASE("http_match: every field is kept") {
  const auto result = testing::read_text(with_routed_rule(R"(match:
- name: m
  uri: {prefix: /cart}
  scheme: {exact: https}
  method: {exact: GET}
  authority: {regex: 'shop.*'}
  headers: {z: {exact: '1'}, a: {}}
  withoutHeaders: {x-test: {prefix: t}}
  queryParams: {q: {regex: '[0-9]+'}}
  ignoreUriCase: true
  port: 8080
  sourceLabels: {app: web}
  sourceNamespace: shop
  gateways: [mesh]
  statPrefix: p)"));
  CHECK(result.problems.empty());
  const istio::HttpMatch& m = result.resources.virtual_services.at(0).http.at(0).match.at(0);
  CHECK(m.name == "m");
  CHECK(m.uri == StringMatch{Kind::Prefix, "/cart"});
  CHECK(m.scheme == StringMatch{Kind::Exact, "https"});
  CHECK(m.method == StringMatch{Kind::Exact, "GET"});
  CHECK(m.authority == StringMatch{Kind::Regex, "shop.*"});
  CHECK(m.headers == istio::NamedMatches{{"z", {Kind::Exact, "1"}}, {"a", {}}});
  CHECK(m.without_headers == istio::NamedMatches{{"x-test", {Kind::Prefix, "t"}}});
  CHECK(m.query_params == istio::NamedMatches{{"q", {Kind::Regex, "[0-9]+"}}});
  CHECK(m.ignore_uri_case);
  CHECK(m.port == 8080);
  CHECK(m.source_labels == Labels{{"app", "web"}});
  CHECK(m.source_namespace == "shop");
  CHECK(m.gateways == std::vector<std::string>{"mesh"});
  CHECK(m.place == Place{"test.yaml", 10, 7});
}

TEST_CASE("http_match: what istiod refuses") {
  check_rows(
      {
          {"a header with a blank", "match: [{headers: {'x y': {exact: a}}}]",
           "error MS0212 spec.http[0].match[0].headers: \"x y\" is not a header name"},
          {"pseudo headers are headers", "match: [{headers: {':path': {exact: a}}}]", ""},
          {"a header without value", "match: [{headers: {x: }}]",
           "error MS0103 spec.http[0].match[0].headers.x: expected a mapping (StringMatch), found "
           "nothing"},
          {"a port above the range", "match: [{port: 70000}]",
           "error MS0209 spec.http[0].match[0].port: port must lie between 1 and 65535, got "
           "70000"},
          {"port 0 is any", "match: [{port: 0}]", ""},
          {"a namespace with a dot", "match: [{sourceNamespace: a.b}]",
           "error MS0202 spec.http[0].match[0].sourceNamespace: \"a.b\" is not a namespace"},
          {"a label that is none", "match: [{sourceLabels: {app: a/b}}]",
           "error MS0210 spec.http[0].match[0].sourceLabels.app: \"a/b\" is not a label value"},
          {"headers as a list", "match: [{headers: [x]}]",
           "error MS0103 spec.http[0].match[0].headers: expected a mapping, found a list"},
          {"a match that is no list", "match: {uri: {prefix: /a}}",
           "error MS0103 spec.http[0].match: expected a list, found a mapping"},
      },
      with_routed_rule);
}

}  // namespace
}  // namespace mesh
