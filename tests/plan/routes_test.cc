// What a request has become when the upstream sees it.
#include "libmesh/plan/routes.h"

#include <doctest/doctest.h>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The request of "client" to web as the upstream gets it under these http rules.
RequestTemplate upstream(const std::string& http, const std::string& path, Headers headers,
                         bool has_proxy = true) {
  Scenario scenario;
  scenario.resources = testing::resources_of(
      testing::small_mesh +
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
      "spec: {hosts: [web], http: [" +
      http + "]}\n");
  if (!has_proxy) {
    scenario.behaviour.push_back({});
    scenario.behaviour.back().workload = "client";
    scenario.behaviour.back().sidecar = false;
  }
  testing::VersionBench bench(scenario);
  RequestTemplate request{.method = "GET", .authority = "web", .path = path, .port = 80};
  request.headers = std::move(headers);
  const ResolvedRoute resolved =
      bench.router.resolve(bench.workload("client"), bench.draft.intern(request));
  REQUIRE(resolved.route.valid());
  return bench.draft.plan.templates[resolved.upstream];
}

const std::string to_web = "route: [{destination: {host: web}}]";

TEST_CASE("routes: headers are removed before any is set, as a real Envoy was seen to do") {
  CHECK(upstream("{headers: {request: {set: {x: new}, remove: [x]}}, " + to_web + "}", "/",
                 {{"x", "own"}})
            .headers == Headers{{"x", "new"}});
  // Operations of an only destination join those of the route.
  CHECK(upstream("{headers: {request: {set: {x: new}}}, route: [{destination: {host: web}, "
                 "headers: {request: {remove: [x]}}}]}",
                 "/", {{"x", "own"}})
            .headers == Headers{{"x", "new"}});
}

TEST_CASE("routes: a destination's value replaces that of the route") {
  CHECK(upstream("{headers: {request: {set: {x: route}}}, route: [{destination: {host: web}, "
                 "headers: {request: {set: {x: destination}}}}]}",
                 "/", {})
            .headers == Headers{{"x", "destination"}});
}

TEST_CASE("routes: a proxy matches and forwards the normalized path") {
  const std::string api = "{match: [{uri: {exact: /api}}], " + to_web + "}";
  CHECK(upstream(api, "/x/../%61pi", {}).path == "/api");
  CHECK(upstream(api, "/api?x=../%61", {}).path == "/api?x=../%61");
}

TEST_CASE("routes: without a proxy the path stays as it was sent") {
  CHECK(upstream("{" + to_web + "}", "/x/../%61pi", {}, false).path == "/x/../%61pi");
}

}  // namespace
}  // namespace mesh
