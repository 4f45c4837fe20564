// CORS policies of routes.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::complaints;
using testing::with_routed_rule;

TEST_CASE("cors: every field is kept") {
  const auto read = testing::read_text(with_routed_rule(
      "corsPolicy: {allowOrigins: [{exact: 'https://a'}, {prefix: b}], allowMethods: [GET, PUT], "
      "allowHeaders: [x-a], exposeHeaders: [x-b], maxAge: 24h, allowCredentials: true, "
      "unmatchedPreflights: IGNORE}"));
  CHECK_EQ(complaints(read.problems, Severity::Info), "");
  const auto& cors = read.resources.virtual_services.at(0).http.at(0).cors;
  REQUIRE(cors.has_value());
  CHECK(cors->allow_origins.size() == 2);
  CHECK(cors->allow_origins[1].kind == istio::StringMatch::Kind::Prefix);
  CHECK(cors->allow_methods == std::vector<std::string>{"GET", "PUT"});
  CHECK(cors->allow_headers == std::vector<std::string>{"x-a"});
  CHECK(cors->expose_headers == std::vector<std::string>{"x-b"});
  CHECK(cors->max_age == hours(24));
  CHECK(cors->allow_credentials == true);
  CHECK(cors->ignore_unmatched_preflights);
}

TEST_CASE("cors: policies are checked inside") {
  CHECK_EQ(complaints(with_routed_rule("corsPolicy: {allowMethods: [get], maxAge: 0s}")),
           "error MS0213 spec.http[0].corsPolicy.allowMethods[0]: \"get\" is not an HTTP method\n"
           "error MS0206 spec.http[0].corsPolicy.maxAge: must be at least 1ms, got 0s");
  CHECK_EQ(complaints(with_routed_rule("corsPolicy: {allowOrigins: [{}, {exact: a}]}")),
           "error MS0213 spec.http[0].corsPolicy.allowOrigins[0]: an origin is needed");
}

}  // namespace
}  // namespace mesh
