// Which route a request takes at a proxy: virtual host, then the first rule that matches.
#include "libmesh/plan/router.h"

#include <algorithm>

#include "libmesh/plan/names.h"
#include "libmesh/plan/workloads.h"
#include "libmesh/policy/path_normalization.h"
#include "libmesh/policy/virtual_host.h"

namespace mesh {
namespace {

std::string with_port(const std::string& host, std::uint32_t port) {
  return host + ":" + std::to_string(port);
}

/// A gateway's name as `match.gateways` writes it.
bool names_gateway(const std::string& written, const std::string& owner_namespace,
                   const std::string& gateway) {
  if (written == gateway) return true;
  return written != "mesh" && written.find('/') == std::string::npos &&
         owner_namespace + "/" + written == gateway;
}

/// Static predicates of a block (istio.md §1.1.1): `gateways` replaces the source's conditions.
bool holds_for(const istio::HttpMatch& match, const std::string& owner_namespace,
               const ClientView& client, std::uint32_t port, const std::string& gateway) {
  if (match.port != 0 && match.port != port) return false;
  if (!match.gateways.empty()) {
    return std::any_of(match.gateways.begin(), match.gateways.end(), [&](const auto& written) {
      return names_gateway(written, owner_namespace, gateway);
    });
  }
  return labels_contain(*client.labels, match.source_labels) &&
         (match.source_namespace.empty() || match.source_namespace == client.name_space);
}

}  // namespace

Router::Router(Draft& draft, const Registry& registry, const DestinationRules& rules,
               Clusters& clusters)
    : draft_(draft), registry_(registry), rules_(rules), clusters_(clusters) {}

ResolvedRoute Router::resolve(WorkloadId client, TemplateId request) {
  const std::uint32_t port = draft_.plan.templates[request].port;
  const VirtualHost& host = virtual_host(client, draft_.plan.templates[request].authority, port);
  const RouteContext context{registry_, rules_, registry_.client(draft_, client), port, host.name};
  if (host.kind != VirtualHost::Kind::WithoutMesh) request = normalized(request);
  switch (host.kind) {
    case VirtualHost::Kind::Unknown:
      // At a gateway nothing matches: 404 NR; a sidecar passes unknown hosts through.
      if (draft_.plan.workloads[client].is_gateway) return {RouteId::none(), request};
      return to_unknown_host(client, request);
    case VirtualHost::Kind::Rules:
      return first_match(client, host, context, request);
    case VirtualHost::Kind::Service: {
      RoutePlan route = default_route(draft_, context, *host.service);
      // What carries bytes only has no HTTP filters.
      const bool http = is_http(protocol_of(*find_port(*host.service->spec, port)));
      return {http ? finished(client, outbound_table(client, port), request, std::move(route))
                   : draft_.intern(std::move(route)),
              request};
    }
    case VirtualHost::Kind::HttpsRedirect:
      return {finished(client, outbound_table(client, port), request, https_redirect(host.name)),
              request};
    case VirtualHost::Kind::WithoutMesh:
      return to_service_without_mesh(host, request);
  }
  return {RouteId::none(), request};
}

TemplateId Router::normalized(TemplateId request) {
  std::string path = normalized_path(draft_.plan.templates[request].path);
  if (path == draft_.plan.templates[request].path) return request;
  RequestTemplate changed = draft_.plan.templates[request];
  changed.path = std::move(path);
  return draft_.intern(std::move(changed));
}

std::vector<RoutePlan> Router::routes_for(WorkloadId client, const std::string& authority,
                                          std::uint32_t port) {
  std::vector<RoutePlan> routes;
  for (RouteEntry& entry : entries_of(virtual_host(client, authority, port), client, port)) {
    routes.push_back(std::move(entry.action));
  }
  return routes;
}

const Router::VirtualHost& Router::virtual_host(WorkloadId client, const std::string& authority,
                                                std::uint32_t port) {
  const std::string host = host_of_authority(authority);
  const auto [slot, is_new] = virtual_hosts_.try_emplace({client, host, port});
  if (is_new) {
    const WorkloadPlan& workload = draft_.plan.workloads[client];
    slot->second = workload.is_gateway    ? at_gateway(client, host, port)
                   : workload.has_sidecar ? at_sidecar(client, host, port)
                                          : without_mesh(client, host, port);
  }
  return slot->second;
}

Router::VirtualHost Router::at_sidecar(WorkloadId client, const std::string& host,
                                       std::uint32_t port) const {
  VirtualHost found;
  const ClientView view = registry_.client(draft_, client);
  const ServiceView* service = registry_.service_seen_from(host, view.name_space);
  const k8s::ServicePort* service_port =
      service == nullptr ? nullptr : find_port(*service->spec, port);
  const VirtualServiceView* rule = nullptr;
  if (service_port != nullptr) {
    found.kind = VirtualHost::Kind::Service;
    found.service = service;
    found.name = with_port(service->host, port);
    if (is_http(protocol_of(*service_port))) rule = registry_.rule_for_sidecar(service->host, view);
  } else if (port == 80) {
    // Hosts that are no service have virtual hosts on port 80 only (istio.md vector 21).
    const Registry::ForeignHost foreign = registry_.rule_for_foreign_host(host, view);
    found.name = with_port(foreign.domain, port);
    rule = foreign.rule;
  }
  if (rule == nullptr) return found;
  found.rules = rules_in_force(*rule->spec, view, port, "mesh");
  // A rule none of whose blocks holds here contributes nothing: the service keeps its default.
  if (!found.rules.empty()) found.kind = VirtualHost::Kind::Rules;
  return found;
}

Router::VirtualHost Router::without_mesh(WorkloadId client, const std::string& host,
                                         std::uint32_t port) const {
  VirtualHost found;
  const ServiceView* service =
      registry_.service_seen_from(host, draft_.plan.workloads[client].name_space);
  if (service == nullptr || find_port(*service->spec, port) == nullptr) return found;
  found.kind = VirtualHost::Kind::WithoutMesh;
  found.name = with_port(service->host, port);
  found.service = service;
  return found;
}

const std::vector<GatewayHost>& Router::gateway_hosts(WorkloadId client, std::uint32_t port) {
  const auto [slot, is_new] = gateway_hosts_.try_emplace({client, port});
  if (is_new) slot->second = hosts_at_gateway(registry_, registry_.client(draft_, client), port);
  return slot->second;
}

Router::VirtualHost Router::at_gateway(WorkloadId client, const std::string& host,
                                       std::uint32_t port) {
  const std::vector<GatewayHost>& hosts = gateway_hosts(client, port);
  std::vector<Domain> domains;
  for (std::uint32_t h = 0; h < hosts.size(); ++h) domains.push_back({hosts[h].domain, h});
  const auto index = VirtualHosts(domains).find(host);
  if (!index) return {};
  return of_domain(hosts, hosts[*index].domain, registry_.client(draft_, client), port);
}

Router::VirtualHost Router::of_domain(const std::vector<GatewayHost>& hosts,
                                      const std::string& domain, const ClientView& client,
                                      std::uint32_t port) const {
  VirtualHost found;
  bool https = false, redirects = false;
  for (const GatewayHost& other : hosts) {
    if (other.domain != domain) continue;
    https = https || other.server->protocol == "HTTPS";
    redirects = redirects || other.server->https_redirect;
  }
  found.kind = redirects && !https ? VirtualHost::Kind::HttpsRedirect : VirtualHost::Kind::Rules;
  found.name = with_port(domain, port);
  found.scheme = https ? "https" : "http";
  if (found.kind == VirtualHost::Kind::Rules) {
    found.rules = rules_of_domain(hosts, domain, client, port);
  }
  return found;
}

std::vector<Router::Rule> Router::rules_in_force(const istio::VirtualService& owner,
                                                 const ClientView& client, std::uint32_t port,
                                                 const std::string& gateway) const {
  std::vector<Rule> rules;
  for (const istio::HttpRoute& http : owner.http) {
    if (http.match.empty()) {
      rules.push_back({&owner, &http, nullptr});
      return rules;
    }
    for (const istio::HttpMatch& match : http.match) {
      if (!holds_for(match, owner.metadata.name_space, client, port, gateway)) continue;
      rules.push_back({&owner, &http, &match});
      if (is_catch_all(match)) return rules;
    }
  }
  return rules;
}

std::vector<Router::Rule> Router::rules_of_domain(const std::vector<GatewayHost>& hosts,
                                                  const std::string& domain,
                                                  const ClientView& client,
                                                  std::uint32_t port) const {
  std::vector<Rule> rules, catch_alls;
  std::vector<const VirtualServiceView*> seen;
  for (const GatewayHost& host : hosts) {
    if (host.domain != domain || host.rule == nullptr) continue;
    if (std::find(seen.begin(), seen.end(), host.rule) != seen.end()) continue;
    seen.push_back(host.rule);
    const Metadata& gateway = host.gateway->metadata;
    for (const Rule& rule :
         rules_in_force(*host.rule->spec, client, port, gateway.name_space + "/" + gateway.name)) {
      const bool catches_all = rule.match == nullptr || is_catch_all(*rule.match);
      (catches_all ? catch_alls : rules).push_back(rule);
    }
  }
  rules.insert(rules.end(), catch_alls.begin(), catch_alls.end());
  return rules;
}

ResolvedRoute Router::first_match(WorkloadId client, const VirtualHost& host,
                                  const RouteContext& context, TemplateId request) {
  for (const Rule& rule : host.rules) {
    if (rule.match != nullptr &&
        !draft_.matcher.matches(*rule.match, draft_.plan.templates[request], host.scheme)) {
      continue;
    }
    const RouteId route =
        finished(client, outbound_table(client, context.listener_port), request,
                 route_of_rule(draft_, context, *rule.owner, *rule.http, rule.match), rule.http);
    return {route, upstream_request(draft_, *rule.http, rule.match, request)};
  }
  return {RouteId::none(), request};  // 404 NR
}

ResolvedRoute Router::to_service_without_mesh(const VirtualHost& host, TemplateId request) {
  const ClusterConfigId config =
      clusters_.without_mesh(*host.service, draft_.plan.templates[request].port);
  const ClusterId cluster = draft_.plan.cluster_configs[config].cluster;
  return {draft_.intern(route_to_cluster("kube-proxy", host.name, cluster)), request};
}

ResolvedRoute Router::to_unknown_host(WorkloadId client, TemplateId request) {
  const RequestTemplate& asked = draft_.plan.templates[request];
  const bool blocked = registry_.mesh().registry_only;
  draft_.warning(plan_code::unknown_host, draft_.facts[client].place,
                 draft_.plan.workloads[client].name + ": " + asked.text,
                 "no service \"" + host_of_authority(asked.authority) + "\" with port " +
                     std::to_string(asked.port) + " in the mesh",
                 std::string("requests to it get ") + (blocked ? "502" : "503 NC here") +
                     "; declare a Service, or correct the name");
  return {finished(client, outbound_table(client, asked.port), request,
                   route_of_unknown_hosts(draft_, registry_.mesh())),
          request};
}

}  // namespace mesh
