// Connection limits that do other things than their names promise.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

std::size_t count(const std::string& pool, const std::string& code) {
  return testing::findings(
             testing::linted_mesh(testing::rule_of_web("{connectionPool: " + pool + "}")), code)
      .size();
}

TEST_CASE("lint: one connection is one HTTP/1.1 request at a time") {
  CHECK(count("{tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}", "MS0607") == 1);
  CHECK(count("{tcp: {maxConnections: 2}, http: {http1MaxPendingRequests: 1}}", "MS0607") == 0);
  CHECK(count("{tcp: {maxConnections: 1}, http: {h2UpgradePolicy: UPGRADE}}", "MS0607") == 0);
}

TEST_CASE("lint: a connection limit without a limit of waiting requests refuses nothing") {
  CHECK(count("{tcp: {maxConnections: 5}}", "MS0608") == 1);
  CHECK(count("{tcp: {maxConnections: 5}, http: {http1MaxPendingRequests: 9}}", "MS0608") == 0);
  CHECK(count("{http: {http2MaxRequests: 9}}", "MS0608") == 0);
}

}  // namespace
}  // namespace mesh
