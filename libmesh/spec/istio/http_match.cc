// Reads the conditions of HTTP routes.
#include <set>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

void check_header_names(const Reading& at, const YamlNode* headers) {
  static const std::set<std::string> pseudo = {":method", ":scheme", ":authority", ":path",
                                               ":status"};
  if (headers == nullptr) return;
  for (const auto& [key, value] : headers->entries) {
    const std::string& name = key.scalar;
    if (name.starts_with("@request.auth.claims") || pseudo.contains(name)) continue;
    if (!is_header_name(name)) {
      at.error(code::invalid_match, key, "\"" + name + "\" is not a header name");
    }
  }
}

void check_match(const YamlNode& node, const Reading& at, HttpMatch& match) {
  check_header_names(at.field("headers"), node.find("headers"));
  check_header_names(at.field("withoutHeaders"), node.find("withoutHeaders"));
  if (const YamlNode* gateways = node.find("gateways"); gateways != nullptr) {
    check_gateway_names(at.field("gateways"), *gateways);
  }
  if (!match.source_namespace.empty() && !is_istio_dns_label(match.source_namespace)) {
    at.field("sourceNamespace")
        .error(code::invalid_name, child_or_self(node, "sourceNamespace"),
               "\"" + match.source_namespace + "\" is not a namespace");
  }
}

}  // namespace

const Table<HttpMatch>& http_match_table() {
  static const Table<HttpMatch> table(
      "HTTPMatchRequest", "A condition: all of its fields must hold.",
      {
          simulated("name", &HttpMatch::name, text(), "", "Part of the route's name."),
          simulated("uri", &HttpMatch::uri, string_match({.empty_prefix = true}), "",
                    "Path without query."),
          simulated("scheme", &HttpMatch::scheme, string_match(), "", "http or https."),
          simulated("method", &HttpMatch::method, string_match(), "", "GET, POST, …"),
          simulated("authority", &HttpMatch::authority, string_match(), "", "Host header."),
          simulated("headers", &HttpMatch::headers, pairs(string_match()), "", "Headers."),
          simulated("withoutHeaders", &HttpMatch::without_headers,
                    pairs(string_match({.star_regex = true})), "", "Headers that must not match."),
          simulated("queryParams", &HttpMatch::query_params, pairs(string_match()), "",
                    "Parameters of the query."),
          simulated("ignoreUriCase", &HttpMatch::ignore_uri_case, boolean(), "false",
                    "Compares uri without case, for exact and prefix."),
          simulated("port", &HttpMatch::port, optional_port_number(), "any",
                    "Port of the listener."),
          simulated("sourceLabels", &HttpMatch::source_labels, labels(), "",
                    "Labels of the calling workload."),
          simulated("sourceNamespace", &HttpMatch::source_namespace, text(), "",
                    "Namespace of the calling workload."),
          simulated("gateways", &HttpMatch::gateways, list(text()), "those of the rule",
                    "Gateways at which the condition is looked at."),
          no_effect("statPrefix", text(), "Names statistics of Envoy."),
      },
      check_match);
  return table;
}

}  // namespace mesh::istio
