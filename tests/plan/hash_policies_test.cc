// Which key a route hashes by, and what of it a template decides.
#include "libmesh/plan/hash_policies.h"

#include <doctest/doctest.h>

#include "libmesh/base/hash.h"
#include "tests/plan/plan_view.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

using Kind = HashPart::Kind;

std::string rule(const std::string& policy, const std::string& subsets = "") {
  return "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web}\n"
         "spec:\n  host: web\n  trafficPolicy: " +
         policy + "\n" + (subsets.empty() ? "" : "  subsets: " + subsets + "\n");
}
std::string by(const std::string& key) {
  return "{loadBalancer: {consistentHash: {" + key + "}}}";
}

/// Which key DestinationRules::find's answer gives a subset at port 80, as text.
std::string key_of(const std::string& yaml, const std::string& subset = "") {
  const Resources resources = testing::resources_of(yaml);
  const DestinationRules rules(resources);
  const MergedRule* found =
      rules.find({"default", nullptr}, "web.default.svc.cluster.local", "default");
  const istio::ConsistentHash* hash = consistent_hash(found, subset, 80);
  return hash == nullptr ? "none" : hash->http_header_name;
}

TEST_CASE("hash_policies: subset at the port, subset, rule at the port, rule") {
  const std::string top = by("httpHeaderName: top");
  CHECK(key_of(rule(top)) == "top");
  CHECK(key_of(rule(top), "unknown") == "top");
  CHECK(key_of(rule("{loadBalancer: {simple: RANDOM}}")) == "none");
  CHECK(key_of(rule("{loadBalancer: {consistentHash: {httpHeaderName: top}}, portLevelSettings: "
                    "[{port: {number: 80}, loadBalancer: {consistentHash: {httpHeaderName: port}}}"
                    "]}")) == "port");
  CHECK(key_of(rule(top, "[{name: v1, trafficPolicy: " + by("httpHeaderName: sub") + "}]"), "v1") ==
        "sub");
  CHECK(key_of(rule(top,
                    "[{name: v1, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: "
                    "sub}}, portLevelSettings: [{port: {number: 80}, loadBalancer: "
                    "{consistentHash: {httpHeaderName: subport}}}]}}]"),
               "v1") == "subport");
}

TEST_CASE("hash_policies: a subset with another balancer still carries the rule's key") {
  CHECK(key_of(rule(by("httpHeaderName: top"),
                    "[{name: v1, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}]"),
               "v1") == "top");
}

TEST_CASE("hash_policies: one method per key, none without") {
  std::vector<HashMethod> methods;
  add_hash_method({.http_header_name = "x-user"}, methods);
  add_hash_method({.http_query_parameter_name = "q"}, methods);
  add_hash_method({.http_cookie = istio::HttpCookie{"c", "/p", seconds(5)}}, methods);
  add_hash_method({.use_source_ip = true}, methods);
  add_hash_method({}, methods);
  CHECK(methods ==
        std::vector<HashMethod>{
            {.kind = HashMethodKind::Header, .name = "x-user"},
            {.kind = HashMethodKind::QueryParameter, .name = "q"},
            {.kind = HashMethodKind::Cookie, .name = "c", .ttl = seconds(5), .path = "/p"},
            {.kind = HashMethodKind::SourceIp}});
}

/// The parts that one request to the web service hashes.
std::vector<HashPart> parts(const std::string& key, const std::string& request,
                            const std::string& route = "") {
  const testing::PlanView view(testing::scenario_of(
      testing::small_mesh + rule(by(key)) + (route.empty() ? "" : "---\n" + route) +
      "---\napiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: t}\nspec:\n"
      "  load:\n  - name: l\n    from: client\n    to: {service: web, " +
      request + "}\n    open: {rate: 1}\n  run: {until: 1s}\n"));
  REQUIRE(view.plan->hash_keys.size() <= 1);
  return view.plan->hash_keys.empty() ? std::vector<HashPart>()
                                      : view.plan->hash_keys.front().parts;
}

TEST_CASE("hash_policies: what the template decides is hashed once") {
  CHECK(parts("httpHeaderName: x-user", "headers: {x-user: ann}") ==
        std::vector<HashPart>{{Kind::Fixed, xxh64("ann"), ""}});
  CHECK(parts("httpQueryParameterName: q", "path: '/a?p=1&q=two'") ==
        std::vector<HashPart>{{Kind::Fixed, xxh64("two"), ""}});
  CHECK(parts("httpCookie: {name: c}", "headers: {cookie: 'a=1; c=2'}") ==
        std::vector<HashPart>{{Kind::Fixed, xxh64("2"), ""}});
}

TEST_CASE("hash_policies: a missing key hashes nothing, but a cookie with ttl is made") {
  CHECK(parts("httpHeaderName: x-user", "path: /").empty());
  CHECK(parts("httpQueryParameterName: q", "path: /a").empty());
  CHECK(parts("httpCookie: {name: c}", "path: /").empty());
  CHECK(parts("httpCookie: {name: c, ttl: 0s}", "path: /") ==
        std::vector<HashPart>{{Kind::Cookie, 0, ""}});
  CHECK(parts("useSourceIp: true", "path: /") == std::vector<HashPart>{{Kind::SourceIp, 0, ""}});
  CHECK(parts("useSourceIp: false", "path: /").empty());
}

TEST_CASE("hash_policies: a key with the request's number is hashed during the run") {
  CHECK(parts("httpHeaderName: x-user", "headers: {x-user: 'u-{i%500}'}") ==
        std::vector<HashPart>{{Kind::Numbered, 0, "u-{i%500}"}});
}

TEST_CASE("hash_policies: headers that the route sets are hashed too") {
  const std::string route =
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\n"
      "spec:\n  hosts: [web]\n  http:\n  - headers: {request: {set: {x-user: bob}}}\n"
      "    route: [{destination: {host: web}}]\n";
  CHECK(parts("httpHeaderName: x-user", "headers: {x-user: ann}", route) ==
        std::vector<HashPart>{{Kind::Fixed, xxh64("bob"), ""}});
}

}  // namespace
}  // namespace mesh
