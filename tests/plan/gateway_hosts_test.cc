// Virtual hosts at a gateway: which rules reach which domains.
#include "libmesh/plan/gateway_hosts.h"

#include <doctest/doctest.h>

#include "tests/plan/version_bench.h"
#include "tests/plan/yaml_mesh.h"

namespace mesh {
namespace {

std::string gateway(const std::string& name, const std::string& servers) {
  return "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: " + name +
         "}\nspec: {selector: {app: client}, servers: [" + servers + "]}\n---\n";
}
std::string rule(const std::string& name, const std::string& hosts, const std::string& space,
                 const std::string& more = "") {
  return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
         ", namespace: " + space + "}\nspec: {hosts: [" + hosts +
         "], gateways: [default/front], http: [{directResponse: {status: 418}}]" + more +
         "}\n---\n";
}
std::string http(const std::string& hosts) {
  return "{port: {number: 80, name: http, protocol: HTTP}, hosts: [" + hosts + "]}";
}

/// "domain<rule …" at port 80 of the gateway whose pods are those of "client".
std::string domains(const std::string& objects) {
  Scenario scenario;
  scenario.resources = testing::resources_of(testing::small_mesh + objects);
  testing::VersionBench bench(scenario);
  std::string out;
  const ClientView view = bench.registry.client(bench.draft, bench.workload("client"));
  for (const GatewayHost& host : hosts_at_gateway(bench.registry, view, 80)) {
    out += (out.empty() ? "" : " ") + host.domain + "<" +
           (host.rule == nullptr ? "" : host.rule->spec->metadata.name);
  }
  return out;
}

TEST_CASE("gateway_hosts: the narrower of server host and rule host, when one contains the other") {
  struct Row {
    const char* name;
    const char* server;
    const char* rule;
    const char* expected;
  };
  const Row rows[] = {
      {"equal", "a.example", "a.example", "a.example<r"},
      {"everything at the server", "\"*\"", "a.example", "a.example<r"},
      {"everything in the rule", "a.example", "\"*\"", "a.example<r"},
      {"a wildcard in the rule reaches the server's host", "a.example.com", "\"*.example.com\"",
       "a.example.com<r"},
      {"apart", "a.example", "b.example", ""},
      {"both hosts of the server", "a.example, b.example", "\"*\"", "a.example<r b.example<r"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(domains(gateway("front", http(row.server)) + rule("r", row.rule, "default")) ==
          row.expected);
  }
}

TEST_CASE("gateway_hosts: a server's host may admit one namespace") {
  const std::string rules = rule("own", "a.example", "default") + rule("far", "a.example", "shop");
  CHECK(domains(gateway("front", http("a.example")) + rules) == "a.example<far a.example<own");
  CHECK(domains(gateway("front", http("./a.example")) + rules) == "a.example<own");
  CHECK(domains(gateway("front", http("shop/a.example")) + rules) == "a.example<far");
  CHECK(domains(gateway("front", http("\"*/a.example\"")) + rules) ==
        "a.example<far a.example<own");
}

TEST_CASE("gateway_hosts: istio#37 the first server of a port decides whether it speaks HTTP") {
  const std::string tcp = "{port: {number: 80, name: tcp, protocol: TCP}, hosts: [\"*\"]}";
  const std::string r = rule("r", "a.example", "default");
  CHECK(domains(gateway("front", http("\"*\"")) + gateway("zz", tcp) + r) == "a.example<r");
  CHECK(domains(gateway("aa", tcp) + gateway("front", http("\"*\"")) + r) == "");
}

TEST_CASE("gateway_hosts: a rule that is not exported to the gateway is not there") {
  CHECK(domains(gateway("front", http("\"*\"")) +
                rule("r", "a.example", "shop", ", exportTo: [\".\"]")) == "");
}

TEST_CASE("gateway_hosts: a server that redirects to https has its hosts without rules") {
  CHECK(domains(gateway("front",
                        "{port: {number: 80, name: http, protocol: HTTP}, hosts: "
                        "[a.example], tls: {httpsRedirect: true}}")) == "a.example<");
}

}  // namespace
}  // namespace mesh
