// Virtual hosts at a gateway: its servers' hosts with the VirtualServices bound to them.
#include "libmesh/plan/gateway_hosts.h"

#include <algorithm>

#include "libmesh/plan/names.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

/// A server's host "ns/host" lets only VirtualServices of that namespace in ("." = its own).
struct ServerHost {
  std::string host, name_space;  // empty namespace: any
};

ServerHost server_host(const std::string& text, const std::string& gateway_namespace) {
  ObjectName parts = split_slashed(text);
  if (parts.name_space == ".") parts.name_space = gateway_namespace;
  if (parts.name_space == "*") parts.name_space.clear();
  return {resolve_short_name(parts.name, gateway_namespace), parts.name_space};
}

/// The more special of two hosts of which one contains the other; empty when they are apart.
std::string intersection(const std::string& a, const std::string& b) {
  if (is_subset_of(a, b)) return a;
  return is_subset_of(b, a) ? b : std::string();
}

/// Domains of one server host, in the age order of the VirtualServices.
void add_domains(const Registry& registry, const istio::Gateway& gateway,
                 const istio::Server& server, const ServerHost& host,
                 std::vector<GatewayHost>& hosts) {
  const Metadata& meta = gateway.metadata;
  const std::string name = meta.name_space + "/" + meta.name;
  for (const VirtualServiceView& rule : registry.virtual_services()) {
    const istio::VirtualService& spec = *rule.spec;
    if (!host.name_space.empty() && host.name_space != spec.metadata.name_space) continue;
    if (!exported_to(spec.export_to, spec.metadata.name_space, meta.name_space)) continue;
    if (std::find(rule.gateways.begin(), rule.gateways.end(), name) == rule.gateways.end()) {
      continue;
    }
    for (const std::string& wanted : rule.hosts) {
      std::string domain = intersection(wanted, host.host);
      if (!domain.empty()) hosts.push_back({std::move(domain), &gateway, &server, &rule});
    }
  }
}

}  // namespace

bool routes_http(const istio::Server& server) {
  const std::string& protocol = server.protocol;
  if (protocol == "HTTPS") return server.tls_mode != "PASSTHROUGH";
  return protocol == "HTTP" || protocol == "HTTP2" || protocol == "GRPC" ||
         protocol == "GRPC-WEB" || protocol == "HTTP_PROXY";
}

std::vector<GatewayHost> hosts_at_gateway(const Registry& registry, const ClientView& gateway,
                                          std::uint32_t port) {
  std::vector<GatewayHost> hosts;
  bool first = true;
  for (const istio::Gateway* spec : registry.gateways_by_age()) {
    if (!labels_contain(*gateway.labels, spec->selector)) continue;
    for (const istio::Server& server : spec->servers) {
      if (server.port != port) continue;
      if (!routes_http(server)) {
        if (first) return {};
        continue;
      }
      first = false;
      for (const std::string& text : server.hosts) {
        const ServerHost host = server_host(text, spec->metadata.name_space);
        if (server.https_redirect) hosts.push_back({host.host, spec, &server, nullptr});
        add_domains(registry, *spec, server, host, hosts);
      }
    }
  }
  return hosts;
}

}  // namespace mesh
