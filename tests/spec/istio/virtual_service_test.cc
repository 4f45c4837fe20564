// VirtualServices as a whole: hosts, delegates, gateways.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::istio_object;
using testing::read_text;

std::string rule(const std::string& spec) {
  return istio_object("VirtualService", spec);
}
const std::string http = "http: [{route: [{destination: {host: a}}]}]\n";

TEST_CASE("virtual_service: what is written is kept") {
  const auto result =
      read_text(rule("hosts: [a, b.io]\ngateways: [mesh, x/y]\nexportTo: ['.']\n" + http));
  CHECK(result.problems.empty());
  const istio::VirtualService& v = result.resources.virtual_services.at(0);
  CHECK(v.metadata.name == "cart");
  CHECK(v.hosts == std::vector<std::string>{"a", "b.io"});
  CHECK(v.gateways == std::vector<std::string>{"mesh", "x/y"});
  CHECK(v.export_to == std::vector<std::string>{"."});
  CHECK(v.http.size() == 1);
  CHECK(v.place == Place{"test.yaml", 1, 1});
}

TEST_CASE("virtual_service: what istiod refuses") {
  check_rows(
      {
          {"no rules", "hosts: [a]", "error MS0204 spec: http, tls or tcp is needed"},
          {"empty rules", "{hosts: [a], http: []}",
           "error MS0204 spec: http, tls or tcp is needed"},
          {"every host in the mesh", "hosts: ['*']\n" + http,
           "error MS0208 spec.hosts[0]: \"*\" is not a valid host: \"*\" is allowed only with "
           "gateways other than mesh"},
          {"every host at a gateway", "hosts: ['*']\ngateways: [front]\n" + http, ""},
          {"every host at both", "hosts: ['*']\ngateways: [front, mesh]\n" + http,
           "error MS0208 spec.hosts[0]: \"*\" is not a valid host: \"*\" is allowed only with "
           "gateways other than mesh"},
          {"an address", "hosts: [10.0.0.1]\n" + http, ""},
          {"a wildcard in the middle", "hosts: [a.*.io]\n" + http,
           "error MS0208 spec.hosts[0]: \"a.*.io\" is not a valid host: a part of it is not a DNS "
           "label"},
          {"the same host twice", "hosts: [a, a]\n" + http,
           "error MS0205 spec.hosts[1]: \"a\" covers the same as \"a\""},
          {"a host under a wildcard", "hosts: [shop.a.io, '*.io']\n" + http,
           "error MS0205 spec.hosts[1]: \"*.io\" covers the same as \"shop.a.io\""},
          {"a delegate is fine", http, ""},
          {"a delegate with gateways", "gateways: [mesh]\n" + http,
           "error MS0203 spec.gateways: a rule without hosts is a delegate and must not have it"},
          {"a delegate that delegates", "http: [{delegate: {name: d}}]",
           "error MS0203 spec.http[0]: a delegate cannot delegate again"},
          {"claims in the mesh",
           "hosts: [a]\nhttp: [{match: [{headers: {'@request.auth.claims.sub': {exact: x}}}], "
           "route: [{destination: {host: a}}]}]",
           "error MS0212 spec.http[0]: @request.auth.claims.sub can be matched only at a gateway"},
          {"claims at a gateway",
           "hosts: [a.io]\ngateways: [front]\nhttp: [{match: [{headers: "
           "{'@request.auth.claims.sub': {exact: x}}}], route: [{destination: {host: a}}]}]",
           ""},
          {"a host that is no text", "hosts: [80]\n" + http,
           "error MS0103 spec.hosts[0]: expected text, found the number 80"},
          {"a host that is a mapping", "hosts: [{a: b}]\n" + http,
           "error MS0103 spec.hosts[0]: expected text, found a mapping"},
          {"hosts as text", "hosts: a\n" + http,
           "error MS0103 spec.hosts: expected a list, found the text \"a\""},
          {"a rule that is no mapping", "hosts: [a]\nhttp: [x]",
           "error MS0103 spec.http[0]: expected a mapping (HTTPRoute), found the text \"x\""},
          {"a misspelt field", "hosts: [a]\ngateway: [x]\n" + http,
           "error MS0104 spec.gateway: VirtualServiceSpec has no field of this name"},
      },
      rule);
}

TEST_CASE("virtual_service: no spec at all") {
  CHECK_EQ(testing::complaints("apiVersion: networking.istio.io/v1beta1\nkind: VirtualService\n"
                               "metadata: {name: a}\n"),
           "error MS0105: spec is required");
}

}  // namespace
}  // namespace mesh
