// Gateways: servers, ports, TLS.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;

std::string gateway(const std::string& spec) {
  return testing::istio_object("Gateway", spec);
}
std::string server(const std::string& fields) {
  return gateway("servers:\n- " + testing::indented(fields, 2).substr(2));
}
const std::string http = "port: {number: 80, name: http, protocol: HTTP}\n";
const std::string https = "port: {number: 443, name: https, protocol: HTTPS}\nhosts: [a.io]\n";

TEST_CASE("gateway: selector and servers are kept") {
  const auto result = read_text(gateway(R"(selector: {istio: ingressgateway}
servers:
- port: {number: 80, name: http, protocol: HTTP}
  hosts: ['*', shop/a.io]
  tls: {httpsRedirect: true}
- port: {number: 8080, name: grpc, protocol: grpc}
  hosts: ['*.b.io'])"));
  CHECK(result.problems.empty());
  const istio::Gateway& g = result.resources.gateways.at(0);
  CHECK(g.selector == Labels{{"istio", "ingressgateway"}});
  REQUIRE(g.servers.size() == 2);
  CHECK(g.servers[0].port == 80);
  CHECK(g.servers[0].port_name == "http");
  CHECK(g.servers[0].protocol == "HTTP");
  CHECK(g.servers[0].hosts == std::vector<std::string>{"*", "shop/a.io"});
  CHECK(g.servers[0].https_redirect);
  CHECK(g.servers[0].tls_mode.empty());
  CHECK(g.servers[1].protocol == "GRPC");
  CHECK(g.servers[1].hosts == std::vector<std::string>{"*.b.io"});
  CHECK(g.servers[1].place == Place{"test.yaml", 10, 5});
}

TEST_CASE("gateway: what istiod refuses of servers") {
  const std::string path = "spec.servers[0]";
  check_rows(
      {
          {"no hosts", http, "error MS0105 " + path + ": hosts is required"},
          {"an empty list", http + "hosts: []",
           "error MS0105 " + path + ".hosts: a server needs a host"},
          {"no port", "hosts: ['*']", "error MS0105 " + path + ": port is required"},
          {"a port without name", "port: {number: 80, protocol: HTTP}\nhosts: ['*']",
           "error MS0105 " + path + ".port: name is required"},
          {"port 0", "port: {number: 0, name: a, protocol: HTTP}\nhosts: ['*']",
           "error MS0209 " + path + ".port.number: port must lie between 1 and 65535, got 0"},
          {"a protocol that is none", "port: {number: 80, name: a, protocol: HTTP3}\nhosts: ['*']",
           "error MS0209 " + path + ".port.protocol: \"HTTP3\" is not a protocol"},
          {"a target port",
           "port: {number: 80, name: a, protocol: HTTP, targetPort: 8080}\nhosts: ['*']",
           "error MS0201 " + path +
               ".port.targetPort: targetPort has no effect on gateways: remove it"},
          {"a short name", http + "hosts: [cart]",
           "error MS0208 " + path +
               ".hosts[0]: \"cart\" is not a valid host: short names are not allowed here"},
          {"a partial wildcard", http + "hosts: ['*a.io']",
           "error MS0208 " + path +
               ".hosts[0]: \"*a.io\" is not a valid host: write *. before the domain"},
          {"a namespace that is none", http + "hosts: ['a b/a.io']",
           "error MS0208 " + path +
               ".hosts[0]: \"a b/a.io\" is not a valid host: the part before "
               "/ is not a namespace"},
          {"namespaces by sign", http + "hosts: ['./a.io', '*/b.io', '10.0.0.1']", ""},
          {"a protocol without simulation",
           "port: {number: 31400, name: tcp, protocol: TCP}\nhosts: ['*']",
           "warning MS0301 " + path + ".port: servers for TCP are not simulated yet"},
      },
      server);
}

TEST_CASE("gateway: what istiod refuses of TLS") {
  const std::string path = "spec.servers[0]";
  const std::string named =
      "warning MS0301 " + path +
      ".port: servers for HTTPS that pass TLS through are not simulated yet\n";
  check_rows(
      {
          {"HTTPS without tls", https, "error MS0219 " + path + ": protocol HTTPS needs tls"},
          {"HTTPS that is opened", https + "tls: {mode: SIMPLE, credentialName: s}", ""},
          {"a redirect on HTTPS",
           https + "tls: {mode: SIMPLE, credentialName: s, httpsRedirect: true}",
           "warning MS0304 " + path + ".tls: httpsRedirect is meant for HTTP servers"},
          {"HTTP with a certificate",
           http + "hosts: [a.io]\ntls: {mode: SIMPLE, credentialName: s}",
           "error MS0219 " + path +
               ".tls: protocol HTTP is plain text and takes no tls but httpsRedirect"},
          {"simple without certificate", https + "tls: {mode: SIMPLE}",
           "error MS0218 " + path +
               ".tls: mode SIMPLE needs credentialName, or serverCertificate and privateKey"},
          {"mutual without authority",
           https + "tls: {mode: MUTUAL, serverCertificate: c, privateKey: k}",
           "error MS0218 " + path + ".tls: mode MUTUAL needs caCertificates or credentialName"},
          {"two sources",
           https + "tls: {mode: SIMPLE, credentialName: s, serverCertificate: c, privateKey: k}",
           "error MS0203 " + path +
               ".tls: only one of credentialName, credentialNames, tlsCertificates, "
               "serverCertificate with privateKey may be set"},
          {"Istio's own with a secret", https + "tls: {mode: ISTIO_MUTUAL, credentialName: s}",
           "error MS0218 " + path +
               ".tls.credentialName: mode ISTIO_MUTUAL takes Istio's own certificates"},
          {"passing through with a secret", https + "tls: {mode: PASSTHROUGH, credentialName: s}",
           named + "warning MS0304 " + path +
               ".tls.credentialName: is ignored: this mode needs no certificates"},
          {"a version that is none", https + "tls: {mode: PASSTHROUGH, minProtocolVersion: '1.2'}",
           named + "error MS0106 " + path +
               ".tls.minProtocolVersion: must be one of TLS_AUTO, TLSV1_0, TLSV1_1, TLSV1_2, "
               "TLSV1_3, got \"1.2\""},
      },
      server);
}

TEST_CASE("gateway: handshakes are named as not simulated") {
  CHECK_EQ(
      testing::complaints(server(https + "tls: {mode: SIMPLE, credentialName: s}"), Severity::Info),
      "info MS0301 spec.servers[0].tls.mode: is not simulated yet: handshakes succeed and "
      "cost nothing");
}

TEST_CASE("gateway: what istiod refuses as a whole") {
  check_rows(
      {
          {"no servers", "selector: {a: b}", "error MS0105 spec: a gateway needs servers"},
          {"two ports of one name",
           "servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}, {port: "
           "{number: 81, name: a, protocol: HTTP}, hosts: ['*']}]",
           "error MS0205 spec.servers[1]: another server's port is called \"a\" too"},
      },
      gateway);
  CHECK_EQ(testing::complaints("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: "
                               "{name: a.b}\nspec: {servers: [{port: {number: 80, name: a, "
                               "protocol: HTTP}, hosts: ['*']}]}"),
           "error MS0202: \"a.b\" is not a valid name of a gateway");
}

}  // namespace
}  // namespace mesh
