// Reads a Gateway.
#include "libmesh/spec/istio/gateway.h"

#include <set>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

bool is_http(const std::string& protocol) {
  static const std::set<std::string> words = {"http", "http2", "http_proxy", "grpc", "grpc-web"};
  return words.contains(lower_case(protocol));
}
bool is_tls(const std::string& protocol) {
  const std::string lower = lower_case(protocol);
  return lower == "https" || lower == "tls";
}

bool is_other(const std::string& protocol) {
  static const std::set<std::string> words = {"tcp", "udp", "mongo", "redis", "mysql"};
  return words.contains(lower_case(protocol));
}

bool passes_through(const Server& server) {
  return server.tls_mode.empty() || server.tls_mode == "PASSTHROUGH" ||
         server.tls_mode == "AUTO_PASSTHROUGH";
}

void check_port(const YamlNode& node, const Reading& at, Server& server) {
  const std::string& protocol = server.protocol;
  const YamlNode* name = node.find("name");
  if (name != nullptr && name->kind == YamlNode::Kind::Scalar && server.port_name.empty()) {
    at.field("name").error(code::invalid_port, *name, "a port needs a name");
  }
  if (protocol.empty() || is_http(protocol)) return;
  const YamlNode& value = child_or_self(node, "protocol");
  if (is_tls(protocol) || is_other(protocol)) return;
  at.field("protocol")
      .error(code::invalid_port, value, "\"" + protocol + "\" is not a protocol",
             "HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TCP, TLS, MONGO, REDIS, MYSQL");
}

const Table<Server>& port_table() {
  static const Table<Server> table(
      "Port", "A port of a gateway.",
      {
          required("number", &Server::port, port_number(), "Number."),
          required("protocol", &Server::protocol, text(), "HTTP, HTTPS, GRPC, HTTP2, TCP, TLS, …"),
          required("name", &Server::port_name, text(), "Unique in the gateway."),
          rejected("targetPort", "targetPort has no effect on gateways: remove it"),
      },
      check_port);
  return table;
}

const Table<Anything>& certificate_table() {
  static const Table<Anything> table("TLSCertificate", "A certificate with its key.",
                                     {
                                         part("serverCertificate", text(), "File."),
                                         part("privateKey", text(), "File."),
                                         part("caCertificates", text(), "File."),
                                     });
  return table;
}

Reader<std::string> tls_version() {
  return word({"TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"});
}

bool has(const YamlNode& node, const char* name) {
  const YamlNode* value = node.find(name);
  return value != nullptr && (!value->scalar.empty() || !value->items.empty());
}

/// Where certificates come from, by mode (validateTLSOptions in
/// pkg/config/validation/validation.go).
void check_certificates(const YamlNode& node, const Reading& at, const std::string& mode) {
  const bool files = has(node, "serverCertificate") && has(node, "privateKey");
  const int sources = files + has(node, "credentialName") + has(node, "credentialNames") +
                      has(node, "tlsCertificates");
  if (sources > 1) {
    at.error(code::exclusive_fields, node,
             "only one of credentialName, credentialNames, tlsCertificates, serverCertificate "
             "with privateKey may be set");
  }
  const bool mutual = mode == "MUTUAL" || mode == "OPTIONAL_MUTUAL";
  if (mode != "SIMPLE" && !mutual) return;
  if (has(node, "credentialName") || has(node, "credentialNames")) return;
  if (mutual && !has(node, "caCertificates")) {
    at.error(code::invalid_tls, node, "mode " + mode + " needs caCertificates or credentialName");
  }
  if (!files && !has(node, "tlsCertificates")) {
    at.error(code::invalid_tls, node,
             "mode " + mode + " needs credentialName, or serverCertificate and privateKey",
             "credentialName: the secret with the certificate");
  }
  if (mode == "SIMPLE" && has(node, "caCrl")) {
    at.error(code::invalid_tls, node, "mode SIMPLE does not look at caCrl");
  }
}

void check_tls(const YamlNode& node, const Reading& at, Server& server) {
  static constexpr const char* sources[] = {"serverCertificate", "privateKey",
                                            "caCertificates",    "tlsCertificates",
                                            "credentialName",    "credentialNames"};
  const std::string& mode = server.tls_mode;
  for (const char* source : sources) {
    if (!has(node, source)) continue;
    if (mode == "ISTIO_MUTUAL") {
      at.field(source).error(code::invalid_tls, child_or_self(node, source),
                             "mode ISTIO_MUTUAL takes Istio's own certificates");
    } else if (passes_through(server)) {
      at.field(source).warning(code::surprising, child_or_self(node, source),
                               "is ignored: this mode needs no certificates");
    }
  }
  if (mode != "ISTIO_MUTUAL") check_certificates(node, at, mode);
}

const Table<Server>& tls_table() {
  static const Table<Server> table(
      "ServerTLSSettings", "TLS of a server.",
      {
          simulated("httpsRedirect", &Server::https_redirect, boolean(), "false",
                    "Answers plain requests with 301 to https."),
          reported("mode", &Server::tls_mode,
                   word({"PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL",
                         "OPTIONAL_MUTUAL"}),
                   "Which TLS.")
              .with_default("PASSTHROUGH")
              .meanwhile("handshakes succeed and cost nothing"),
          no_effect("serverCertificate", text(), "File."),
          no_effect("privateKey", text(), "File."),
          no_effect("caCertificates", text(), "File."),
          no_effect("caCrl", text(), "File."),
          no_effect("credentialName", text(), "Secret."),
          no_effect("credentialNames", list(text()), "Secrets."),
          no_effect("caCertCredentialName", text(), "Secret (1.31)."),
          no_effect("tlsCertificates", list(object(certificate_table)), "Files."),
          no_effect("subjectAltNames", list(text()), "Names that callers must prove."),
          no_effect("verifyCertificateSpki", list(text()), "Keys that callers must have."),
          no_effect("verifyCertificateHash", list(text()), "Certificates of callers."),
          no_effect("minProtocolVersion", tls_version(), "TLS version."),
          no_effect("maxProtocolVersion", tls_version(), "TLS version."),
          no_effect("cipherSuites", list(text()), "Ciphers."),
          no_effect("insecureSkipVerify", boolean(), "Believes every certificate (1.31)."),
      },
      check_tls);
  return table;
}

/// "host", "*.host", "*", each with "namespace/" before it; namespace may be "." or "*".
const char* server_host_problem(std::string_view host) {
  if (const std::size_t slash = host.find('/'); slash != std::string_view::npos) {
    const std::string_view space = host.substr(0, slash);
    if (space != "." && space != "*" && !is_istio_dns_label(space)) {
      return "the part before / is not a namespace";
    }
    host.remove_prefix(slash + 1);
  }
  if (host == "*" || is_ip_address(host)) return nullptr;
  if (host.find('.') == std::string_view::npos) return "short names are not allowed here";
  if (host.starts_with('*') && !host.starts_with("*.")) return "write *. before the domain";
  return domain_problem(host, true);
}

void check_server_hosts(const YamlNode& node, const Reading& at) {
  const YamlNode* hosts = node.find("hosts");
  if (hosts == nullptr || hosts->kind != YamlNode::Kind::Sequence) return;
  if (hosts->items.empty()) {
    at.field("hosts").error(code::missing_field, *hosts, "a server needs a host",
                            "hosts: [\"*\"] for all");
  }
  for (std::size_t i = 0; i < hosts->items.size(); ++i) {
    const YamlNode& host = hosts->items[i];
    const char* problem = server_host_problem(host.scalar);
    if (host.kind != YamlNode::Kind::Scalar || problem == nullptr) continue;
    at.field("hosts").item(i).error(code::invalid_host, host,
                                    "\"" + host.scalar + "\" is not a valid host: " + problem);
  }
}

/// Servers whose bytes are not opened to HTTP.
void report_server(const YamlNode& node, const Reading& at, const Server& server) {
  const bool passes = is_tls(server.protocol) && node.find("tls") != nullptr &&
                      (passes_through(server) || lower_case(server.protocol) == "tls");
  if (!passes && !is_other(server.protocol)) return;
  at.field("port").warning(code::not_simulated, child_or_self(node, "port"),
                           "servers for " + server.protocol +
                               (passes && passes_through(server) ? " that pass TLS through" : "") +
                               " are not simulated yet");
}

void check_server(const YamlNode& node, const Reading& at, Server& server) {
  check_server_hosts(node, at);
  report_server(node, at, server);
  for (char& c : server.protocol) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const YamlNode* tls = node.find("tls");
  const bool has_tls = tls != nullptr && tls->kind == YamlNode::Kind::Mapping;
  if (server.https_redirect && has_tls && !is_http(server.protocol)) {
    at.field("tls").warning(code::surprising, *tls, "httpsRedirect is meant for HTTP servers");
  }
  if (is_tls(server.protocol) && !has_tls) {
    at.error(code::invalid_server, node, "protocol " + server.protocol + " needs tls",
             "tls: {mode: SIMPLE, credentialName: …}");
  }
  if (is_tls(server.protocol) || !has_tls) return;
  if (!is_http(server.protocol) || !passes_through(server)) {
    at.field("tls").error(code::invalid_server, *tls,
                          "protocol " + server.protocol + " is plain text and takes no tls" +
                              (is_http(server.protocol) ? " but httpsRedirect" : ""),
                          "protocol: HTTPS");
  }
}

const Table<Server>& server_table() {
  static const Table<Server> table(
      "Server", "A port with the hosts that it serves.",
      {
          required("port", itself, object(port_table), "Port."),
          required("hosts", &Server::hosts, list(text()), "Hosts."),
          simulated("tls", itself, object(tls_table), "", "TLS."),
          no_effect("bind", text(), "Address or socket that is listened on."),
          no_effect("defaultEndpoint", text(), "Not used by istiod."),
          no_effect("name", text(), "Name of the server."),
      },
      check_server);
  return table;
}

void check_spec(const YamlNode& node, const Reading& at, Gateway& gateway) {
  const YamlNode* servers = node.find("servers");
  if (servers == nullptr || servers->items.empty()) {
    at.error(code::missing_field, node, "a gateway needs servers");
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < gateway.servers.size(); ++i) {
    const Server& server = gateway.servers[i];
    if (server.port_name.empty() || names.insert(server.port_name).second) continue;
    at.field("servers").item(i).error(
        code::duplicate_name, server.place,
        "another server's port is called \"" + server.port_name + "\" too");
  }
}

const Table<Gateway>& spec_table() {
  static const Table<Gateway> table(
      "GatewaySpec", "Ports and hosts at the edge of the mesh.",
      {
          simulated("selector", &Gateway::selector, text_map(), "all gateways",
                    "Labels of the gateway's pods."),
          simulated("servers", &Gateway::servers, list(object(server_table)), "", "Ports."),
      },
      check_spec);
  return table;
}

}  // namespace

const Table<Gateway>& gateway_table() {
  static const Table<Gateway> table(
      "Gateway", "Ports and hosts at the edge of the mesh.",
      object_rows<Gateway>({required("spec", itself, object(spec_table), "Servers.")}),
      [](const YamlNode& node, const Reading& at, Gateway& gateway) {
        const std::string& name = gateway.metadata.name;
        if (name.empty() || !is_dns_subdomain(name) || is_istio_dns_label(name)) return;
        at.error(code::invalid_name, child_or_self(child_or_self(node, "metadata"), "name"),
                 "\"" + name + "\" is not a valid name of a gateway",
                 "it has no dots (RFC 1123 label)");
      });
  return table;
}

}  // namespace mesh::istio
