// TLS and TCP routes: checked and named as not simulated.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::complaints;
using testing::istio_object;

std::string rule(const std::string& fields) {
  return istio_object("VirtualService", "hosts: [a.io]\n" + fields);
}

TEST_CASE("reported_routes: valid ones are one warning") {
  CHECK_EQ(complaints(rule("tcp: [{match: [{port: 27017, sourceLabels: {a: b}, sourceSubnet: x,\n"
                           "  destinationSubnets: [10.0.0.0/8], gateways: [mesh]}],\n"
                           "  route: [{destination: {host: db, port: {number: 1}}, weight: 1}]}]"),
                      Severity::Info),
           "warning MS0301 spec.tcp: is not simulated yet: only HTTP is routed");
  CHECK_EQ(complaints(rule("tls: [{match: [{port: 443, sniHosts: [a.io]}], route: [{destination: "
                           "{host: a}}]}]"),
                      Severity::Info),
           "warning MS0301 spec.tls: is not simulated yet: only HTTP is routed");
}

TEST_CASE("reported_routes: what istiod refuses") {
  const std::string tcp = "warning MS0301 spec.tcp: is not simulated yet: only HTTP is routed\n";
  const std::string tls = "warning MS0301 spec.tls: is not simulated yet: only HTTP is routed\n";
  check_rows(
      {
          {"tcp without route", "tcp: [{match: [{port: 1}]}]",
           tcp + "error MS0105 spec.tcp[0]: route is required"},
          {"tls without match", "tls: [{route: [{destination: {host: a}}]}]",
           tls + "error MS0105 spec.tls[0]: match is required"},
          {"tls without SNI", "tls: [{match: [{port: 1}], route: [{destination: {host: a}}]}]",
           tls + "error MS0105 spec.tls[0].match[0]: sniHosts is required"},
          {"a name outside the rule's hosts",
           "tls: [{match: [{sniHosts: [b.io]}], route: [{destination: {host: a}}]}]",
           tls + "error MS0212 spec.tls[0].match[0].sniHosts[0]: \"b.io\" lies in none of the "
                 "rule's hosts"},
          {"a subnet that is none",
           "tcp: [{match: [{destinationSubnets: [10.0.0.0/40]}], route: [{destination: {host: "
           "a}}]}]",
           tcp + "error MS0212 spec.tcp[0].match[0].destinationSubnets[0]: \"10.0.0.0/40\" is not "
                 "an address or subnet"},
          {"weights of zero",
           "tcp: [{route: [{destination: {host: a}}, {destination: {host: b}}]}]",
           tcp + "error MS0211 spec.tcp[0].route: the weights of several destinations add up to "
                 "0"},
          {"an HTTP field in tcp", "tcp: [{timeout: 1s, route: [{destination: {host: a}}]}]",
           tcp + "error MS0104 spec.tcp[0].timeout: TCPRoute has no field of this name"},
      },
      rule);
}

}  // namespace
}  // namespace mesh
