// Virtual hosts of a listener with their domains; conditions as istiod writes them.
#include "libmesh/plan/route_tables.h"

#include <doctest/doctest.h>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

/// "name: domain domain; …" at a port of the workload "client".
std::string hosts_at(const std::string& objects, std::uint32_t port = 80) {
  Scenario scenario;
  scenario.resources = testing::resources_of(testing::small_mesh + objects);
  testing::VersionBench bench(scenario);
  std::string out;
  for (const VirtualHostEntry& host :
       bench.router.virtual_hosts_at(bench.workload("client"), port)) {
    out += host.name + ":";
    for (const std::string& domain : host.domains) out += " " + domain;
    out += "; ";
  }
  return out;
}

std::string service(const std::string& name, const std::string& space, const std::string& ports,
                    const std::string& more = "") {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: " + space +
         "}\nspec: {selector: {app: x}, ports: [" + ports + "]" + more + "}\n---\n";
}
std::string rule(const std::string& host) {
  return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: r}\n"
         "spec: {hosts: [\"" +
         host + "\"], http: [{directResponse: {status: 418}}]}\n---\n";
}

const std::string allow_any = "allow_any: *; ";
const std::string p8 = "{name: http, port: 8}";

TEST_CASE("route_tables: a service answers to its short names, to others only with namespace") {
  CHECK(hosts_at(service("near", "default", p8), 8) ==
        "near.default.svc.cluster.local:8: near.default.svc.cluster.local "
        "near.default.svc.cluster.local. near near.default.svc near.default; " +
            allow_any);
  CHECK(hosts_at(service("far", "shop", p8), 8) ==
        "far.shop.svc.cluster.local:8: far.shop.svc.cluster.local far.shop.svc.cluster.local. "
        "far.shop.svc far.shop; " +
            allow_any);
}

TEST_CASE("route_tables: a cluster address is a domain, that of a headless service is none") {
  CHECK(hosts_at(service("a", "shop", p8, ", clusterIP: 10.0.0.9"), 8).find(" 10.0.0.9;") !=
        std::string::npos);
  CHECK(hosts_at(service("a", "shop", p8, ", clusterIP: None"), 8).find("None") ==
        std::string::npos);
}

TEST_CASE("route_tables: ports of other services and of other protocols have no virtual host") {
  CHECK(hosts_at(service("a", "default", "{name: tcp, port: 8}"), 8) == allow_any);
  CHECK(hosts_at(service("a", "default", "{name: http, port: 9}"), 8) == allow_any);
}

TEST_CASE("route_tables: hosts that only a rule knows are on port 80") {
  const std::string foreign = "api.example.com:80: api.example.com; ";
  CHECK(hosts_at(rule("api.example.com"), 80).find(foreign) != std::string::npos);
  CHECK(hosts_at(rule("api.example.com") + service("a", "default", p8), 8).find("example") ==
        std::string::npos);
  CHECK(hosts_at(rule("*.example.com"), 80).find("*.example.com:80: *.example.com; ") !=
        std::string::npos);
}

TEST_CASE("route_tables: a gateway lists a domain once, and nothing else") {
  const std::string gateway =
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: front}\nspec: "
      "{selector: {app: client}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: "
      "[\"*\"]}]}\n---\n";
  const auto bound = [](const std::string& name) {
    return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
           "}\nspec: {hosts: [a.example], gateways: [front], http: [{name: " + name +
           ", match: [{uri: {prefix: /" + name + "}}], directResponse: {status: 418}}]}\n---\n";
  };
  Scenario scenario;
  scenario.resources =
      testing::resources_of(testing::small_mesh + gateway + bound("one") + bound("two"));
  testing::VersionBench bench(scenario);
  const WorkloadId client = bench.workload("client");
  CHECK(bench.router.listener_ports(client) == std::set<std::uint32_t>{80});
  const auto hosts = bench.router.virtual_hosts_at(client, 80);
  REQUIRE(hosts.size() == 1);
  CHECK(hosts[0].domains == std::vector<std::string>{"a.example"});
  REQUIRE(hosts[0].routes.size() == 2);
  CHECK(hosts[0].routes[0].action.name == "one");
  CHECK(hosts[0].routes[1].conditions.path == "/two");
}

TEST_CASE("route_tables: a match block becomes conditions that all must hold") {
  using Kind = istio::StringMatch::Kind;
  istio::HttpMatch match;
  match.uri = {Kind::Exact, "/cart"};
  match.ignore_uri_case = true;
  match.method = {Kind::Exact, "GET"};
  match.headers = {{"end-user", {Kind::Regex, "j.*"}}, {"host", {Kind::Present, ""}}};
  match.without_headers = {{"x-gone", {Kind::Present, ""}}, {"x-not", {Kind::Prefix, "no"}}};
  match.query_params = {{"page", {Kind::Exact, "1"}}};
  const RouteConditions expected{
      .path_kind = PathMatchKind::Exact,
      .path = "/cart",
      .ignore_case = true,
      .headers = {{"end-user", TextCondition{StringMatchKind::Regex, "j.*"}},
                  {":authority"},
                  {.name = "x-gone", .invert = true},
                  {"x-not", TextCondition{StringMatchKind::Prefix, "no"}, true, true},
                  {":method", TextCondition{StringMatchKind::Exact, "GET"}}},
      .query = {{"page", TextCondition{StringMatchKind::Exact, "1"}}}};
  CHECK(conditions_of(match) == expected);
  CHECK(conditions_of(istio::HttpMatch{}) == RouteConditions{});
}

}  // namespace
}  // namespace mesh
