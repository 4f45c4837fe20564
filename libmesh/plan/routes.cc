// Routes: one rule of a VirtualService as an Envoy route (RDS).
#include "libmesh/plan/routes.h"

#include <algorithm>

#include "libmesh/plan/hash_policies.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/retries.h"
#include "libmesh/policy/grpc_status.h"

namespace mesh {
namespace {

/// Istio writes percent × 10000 of a million, cut to an integer.
Millionths millionths(double percent) {
  return {static_cast<std::uint32_t>(std::clamp(percent, 0.0, 100.0) * 10'000.0)};
}

FaultPolicy fault_policy(const istio::Fault& fault) {
  FaultPolicy policy;
  if (fault.delay) {
    policy.delay_share = millionths(fault.delay->percentage.value_or(0));
    policy.delay = fault.delay->fixed_delay;
  }
  if (fault.abort) {
    policy.abort_share = millionths(fault.abort->percentage.value_or(0));
    policy.abort_code = static_cast<std::uint16_t>(fault.abort->http_status);
    if (const auto status = grpc_status_named(fault.abort->grpc_status)) {
      policy.abort_grpc_status = static_cast<std::int8_t>(*status);
    }
  }
  return policy;
}

std::uint32_t destination_port(const ServiceView* service, const istio::Destination& destination,
                               std::uint32_t listener_port) {
  if (destination.port != 0) return destination.port;
  if (service != nullptr && service->spec->ports.size() == 1) return service->spec->ports[0].port;
  return listener_port;
}

const istio::ConsistentHash* hash_of_destination(const RouteContext& context,
                                                 const istio::Destination& destination,
                                                 const std::string& name_space) {
  const std::string host = resolve_short_name(destination.host, name_space);
  const ServiceView* service = context.registry.service(host);
  const std::string& service_space =
      service == nullptr ? name_space : service->spec->metadata.name_space;
  return consistent_hash(context.rules.find(context.client, host, service_space),
                         destination.subset,
                         destination_port(service, destination, context.listener_port));
}

/// Its only destination is balanced by hash: then previous hosts are no obstacle for retries.
bool is_hashed(const RouteContext& context, const istio::HttpRoute& http,
               const std::string& name_space) {
  return http.route.size() == 1 &&
         hash_of_destination(context, http.route.front().destination, name_space) != nullptr;
}

void add_destinations(Draft& draft, const RouteContext& context, const istio::HttpRoute& http,
                      const std::string& name_space, RoutePlan& route) {
  const bool alone = http.route.size() == 1;
  for (const istio::RouteDestination& entry : http.route) {
    if (!alone && entry.weight == 0) continue;
    const ClusterId cluster = draft.intern_cluster(cluster_of_destination(
        context.registry, entry.destination, name_space, context.listener_port));
    const std::uint32_t weight = std::max(entry.weight, 1u);
    route.clusters.push_back({cluster, weight});
    route.total_weight += weight;
    const auto* hash = hash_of_destination(context, entry.destination, name_space);
    if (hash != nullptr) add_hash_method(*hash, route.hash);
  }
}

void add_mirrors(Draft& draft, const RouteContext& context, const istio::HttpRoute& http,
                 const std::string& name_space, RoutePlan& route) {
  for (const istio::Mirror& mirror : http.mirrors) {
    const Millionths share = millionths(mirror.percentage);
    if (share.numerator == 0) continue;
    const ClusterId cluster = draft.intern_cluster(cluster_of_destination(
        context.registry, mirror.destination, name_space, context.listener_port));
    route.mirrors.push_back({cluster, share});
  }
}

std::string route_name(const istio::HttpRoute& http, const istio::HttpMatch* match) {
  if (match == nullptr || match->name.empty()) return http.name;
  return http.name.empty() ? match->name : http.name + "." + match->name;
}

bool is_authority(const std::string& header) {
  return same_header_name(header, ":authority") || same_header_name(header, "host");
}

/// Envoy removes before it adds, whatever the order in the YAML.
/// Source: source/common/router/header_parser.cc (HeaderParser::evaluateHeaders).
void remove_headers(const istio::HeaderOperations& operations, RequestTemplate& request) {
  for (const std::string& name : operations.request_remove) {
    std::erase_if(request.headers,
                  [&name](const auto& h) { return same_header_name(h.first, name); });
  }
}

void add_headers(const istio::HeaderOperations& operations, RequestTemplate& request) {
  for (const auto& [name, value] : operations.request_set) {
    if (is_authority(name) || name.starts_with(':')) continue;
    std::erase_if(request.headers,
                  [&name = name](const auto& h) { return same_header_name(h.first, name); });
    request.headers.emplace_back(name, value);
  }
  for (const auto& [name, value] : operations.request_add) {
    if (!is_authority(name) && !name.starts_with(':')) request.headers.emplace_back(name, value);
  }
}

std::string authority_set_by(const istio::HeaderOperations& operations) {
  std::string authority;
  for (const auto& [name, value] : operations.request_set) {
    if (is_authority(name)) authority = value;
  }
  return authority;
}

/// A matched prefix is replaced; a matched exact path or expression as a whole; the query stays.
std::string rewritten_path(const istio::Rewrite& rewrite, const istio::HttpMatch* match,
                           const std::string& path) {
  const std::string bare(without_query(path));
  const std::string query = path.substr(bare.size());
  if (!rewrite.regex_match.empty()) {
    return replace_matches(rewrite.regex_match, rewrite.regex_rewrite, bare) + query;
  }
  if (rewrite.uri.empty()) return path;
  using Kind = istio::StringMatch::Kind;
  if (bare.empty()) return rewrite.uri + query;
  if (match == nullptr || !match->uri) return rewrite.uri + bare.substr(1) + query;
  if (match->uri->kind == Kind::Prefix) {
    return rewrite.uri + bare.substr(match->uri->value.size()) + query;
  }
  return rewrite.uri + query;
}

}  // namespace

std::string cluster_of_destination(const Registry& registry, const istio::Destination& destination,
                                   const std::string& name_space, std::uint32_t listener_port) {
  const std::string host = resolve_short_name(destination.host, name_space);
  const std::uint32_t port = destination_port(registry.service(host), destination, listener_port);
  return outbound_cluster(port, destination.subset, host);
}

RoutePlan route_of_rule(Draft& draft, const RouteContext& context,
                        const istio::VirtualService& owner, const istio::HttpRoute& http,
                        const istio::HttpMatch* match) {
  const std::string& name_space = owner.metadata.name_space;
  RoutePlan route;
  route.name = route_name(http, match);
  route.virtual_host = context.virtual_host;
  route.place = short_place(match != nullptr ? match->place : http.place);
  if (http.fault) route.fault = fault_policy(*http.fault);
  if (http.redirect) {
    route.kind = RouteKind::Redirect;
    route.code = static_cast<std::uint16_t>(http.redirect->code);
    return route;
  }
  if (http.direct_response) {
    route.kind = RouteKind::DirectResponse;
    route.code = static_cast<std::uint16_t>(http.direct_response->status);
    return route;
  }
  add_destinations(draft, context, http, name_space, route);
  add_mirrors(draft, context, http, name_space, route);
  route.timeout = http.timeout.value_or(Duration{0});
  const istio::MeshConfig& mesh = context.registry.mesh();
  route.retry = route_retry_policy(http.retries ? http.retries : mesh.default_http_retry_policy,
                                   is_hashed(context, http, name_space),
                                   draft.scenario.platform.istio_version);
  return route;
}

RoutePlan default_route(Draft& draft, const RouteContext& context, const ServiceView& service) {
  RoutePlan route;
  route.name = "default";
  route.virtual_host = context.virtual_host;
  route.clusters.push_back(
      {draft.intern_cluster(outbound_cluster(context.listener_port, "", service.host)), 1});
  route.total_weight = 1;
  const MergedRule* rule =
      context.rules.find(context.client, service.host, service.spec->metadata.name_space);
  if (const auto* hash = consistent_hash(rule, "", context.listener_port)) {
    add_hash_method(*hash, route.hash);
  }
  const k8s::ServicePort* port = find_port(*service.spec, context.listener_port);
  if (port == nullptr || is_http(protocol_of(*port))) {
    route.retry = route_retry_policy(context.registry.mesh().default_http_retry_policy, false,
                                     draft.scenario.platform.istio_version);
  } else {
    route.name = "tcp";  // a TCP proxy: bytes are forwarded, nothing is retried
  }
  return route;
}

RoutePlan route_to_cluster(const std::string& name, const std::string& virtual_host,
                           ClusterId cluster) {
  RoutePlan route;
  route.name = name;
  route.virtual_host = virtual_host;
  route.clusters.push_back({cluster, 1});
  route.total_weight = 1;
  return route;
}

RoutePlan route_of_unknown_hosts(Draft& draft, const istio::MeshConfig& mesh) {
  if (!mesh.registry_only) {
    return route_to_cluster("allow_any", "allow_any", draft.intern_cluster("PassthroughCluster"));
  }
  RoutePlan route;
  route.name = "block_all";
  route.virtual_host = "block_all";
  route.kind = RouteKind::DirectResponse;
  route.code = 502;
  return route;
}

RoutePlan https_redirect(const std::string& virtual_host) {
  RoutePlan route;
  route.name = "https-redirect";
  route.virtual_host = virtual_host;
  route.kind = RouteKind::Redirect;
  route.code = 301;
  return route;
}

TemplateId upstream_request(Draft& draft, const istio::HttpRoute& http,
                            const istio::HttpMatch* match, TemplateId request) {
  RequestTemplate changed = draft.plan.templates[request];
  std::string authority = authority_set_by(http.headers);
  // istiod writes the operations of an only destination to those of the route.
  const bool alone = http.route.size() == 1;
  remove_headers(http.headers, changed);
  if (alone) remove_headers(http.route.front().headers, changed);
  add_headers(http.headers, changed);
  if (alone) {
    add_headers(http.route.front().headers, changed);
    if (authority.empty()) authority = authority_set_by(http.route.front().headers);
  }
  if (http.rewrite) {
    const std::string original = changed.path;
    changed.path = rewritten_path(*http.rewrite, match, changed.path);
    if (changed.path != original) {  // source/common/router/config_impl.cc, finalizePathHeader
      changed.headers.emplace_back("x-envoy-original-path", original);
    }
    if (!http.rewrite->authority.empty()) authority = http.rewrite->authority;
  }
  if (!authority.empty()) changed.authority = authority;
  return draft.intern(std::move(changed));
}

}  // namespace mesh
