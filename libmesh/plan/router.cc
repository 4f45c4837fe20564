// Which route a request takes at a proxy: virtual host, then the first rule that matches.
#include "libmesh/plan/router.h"

#include <algorithm>

#include "libmesh/plan/names.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

std::string with_port(const std::string& host, std::uint32_t port) {
  return host + ":" + std::to_string(port);
}

/// A gateway's name as `match.gateways` and `spec.gateways` write it.
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

/// A virtual host at a gateway: a domain with the rules of one VirtualService or without any.
struct Router::GatewayHost {
  std::string domain;
  const istio::Gateway* gateway = nullptr;
  const istio::Server* server = nullptr;
  const VirtualServiceView* rule = nullptr;
};

Router::Router(Draft& draft, const Registry& registry, const DestinationRules& rules,
               Clusters& clusters)
    : draft_(draft), registry_(registry), rules_(rules), clusters_(clusters) {}

ResolvedRoute Router::resolve(WorkloadId client, TemplateId request) {
  const WorkloadPlan& workload = draft_.plan.workloads[client];
  if (workload.is_gateway) return at_gateway(client, request);
  return workload.has_sidecar ? at_sidecar(client, request) : without_mesh(client, request);
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

ResolvedRoute Router::first_match(const std::vector<Rule>& rules, const RouteContext& context,
                                  TemplateId request, std::string_view scheme) {
  for (const Rule& rule : rules) {
    if (rule.match != nullptr &&
        !draft_.matcher.matches(*rule.match, draft_.plan.templates[request], scheme)) {
      continue;
    }
    const RouteId route =
        draft_.intern(route_of_rule(draft_, context, *rule.owner, *rule.http, rule.match));
    return {route, upstream_request(draft_, *rule.http, rule.match, request)};
  }
  return {RouteId::none(), request};  // 404 NR
}

ResolvedRoute Router::at_sidecar(WorkloadId client, TemplateId request) {
  const ClientView view = registry_.client(draft_, client);
  const std::uint32_t port = draft_.plan.templates[request].port;
  const std::string host = host_of_authority(draft_.plan.templates[request].authority);
  const ServiceView* service = registry_.service_seen_from(host, view.name_space);
  const k8s::ServicePort* service_port =
      service == nullptr ? nullptr : find_port(*service->spec, port);
  // Hosts that are no service have virtual hosts on port 80 only (istio.md vector 21).
  if (service_port == nullptr && port != 80) return unknown_host(client, request);
  const std::string& name = service_port == nullptr ? host : service->host;
  RouteContext context{registry_, rules_, view, port, with_port(name, port)};
  if (service_port == nullptr || is_http(protocol_of(*service_port))) {
    if (const VirtualServiceView* rule = registry_.rule_for_sidecar(name, view)) {
      const std::vector<Rule> rules = rules_in_force(*rule->spec, view, port, "mesh");
      if (!rules.empty()) return first_match(rules, context, request, "http");
    }
  }
  if (service_port == nullptr) return unknown_host(client, request);
  return {draft_.intern(default_route(draft_, context, *service)), request};
}

ResolvedRoute Router::unknown_host(WorkloadId client, TemplateId request) {
  const RequestTemplate& asked = draft_.plan.templates[request];
  draft_.warning(code::unknown_host, draft_.facts[client].place,
                 draft_.plan.workloads[client].name + ": " + asked.text,
                 "no service \"" + asked.authority + "\" with port " + std::to_string(asked.port) +
                     " in the mesh",
                 "requests to it get 503 NC here; declare a Service, or correct the name");
  RoutePlan route;
  route.name = "allow_any";
  route.virtual_host = "allow_any";
  route.clusters.push_back({draft_.intern_cluster("PassthroughCluster"), 1});
  route.total_weight = 1;
  return {draft_.intern(std::move(route)), request};
}

ResolvedRoute Router::without_mesh(WorkloadId client, TemplateId request) {
  const RequestTemplate& asked = draft_.plan.templates[request];
  const ServiceView* service = registry_.service_seen_from(
      host_of_authority(asked.authority), draft_.plan.workloads[client].name_space);
  if (service == nullptr || find_port(*service->spec, asked.port) == nullptr) {
    return unknown_host(client, request);
  }
  const ClusterConfigId config = clusters_.without_mesh(*service, asked.port);
  RoutePlan route;
  route.name = "kube-proxy";
  route.virtual_host = with_port(service->host, asked.port);
  route.clusters.push_back({draft_.plan.cluster_configs[config].cluster, 1});
  route.total_weight = 1;
  return {draft_.intern(std::move(route)), request};
}

namespace {

/// A server's host "ns/host" lets only VirtualServices of that namespace in ("." = its own).
struct ServerHost {
  std::string host, name_space;  // empty or "*": any
};

ServerHost server_host(const std::string& text, const std::string& gateway_namespace) {
  ObjectName parts = split_slashed(text);
  if (parts.name_space == ".") parts.name_space = gateway_namespace;
  if (parts.name_space == "*") parts.name_space.clear();
  return {resolve_short_name(parts.name, gateway_namespace), parts.name_space};
}

bool bound_to(const VirtualServiceView& rule, const std::string& gateway) {
  return std::find(rule.gateways.begin(), rule.gateways.end(), gateway) != rule.gateways.end();
}

/// The more special of two hosts of which one contains the other; empty when they are apart.
std::string intersection(const std::string& a, const std::string& b) {
  if (is_subset_of(a, b)) return a;
  return is_subset_of(b, a) ? b : std::string();
}

/// Exact hosts before wildcards, longer wildcards before shorter ones (`envoy.md` §11.1).
std::size_t rank(const std::string& domain) {
  return is_wildcard(domain) ? domain.size() : std::string::npos;
}

}  // namespace

std::vector<Router::GatewayHost> Router::hosts_at_gateway(WorkloadId gateway,
                                                          std::uint32_t port) const {
  std::vector<GatewayHost> hosts;
  for (const istio::Gateway& spec : registry_.resources().gateways) {
    if (!labels_contain(registry_.labels(gateway), spec.selector)) continue;
    const std::string& space = spec.metadata.name_space;
    const std::string name = space + "/" + spec.metadata.name;
    for (const istio::Server& server : spec.servers) {
      if (server.port != port) continue;
      for (const std::string& text : server.hosts) {
        const ServerHost host = server_host(text, space);
        if (server.https_redirect) hosts.push_back({host.host, &spec, &server, nullptr});
        for (const VirtualServiceView& rule : registry_.virtual_services()) {
          const Metadata& owner = rule.spec->metadata;
          if (!bound_to(rule, name)) continue;
          if (!host.name_space.empty() && host.name_space != owner.name_space) continue;
          for (const std::string& wanted : rule.hosts) {
            std::string domain = intersection(wanted, host.host);
            if (!domain.empty()) hosts.push_back({std::move(domain), &spec, &server, &rule});
          }
        }
      }
    }
  }
  return hosts;
}

ResolvedRoute Router::at_gateway(WorkloadId client, TemplateId request) {
  const RequestTemplate& asked = draft_.plan.templates[request];
  const std::string host = host_of_authority(asked.authority);
  const std::uint32_t port = asked.port;
  const std::vector<GatewayHost> hosts = hosts_at_gateway(client, port);
  const GatewayHost* best = nullptr;
  for (const GatewayHost& candidate : hosts) {
    if (!is_subset_of(host, candidate.domain)) continue;
    if (best == nullptr || rank(candidate.domain) > rank(best->domain)) best = &candidate;
  }
  if (best == nullptr) return {RouteId::none(), request};  // 404 NR, blackhole:<port>
  const ClientView view = registry_.client(draft_, client);
  const std::string domain = best->domain;
  RouteContext context{registry_, rules_, view, port, with_port(domain, port)};
  std::vector<Rule> rules, catch_alls;
  bool https_redirect = false;
  std::string_view scheme = "http";
  std::vector<const VirtualServiceView*> seen;
  for (const GatewayHost& candidate : hosts) {
    if (candidate.domain != domain) continue;
    https_redirect = https_redirect || candidate.server->https_redirect;
    if (candidate.server->protocol == "HTTPS") scheme = "https";
    if (candidate.rule == nullptr) continue;
    if (std::find(seen.begin(), seen.end(), candidate.rule) != seen.end()) continue;
    seen.push_back(candidate.rule);
    const Metadata& gateway = candidate.gateway->metadata;
    for (const Rule& rule : rules_in_force(*candidate.rule->spec, view, port,
                                           gateway.name_space + "/" + gateway.name)) {
      const bool catches_all = rule.match == nullptr || is_catch_all(*rule.match);
      (catches_all ? catch_alls : rules).push_back(rule);
    }
  }
  if (https_redirect && scheme == "http") {
    RoutePlan redirect;
    redirect.name = "https-redirect";
    redirect.virtual_host = context.virtual_host;
    redirect.kind = RouteKind::Redirect;
    redirect.code = 301;
    return {draft_.intern(std::move(redirect)), request};
  }
  rules.insert(rules.end(), catch_alls.begin(), catch_alls.end());
  return first_match(rules, context, request, scheme);
}

}  // namespace mesh
