// TLS settings of DestinationRules.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

std::string tls(const std::string& fields) {
  return testing::with_policy("tls:\n" + testing::indented(fields, 2));
}

TEST_CASE("client_tls: what istiod refuses") {
  const std::string path = "spec.trafficPolicy.tls";
  testing::check_rows(
      {
          {"Istio's own", "mode: ISTIO_MUTUAL", ""},
          {"simple", "{mode: SIMPLE, sni: a.io, subjectAltNames: [a.io]}", ""},
          {"mutual by secret", "{mode: MUTUAL, credentialName: s}", ""},
          {"mutual without certificates", "mode: MUTUAL",
           "error MS0218 " + path + ": mode MUTUAL needs clientCertificate\n" + "error MS0218 " +
               path + ": mode MUTUAL needs privateKey"},
          {"a secret and a file", "{mode: SIMPLE, credentialName: s, caCertificates: /ca.pem}",
           "error MS0203 " + path +
               ": credentialName excludes clientCertificate, privateKey, "
               "caCertificates, caCrl"},
          {"trust in everybody and names",
           "{mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a.io]}",
           "error MS0218 " + path +
               ": insecureSkipVerify excludes caCertificates, "
               "credentialName, subjectAltNames"},
          {"a mode that is none", "mode: STRICT",
           "error MS0106 " + path +
               ".mode: must be one of DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL, got \"STRICT\""},
      },
      tls);
}

}  // namespace
}  // namespace mesh
