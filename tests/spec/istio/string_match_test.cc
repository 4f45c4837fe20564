// String matches, percentages, weights, names of gateways.
#include <doctest/doctest.h>

#include "libmesh/spec/istio/tables.h"
#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using istio::StringMatch;
using testing::check_rows;
using testing::with_routed_rule;
using Kind = StringMatch::Kind;

std::optional<StringMatch> uri(const std::string& match) {
  const auto result = testing::read_text(with_routed_rule("match: [{uri: " + match + "}]"));
  CHECK_EQ(testing::complaints(result.problems), "");
  return result.resources.virtual_services.at(0).http.at(0).match.at(0).uri;
}

TEST_CASE("string_match: three ways, and presence") {
  CHECK(uri("{exact: /a}") == StringMatch{Kind::Exact, "/a"});
  CHECK(uri("{prefix: /a}") == StringMatch{Kind::Prefix, "/a"});
  CHECK(uri("{prefix: ''}") == StringMatch{Kind::Prefix, ""});
  CHECK(uri("{regex: '/a.*'}") == StringMatch{Kind::Regex, "/a.*"});
  CHECK(uri("{}") == StringMatch{});
  CHECK(uri("{exact: ''}") == StringMatch{});
}

TEST_CASE("string_match: what istiod refuses") {
  check_rows(
      {
          {"a bare text", "match: [{uri: /a}]",
           "error MS0103 spec.http[0].match[0].uri: expected a mapping (StringMatch), found the "
           "text \"/a\""},
          {"two ways at once", "match: [{uri: {exact: /a, prefix: /b}}]",
           "error MS0203 spec.http[0].match[0].uri: only one of exact, prefix, regex may be set"},
          {"an empty prefix of a method", "match: [{method: {prefix: ''}}]",
           "error MS0212 spec.http[0].match[0].method.prefix: must not be empty"},
          {"an expression that does not compile", "match: [{uri: {regex: '/a(b'}}]",
           "error MS0212 spec.http[0].match[0].uri.regex: \"/a(b\" is no regular expression: "
           "missing ): /a(b"},
          {"a look-ahead is not RE2", "match: [{uri: {regex: '(?=x)y'}}]",
           "error MS0212 spec.http[0].match[0].uri.regex: \"(?=x)y\" is no regular expression: "
           "invalid perl operator: (?="},
          {"an empty expression", "match: [{uri: {regex: ''}}]",
           "error MS0212 spec.http[0].match[0].uri.regex: the regular expression is empty"},
          {"a star as an expression", "match: [{headers: {x: {regex: '*'}}}]",
           "error MS0212 spec.http[0].match[0].headers.x.regex: \"*\" is no regular expression: "
           "no argument for repetition operator: *"},
          {"a star in withoutHeaders is presence", "match: [{withoutHeaders: {x: {regex: '*'}}}]",
           ""},
          {"an unquoted number", "match: [{headers: {x: {exact: 5}}}]",
           "error MS0103 spec.http[0].match[0].headers.x.exact: expected text, found the number 5"},
          {"an unknown way", "match: [{uri: {suffix: /a}}]",
           "error MS0104 spec.http[0].match[0].uri.suffix: StringMatch has no field of this name"},
      },
      with_routed_rule);
}

TEST_CASE("string_match: expressions have at most 1024 characters") {
  CHECK(istio::regex_problem(std::string(1024, 'a')).empty());
  CHECK(istio::regex_problem(std::string(1025, 'a')) ==
        "the regular expression is longer than 1024 characters");
}

TEST_CASE("string_match: percentages") {
  const auto fault = [](const std::string& percentage) {
    return with_routed_rule("fault: {abort: {httpStatus: 503, percentage: " + percentage + "}}");
  };
  const std::string path = "spec.http[0].fault.abort.percentage";
  check_rows(
      {
          {"zero", "{value: 0}", ""},
          {"all", "{value: 100}", ""},
          {"the smallest", "{value: 0.0001}", ""},
          {"too small", "{value: 0.00001}",
           "error MS0207 " + path + ".value: must be 0 or lie between 0.0001 and 100"},
          {"negative", "{value: -1}",
           "error MS0207 " + path + ".value: must be 0 or lie between 0.0001 and 100"},
          {"above", "{value: 100.1}",
           "error MS0207 " + path + ".value: must be 0 or lie between 0.0001 and 100"},
          {"a bare number", "50",
           "error MS0103 " + path + ": expected a mapping (Percent), found the number 50"},
          {"a text", "{value: 50%}",
           "error MS0103 " + path + ".value: expected a number, found the text \"50%\""},
      },
      fault);
  CHECK_EQ(testing::complaints(
               with_routed_rule("mirror: {host: b}\nmirrorPercentage: {value: 0.00001}")),
           "");
  CHECK_EQ(
      testing::complaints(with_routed_rule("mirror: {host: b}\nmirrorPercentage: {value: 101}")),
      "error MS0207 spec.http[0].mirrorPercentage.value: must lie between 0 and 100");
  const auto problems = testing::read_text(fault("50")).problems;
  CHECK(problems.items().at(0).hint == "write {value: 50}");
}

TEST_CASE("string_match: weights") {
  const auto route = [](const std::string& weights) {
    return testing::with_rule("route: [" + weights + "]");
  };
  const std::string a = "{destination: {host: a}", b = ", {destination: {host: b}";
  check_rows(
      {
          {"relative", a + ", weight: 3}" + b + ", weight: 1}", ""},
          {"alone without weight", a + "}", ""},
          {"several without weight", a + "}" + b + "}",
           "error MS0211 spec.http[0].route: the weights of several destinations add up to 0"},
          {"one of them without", a + "}" + b + ", weight: 5}", ""},
          {"negative", a + ", weight: -1}",
           "error MS0211 spec.http[0].route[0].weight: must not be negative, got -1"},
          {"unreadable ones", a + ", weight: x}" + b + "}",
           "error MS0103 spec.http[0].route[0].weight: expected a whole number, found the text "
           "\"x\""},
          {"a fraction", a + ", weight: 0.5}",
           "error MS0103 spec.http[0].route[0].weight: expected a whole number, found the number "
           "0.5"},
          {"too much together",
           a + ", weight: 2147483647}" + b +
               ", weight: 2147483647}, {destination: {host: c}, "
               "weight: 2}",
           "error MS0211 spec.http[0].route: the weights add up to more than 4294967295"},
      },
      route);
}

TEST_CASE("string_match: names of gateways, exportTo") {
  const auto rule = [](const std::string& fields) {
    return testing::istio_object(
        "VirtualService", "hosts: [a.io]\nhttp: [{route: [{destination: {host: a}}]}]\n" + fields);
  };
  check_rows(
      {
          {"mesh, a name, a qualified name", "gateways: [mesh, front, edge/front]", ""},
          {"the old form", "gateways: [front.edge.svc.cluster.local]",
           "warning MS0305 spec.gateways[0]: the form name.namespace is out of date"},
          {"no name", "gateways: [edge/]",
           "error MS0202 spec.gateways[0]: \"edge/\" is not namespace/name of a gateway"},
          {"blanks", "gateways: ['a b']",
           "error MS0202 spec.gateways[0]: \"a b\" is not the name of a gateway"},
          {"exported to its own", "exportTo: ['.']", ""},
          {"exported twice", "exportTo: ['.', default]",
           "error MS0205 spec.exportTo[1]: \"default\" stands twice"},
          {"exported to all and one", "exportTo: ['*', shop]",
           "error MS0203 spec.exportTo: \"*\" stands beside other namespaces"},
          {"exported to none", "exportTo: ['~x']",
           "error MS0202 spec.exportTo[0]: \"~x\" is neither a namespace nor \".\" nor \"*\""},
      },
      rule);
}

}  // namespace
}  // namespace mesh
