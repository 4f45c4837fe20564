// What a proxy routes by: every virtual host of a listener with its domains.
#include "libmesh/plan/route_tables.h"

#include <algorithm>

#include "libmesh/plan/names.h"
#include "libmesh/plan/router.h"
#include "libmesh/plan/routes.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

/// Names by which clients of a namespace reach a host, in istiod's order; no port: Istio's routes
/// ignore it. Source: pilot/pkg/networking/core/httproute.go (generateVirtualHostDomains).
std::vector<std::string> domains_of(const ServiceView& service, const std::string& name_space) {
  std::vector<std::string> domains{service.host};
  if (is_wildcard(service.host)) return domains;
  domains.push_back(service.host + ".");
  const Metadata& meta = service.spec->metadata;
  if (service.host == service_host(meta.name, meta.name_space)) {
    const std::string dotted = meta.name + "." + meta.name_space;
    if (meta.name_space == name_space) domains.push_back(meta.name);
    domains.push_back(dotted + ".svc");
    domains.push_back(dotted);
  }
  const std::string& address = service.spec->cluster_ip;
  if (!address.empty() && address != "None") domains.push_back(address);
  return domains;
}

/// A host that a rule's host stands for, to look its virtual host up.
std::string example_of(const std::string& host) {
  return is_wildcard(host) ? "example" + host.substr(1) : host;
}

/// Virtual hosts of one listener in the making: Envoy refuses a domain that stands twice.
class Table {
 public:
  void add(std::string name, std::vector<std::string> domains, std::vector<RouteEntry> routes) {
    std::erase_if(domains, [this](const std::string& d) { return !taken_.insert(d).second; });
    if (domains.empty()) return;
    hosts_.push_back({std::move(name), std::move(domains), std::move(routes)});
  }
  std::vector<VirtualHostEntry> take() { return std::move(hosts_); }

 private:
  std::set<std::string> taken_;
  std::vector<VirtualHostEntry> hosts_;
};

}  // namespace

std::set<std::uint32_t> Router::listener_ports(WorkloadId client) const {
  std::set<std::uint32_t> ports;
  if (draft_.plan.workloads[client].is_gateway) {
    const ClientView view = registry_.client(draft_, client);
    for (const istio::Gateway* gateway : registry_.gateways_by_age()) {
      if (!labels_contain(*view.labels, gateway->selector)) continue;
      for (const istio::Server& server : gateway->servers) {
        if (routes_http(server)) ports.insert(server.port);
      }
    }
    return ports;
  }
  for (const ServiceView& service : registry_.services()) {
    for (const k8s::ServicePort& port : service.spec->ports) {
      if (port.protocol != "UDP" && is_http(protocol_of(port))) ports.insert(port.port);
    }
  }
  return ports;
}

std::vector<RouteEntry> Router::entries_of(const VirtualHost& host, WorkloadId client,
                                           std::uint32_t port) {
  const RouteContext context{registry_, rules_, registry_.client(draft_, client), port, host.name};
  std::vector<RouteEntry> entries;
  if (host.kind == VirtualHost::Kind::HttpsRedirect) {
    entries.emplace_back().action = https_redirect(host.name);
  }
  if (host.kind == VirtualHost::Kind::Service) {
    entries.emplace_back().action = default_route(draft_, context, *host.service);
  }
  for (const Rule& rule : host.rules) {
    RouteEntry& entry = entries.emplace_back();
    if (rule.match != nullptr) entry.conditions = conditions_of(*rule.match);
    entry.action = route_of_rule(draft_, context, *rule.owner, *rule.http, rule.match);
    entry.rule = *rule.http;
  }
  if (registry_.envoy_filters().empty()) return entries;
  for (RouteEntry& entry : entries) patch(client, outbound_table(client, port), entry.action);
  return entries;
}

std::vector<VirtualHostEntry> Router::virtual_hosts_at(WorkloadId client, std::uint32_t port) {
  Table table;
  const ClientView view = registry_.client(draft_, client);
  const auto add = [&](const VirtualHost& host, std::vector<std::string> domains) {
    table.add(host.name, std::move(domains), entries_of(host, client, port));
  };
  if (draft_.plan.workloads[client].is_gateway) {
    const std::vector<GatewayHost>& hosts = gateway_hosts(client, port);
    for (const GatewayHost& host : hosts) {
      add(of_domain(hosts, host.domain, view, port), {host.domain});
    }
    return table.take();
  }
  for (const ServiceView& service : registry_.services()) {
    const k8s::ServicePort* at = find_port(*service.spec, port);
    if (at == nullptr || !is_http(protocol_of(*at))) continue;
    add(virtual_host(client, service.host, port), domains_of(service, view.name_space));
  }
  if (port == 80) {
    for (const VirtualServiceView& rule : registry_.virtual_services()) {
      for (const std::string& host : rule.hosts) {
        const VirtualHost& found = virtual_host(client, example_of(host), port);
        if (found.service == nullptr && found.name == host + ":80") add(found, {host});
      }
    }
  }
  RouteEntry rest;
  rest.action = route_of_unknown_hosts(draft_, registry_.mesh());
  const std::string name = rest.action.name;
  table.add(name, {"*"}, {std::move(rest)});
  return table.take();
}

}  // namespace mesh
