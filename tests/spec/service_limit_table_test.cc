// Limits of a rate limit service, streams: in the words of a behaviour.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::scenario_of;

TEST_CASE("service_limit_table: limits by domain and descriptor, in the order written") {
  const Scenario s = scenario_of(
      "behaviour:\n"
      "  workloads:\n"
      "    limiter:\n"
      "      rateLimits:\n"
      "      - {domain: shop, descriptor: {PATH: /cart, user: ''}, requests: 10, per: 1m}\n"
      "      - {descriptor: {PATH: ''}, requests: 3}\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.behaviour.size() == 1);
  const std::vector<ServiceLimitSpec>& limits = s.behaviour[0].limits;
  REQUIRE(limits.size() == 2);
  CHECK(limits[0].domain == "shop");
  CHECK(limits[0].descriptor ==
        std::vector<std::pair<std::string, std::string>>{{"PATH", "/cart"}, {"user", ""}});
  CHECK(limits[0].requests == 10);
  CHECK(limits[0].per == minutes(1));
  CHECK(limits[1].domain.empty());
  CHECK(limits[1].per == seconds(1));
  const Scenario again = parse_scenario(effective_yaml(s), "again.yaml");
  CHECK(again.behaviour.at(0).limits.size() == 2);
}

TEST_CASE("service_limit_table: a limit needs an entry") {
  const Scenario s = scenario_of(
      "behaviour: {workloads: {limiter: {rateLimits: [{descriptor: {}, requests: 1}]}}}\n");
  CHECK(brief(s.diagnostics).find("a limit needs an entry") != std::string::npos);
}

TEST_CASE("service_limit_table: streams and the status of an upgrade") {
  const Scenario s = scenario_of(
      "behaviour:\n"
      "  workloads:\n"
      "    chat: {status: 101, stream: 30s, handlers: [{match: {path: /feed}, stream: "
      "{exponential: "
      "{mean: 10s}}, rules: [{then: {status: 101, stream: 1s}}]}]}\n");
  CHECK(brief(s.diagnostics) == "");
  const WorkloadBehaviour& chat = s.behaviour.at(0);
  CHECK(chat.status == 101);
  CHECK(to_string(*chat.stream) == "30s");
  CHECK(chat.handlers.at(0).stream.has_value());
  CHECK(chat.handlers[0].rules.at(0).then.status == 101);
  CHECK(brief(scenario_of("behaviour: {workloads: {chat: {status: 102}}}\n").diagnostics) != "");
}
