// Reads a VirtualService.
#include "libmesh/spec/istio/virtual_service.h"

#include <algorithm>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

bool has_items(const YamlNode& node, std::string_view field) {
  const YamlNode* list = node.find(field);
  return list != nullptr && !list->items.empty();
}

/// A rule without hosts is a delegate: others give it its place.
void check_delegate(const YamlNode& node, const Reading& at, const VirtualService& rule) {
  for (const char* field : {"gateways", "tls", "tcp"}) {
    if (!has_items(node, field)) continue;
    at.field(field).error(code::exclusive_fields, child_or_self(node, field),
                          "a rule without hosts is a delegate and must not have it",
                          "add hosts, or remove the field");
  }
  for (std::size_t i = 0; i < rule.http.size(); ++i) {
    if (!rule.http[i].delegate) continue;
    at.field("http").item(i).error(code::exclusive_fields, rule.http[i].place,
                                   "a delegate cannot delegate again");
  }
}

void check_hosts(const YamlNode& list, const Reading& at, const VirtualService& rule,
                 bool in_mesh) {
  bool valid = true;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (list.items[i].kind != YamlNode::Kind::Scalar) continue;  // said already
    const std::string& host = list.items[i].scalar;
    // Envoy's own names for clusters, of gateways that pass TLS through.
    const bool passed_through = !in_mesh && host.starts_with("outbound_");
    const char* problem =
        is_ip_address(host) || passed_through ? nullptr : domain_problem(host, true);
    if (problem == nullptr && host == "*" && in_mesh) {
      problem = "\"*\" is allowed only with gateways other than mesh";
    }
    if (problem == nullptr) continue;
    valid = false;
    at.item(i).error(code::invalid_host, list.items[i],
                     "\"" + host + "\" is not a valid host: " + problem);
  }
  for (std::size_t i = 0; valid && i < rule.hosts.size(); ++i) {
    for (std::size_t j = i + 1; j < rule.hosts.size() && j < list.items.size(); ++j) {
      if (!host_matches(rule.hosts[i], rule.hosts[j]) &&
          !host_matches(rule.hosts[j], rule.hosts[i])) {
        continue;
      }
      at.item(j).error(code::duplicate_name, list.items[j],
                       "\"" + rule.hosts[j] + "\" covers the same as \"" + rule.hosts[i] + "\"",
                       "keep one of them");
    }
  }
}

/// Claims of tokens are known at gateways only.
void check_claims(const Reading& at, const VirtualService& rule) {
  for (std::size_t i = 0; i < rule.http.size(); ++i) {
    for (const HttpMatch& match : rule.http[i].match) {
      for (const NamedMatches* headers : {&match.headers, &match.without_headers}) {
        for (const auto& [name, value] : *headers) {
          if (!name.starts_with("@request.auth.claims")) continue;
          at.field("http").item(i).error(code::invalid_match, match.place,
                                         name + " can be matched only at a gateway",
                                         "name a gateway in gateways");
        }
      }
    }
  }
}

void check_spec(const YamlNode& node, const Reading& at, VirtualService& rule) {
  const bool at_gateways =
      !rule.gateways.empty() &&
      std::find(rule.gateways.begin(), rule.gateways.end(), "mesh") == rule.gateways.end();
  if (!has_items(node, "hosts")) {
    check_delegate(node, at, rule);
  } else {
    check_hosts(*node.find("hosts"), at.field("hosts"), rule, !at_gateways);
  }
  if (!at_gateways) check_claims(at, rule);
  if (const YamlNode* tls = node.find("tls"); tls != nullptr) {
    check_sni_hosts(at.field("tls"), *tls, rule.hosts);
  }
  if (const YamlNode* gateways = node.find("gateways"); gateways != nullptr) {
    check_gateway_names(at.field("gateways"), *gateways);
  }
  if (!has_items(node, "http") && !has_items(node, "tls") && !has_items(node, "tcp")) {
    at.error(code::one_needed, node, "http, tls or tcp is needed");
  }
  if (const YamlNode* export_to = node.find("exportTo"); export_to != nullptr) {
    check_export_to(at.field("exportTo"), *export_to, rule.metadata.name_space);
  }
}

const Table<VirtualService>& spec_table() {
  static const Table<VirtualService> table(
      "VirtualServiceSpec", "How requests to hosts are routed.",
      {
          simulated("hosts", &VirtualService::hosts, list(text()), "none: a delegate",
                    "Hosts whose requests are routed."),
          simulated("gateways", &VirtualService::gateways, list(text()), "mesh",
                    "Where the rules apply: gateways, or mesh for all sidecars."),
          simulated("http", &VirtualService::http, list(http_route()), "",
                    "Rules for HTTP; the first that matches is taken."),
          reported("tls", list(object(tls_route_table)), "Rules for TLS.", Severity::Warning)
              .meanwhile("only HTTP is routed"),
          reported("tcp", list(object(tcp_route_table)), "Rules for TCP.", Severity::Warning)
              .meanwhile("only HTTP is routed"),
          simulated("exportTo", &VirtualService::export_to, list(text()), "*",
                    "Namespaces that see the rules."),
      },
      check_spec);
  return table;
}

}  // namespace

const Table<VirtualService>& virtual_service_table() {
  static const Table<VirtualService> table(
      "VirtualService", "Routing rules.",
      object_rows<VirtualService>({required("spec", itself, object(spec_table), "The rules.")}));
  return table;
}

}  // namespace mesh::istio
