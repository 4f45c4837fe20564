// AuthorizationPolicies: what is read of CUSTOM ones, what is said of others.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::complaints;
using testing::read_text;

std::string policy(const std::string& spec) {
  return "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: cart}\n"
         "spec: " +
         spec;
}

TEST_CASE("authorization_policy: action CUSTOM with operations and headers") {
  const auto read = read_text(policy(
      "{selector: {matchLabels: {app: cart}}, action: CUSTOM, provider: {name: checker}, rules: "
      "[{to: [{operation: {hosts: [a], notHosts: [b], methods: [GET], notMethods: [PUT], paths: "
      "[/x], notPaths: [/y], ports: ['80'], notPorts: ['81']}}], when: [{key: "
      "'request.headers[x-a]', values: ['1'], notValues: ['2']}]}]}"));
  CHECK_EQ(complaints(read.problems, Severity::Info), "");
  REQUIRE(read.resources.authorization_policies.size() == 1);
  const istio::AuthorizationPolicy& p = read.resources.authorization_policies[0];
  CHECK(p.custom);
  CHECK(p.provider == "checker");
  CHECK(p.selector == Labels{{"app", "cart"}});
  REQUIRE(p.rules.size() == 1);
  CHECK(p.rules[0].to.at(0) ==
        istio::AuthorizedOperation{{"a"}, {"b"}, {"GET"}, {"PUT"}, {"/x"}, {"/y"}, {"80"}, {"81"}});
  CHECK(p.rules[0].when.at(0) == istio::HeaderCondition{"x-a", {"1"}, {"2"}});
}

TEST_CASE("authorization_policy: what is not simulated is named") {
  CHECK(complaints(policy("{action: DENY, rules: [{}]}")).find("only action CUSTOM") !=
        std::string::npos);
  CHECK(complaints(policy("{action: CUSTOM, rules: [{}]}")).find("needs provider.name") !=
        std::string::npos);
  const std::string said = complaints(
      policy("{action: CUSTOM, provider: {name: a}, rules: [{from: [{source: {namespaces: [b]}}], "
             "when: [{key: source.ip, values: [1.2.3.4]}]}]}"));
  CHECK(said.find("rules[0].from: is not simulated") != std::string::npos);
  CHECK(said.find("\"source.ip\" is not simulated") != std::string::npos);
}

}  // namespace
}  // namespace mesh
