// Hash balancers whose requests bring no key.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

Scenario hashed(const std::string& key,
                const std::vector<std::pair<std::string, std::string>>& headers = {},
                const std::string& path = "/") {
  Scenario scenario =
      testing::linted_mesh(testing::rule_of_web("{loadBalancer: {consistentHash: {" + key + "}}}"));
  scenario.loads.front().requests.front().request.headers = headers;
  scenario.loads.front().requests.front().request.path = path;
  return scenario;
}

TEST_CASE("lint: requests that bring nothing to hash") {
  struct Row {
    const char* name;
    Scenario scenario;
    const char* what;  // empty: clean
  };
  const Row rows[] = {
      {"no header", hashed("httpHeaderName: x-user"),
       "requests \"GET web/\" have no header x-user, so each of them goes to a random host"},
      {"the header", hashed("httpHeaderName: x-user", {{"x-user", "ann"}}), ""},
      {"no cookie, and the proxy makes none", hashed("httpCookie: {name: c}"), "no cookie c"},
      {"no cookie, and the proxy makes one", hashed("httpCookie: {name: c, ttl: 0s}"), ""},
      {"no parameter", hashed("httpQueryParameterName: q"), "no query parameter q"},
      {"the parameter", hashed("httpQueryParameterName: q", {}, "/a?q=1"), ""},
      {"every request has an address", hashed("useSourceIp: true"), ""},
      {"nothing is named", hashed("maglev: {tableSize: 251}"), "names nothing to hash"},
      {"an address that is not wanted", hashed("useSourceIp: false"), "names nothing to hash"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto found = testing::findings(row.scenario, "MS0609");
    REQUIRE(found.size() == (*row.what == 0 ? 0u : 1u));
    if (*row.what == 0) continue;
    CHECK(found[0].what.find(row.what) != std::string::npos);
    CHECK(found[0].path.starts_with("DestinationRule/web: "));
    CHECK(found[0].place.line > 0);
    CHECK_FALSE(found[0].hint.empty());
  }
}

}  // namespace
}  // namespace mesh
