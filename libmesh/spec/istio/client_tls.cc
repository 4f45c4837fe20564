// Reads the TLS settings of DestinationRules: checked, not simulated yet.
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// pkg/config/validation/agent/validation.go, ValidateTLS.
void check_client_tls(const YamlNode& node, const Reading& at, Anything&) {
  const auto has = [&node](const char* name) {
    const YamlNode* value = node.find(name);
    return value != nullptr && (!value->scalar.empty() || !value->items.empty());
  };
  const std::string& mode = child_or_self(node, "mode").scalar;
  const bool skips = is_true_word(child_or_self(node, "insecureSkipVerify").scalar);
  const bool simple = mode == "SIMPLE", mutual = mode == "MUTUAL";
  if (skips && simple &&
      (has("caCertificates") || has("credentialName") || has("subjectAltNames"))) {
    at.error(code::invalid_tls, node,
             "insecureSkipVerify excludes caCertificates, credentialName, subjectAltNames");
  }
  if (skips && mutual && (has("caCertificates") || has("subjectAltNames"))) {
    at.error(code::invalid_tls, node,
             "insecureSkipVerify excludes caCertificates and subjectAltNames");
  }
  if ((simple || mutual) && has("credentialName")) {
    if (has("clientCertificate") || has("caCertificates") || has("privateKey") || has("caCrl")) {
      at.error(code::exclusive_fields, node,
               "credentialName excludes clientCertificate, privateKey, caCertificates, caCrl");
    }
    return;
  }
  if (!mutual) return;
  for (const char* name : {"clientCertificate", "privateKey"}) {
    if (!has(name)) {
      at.error(code::invalid_tls, node, std::string("mode MUTUAL needs ") + name,
               "ISTIO_MUTUAL takes Istio's own certificates");
    }
  }
}

}  // namespace

const Table<Anything>& client_tls_table() {
  static const Table<Anything> table(
      "ClientTLSSettings", "TLS to the hosts.",
      {
          part("mode", word({"DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"}), "Which TLS."),
          part("clientCertificate", text(), "File."),
          part("privateKey", text(), "File."),
          part("caCertificates", text(), "File."),
          part("caCrl", text(), "File."),
          part("credentialName", text(), "Secret."),
          part("subjectAltNames", list(text()), "Names that the host must prove."),
          part("sni", text(), "Name in the handshake."),
          part("insecureSkipVerify", boolean(), "Believes every certificate."),
      },
      check_client_tls);
  return table;
}

}  // namespace mesh::istio
