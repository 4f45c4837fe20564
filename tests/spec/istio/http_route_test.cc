// One rule: which parts may stand together, mirrors, what is only reported.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::complaints;
using testing::read_text;
using testing::with_routed_rule;
using testing::with_rule;

std::vector<istio::Mirror> mirrors(const std::string& rule) {
  const auto result = read_text(with_routed_rule(rule));
  CHECK_FALSE(result.problems.has_errors());
  return result.resources.virtual_services.at(0).http.at(0).mirrors;
}

TEST_CASE("http_route: mirrors copy everything unless a percentage says less") {
  CHECK(mirrors("mirror: {host: b}").at(0).percentage == 100.0);
  CHECK(mirrors("mirror: {host: b}\nmirrorPercentage: {value: 12.5}").at(0).percentage == 12.5);
  CHECK(mirrors("mirrorPercentage: {value: 0}\nmirror: {host: b}").at(0).percentage == 0.0);
  CHECK(mirrors("mirror: {host: b}\nmirrorPercent: 50").at(0).percentage == 50.0);
  CHECK(mirrors("mirror: {host: b}\nmirror_percent: 20").at(0).percentage == 20.0);
  CHECK(mirrors("mirrorPercentage: {value: 5}").empty());
  const auto several = mirrors(
      "mirrors: [{destination: {host: b, subset: v2}}, {destination: {host: c}, percentage: "
      "{value: 1}}]");
  REQUIRE(several.size() == 2);
  CHECK(several[0].destination.subset == "v2");
  CHECK(several[1].percentage == 1.0);
}

TEST_CASE("http_route: timeout, name, delegate") {
  const auto http = read_text(with_rule("delegate: {name: d, namespace: ns}\ntimeout: 1h10m"))
                        .resources.virtual_services.at(0)
                        .http.at(0);
  CHECK(http.name == "first");
  CHECK(http.delegate == istio::Delegate{"d", "ns"});
  CHECK(http.timeout == minutes(70));
  CHECK(http.place == Place{"test.yaml", 7, 5});
}

TEST_CASE("http_route: what istiod refuses") {
  const std::string to = "route: [{destination: {host: a}}]\n";
  check_rows(
      {
          {"nothing to do", "timeout: 1s",
           "error MS0204 spec.http[0]: a route needs route, redirect, directResponse or delegate"},
          {"an empty route", "route: []",
           "error MS0204 spec.http[0]: a route needs route, redirect, directResponse or delegate"},
          {"route and redirect", to + "redirect: {uri: /a}",
           "error MS0203 spec.http[0]: redirect and route exclude each other"},
          {"route and answer", to + "directResponse: {status: 200}",
           "error MS0203 spec.http[0]: directResponse and route exclude each other"},
          {"redirect and fault",
           "redirect: {uri: /a}\nfault: {abort: {httpStatus: 500, percentage: {value: 1}}}",
           "error MS0203 spec.http[0]: redirect and fault exclude each other"},
          {"answer and rewrite", "directResponse: {status: 200}\nrewrite: {uri: /a}",
           "error MS0203 spec.http[0]: directResponse and rewrite exclude each other"},
          {"redirect and answer", "redirect: {uri: /a}\ndirectResponse: {status: 200}",
           "error MS0203 spec.http[0]: redirect and directResponse exclude each other"},
          {"delegate and route", to + "delegate: {name: d}",
           "error MS0203 spec.http[0]: delegate and route exclude each other"},
          {"mirror and mirrors", to + "mirror: {host: b}\nmirrors: [{destination: {host: c}}]",
           "error MS0203 spec.http[0]: mirror and mirrors exclude each other"},
          {"no timeout", to + "timeout: 0s",
           "error MS0206 spec.http[0].timeout: must be at least 1ms, got 0s"},
          {"a timeout without unit", to + "timeout: 5",
           "error MS0103 spec.http[0].timeout: expected a duration such as 100ms or 1h10m, found "
           "the number 5"},
          {"a mirror without destination", to + "mirrors: [{percentage: {value: 1}}]",
           "error MS0105 spec.http[0].mirrors[0]: destination is required"},
          {"a mirror of 101 %", to + "mirror: {host: b}\nmirrorPercent: 101",
           "error MS0108 spec.http[0].mirrorPercent: must be at most 100, got 101\n"
           "warning MS0305 spec.http[0].mirrorPercent: mirrorPercent is deprecated"},
          {"the authority twice",
           to + "rewrite: {authority: a.io}\nheaders: {request: {set: {Host: b.io}}}",
           "error MS0216 spec.http[0]: the authority is written several times"},
          {"a removed field", to + "websocketUpgrade: true",
           "error MS0201 spec.http[0].websocketUpgrade: was removed from Istio: WebSockets need "
           "no field"},
          {"a misspelt field", to + "retrys: {attempts: 1}",
           "error MS0104 spec.http[0].retrys: HTTPRoute has no field of this name"},
      },
      with_rule);
}

TEST_CASE("http_route: a timeout below route is told where it belongs") {
  const auto problems =
      read_text(with_rule("route: [{destination: {host: a}, timeout: 1s}]")).problems;
  REQUIRE(problems.items().size() == 1);
  CHECK_EQ(to_string(problems.items()[0]),
           "test.yaml:8:38: error [MS0104] VirtualService/cart: spec.http[0].route[0].timeout: "
           "HTTPRouteDestination has no field of this name\n"
           "  fix: timeout belongs to VirtualService/cart: spec.http[0]: check the indentation");
}

}  // namespace
}  // namespace mesh
