// Retries of several layers, which multiply on the way to the last one.
#include <doctest/doctest.h>

#include "tests/lint/lint_case.h"

namespace mesh {
namespace {

using testing::ScenarioBuilder;

/// front → cart → db → disk, with retries of 5xx at the given hops.
ScenarioBuilder chain(std::int32_t front, std::int32_t cart, std::int32_t db,
                      const std::string& retry_on = "5xx") {
  ScenarioBuilder b;
  for (const char* name : {"front", "cart", "db", "disk"}) b.service(name).deployment(name);
  b.calls("front", {"cart"}).calls("cart", {"db"}).calls("db", {"disk"}).behaviour("disk");
  const auto retries = [&](const std::string& host, std::int32_t attempts) {
    if (attempts == 0) return;
    istio::HttpRoute http = b.to(host);
    http.retries.emplace();
    http.retries->attempts = attempts;
    http.retries->retry_on = retry_on;
    b.virtual_service(host, {host}).http.push_back(http);
  };
  retries("front", front);
  retries("cart", cart);
  retries("db", db);
  b.load("front");
  return b;
}

TEST_CASE("lint: retries of layers multiply, told where the product is made") {
  ScenarioBuilder b = chain(0, 2, 3);
  const auto found = testing::findings(b.scenario(), "MS0603");
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "db");
  CHECK(found[0].what == "one request can become 12 attempts here: load → front ×3 → cart ×4 → db");
  CHECK(found[0].place.line > 0);
}

TEST_CASE("lint: one layer of retries, or two small ones, are no storm") {
  ScenarioBuilder one = chain(0, 0, 5);
  CHECK(testing::findings(one.scenario(), "MS0603").empty());
  ScenarioBuilder small = chain(0, 1, 1);
  CHECK(testing::findings(small.scenario(), "MS0603").empty());
}

TEST_CASE("lint: retries of what never reached the application do not count") {
  ScenarioBuilder b = chain(2, 2, 2, "connect-failure,refused-stream");
  CHECK(testing::findings(b.scenario(), "MS0603").empty());
  ScenarioBuilder defaults = chain(0, 0, 0);
  CHECK(testing::findings(defaults.scenario(), "MS0603").empty());
}

}  // namespace
}  // namespace mesh
