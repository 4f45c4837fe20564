// Hash balancers whose requests bring no key.
#include <set>

#include "libmesh/lint/all.h"

namespace mesh {
namespace {

const LintCluster* cluster_of(const LintInput& input, const RoutePlan& route) {
  for (const WeightedCluster& target : route.clusters) {
    for (const LintCluster& cluster : input.clusters()) {
      if (cluster.config->cluster == target.cluster) return &cluster;
    }
  }
  return nullptr;
}

Place place_of(const LintCluster* cluster) {
  if (cluster == nullptr || !cluster->policy.groups.load_balancer) return {};
  return cluster->policy.groups.load_balancer->place;
}

std::string text_of(const HashMethod& method) {
  switch (method.kind) {
    case HashMethodKind::Header:
      return "header " + method.name;
    case HashMethodKind::Cookie:
      return "cookie " + method.name;
    case HashMethodKind::QueryParameter:
      return "query parameter " + method.name;
    case HashMethodKind::SourceIp:
      return "source address";
  }
  return "";
}

bool has_key(const Plan& plan, const ResolvedRoute& resolved) {
  for (const HashKeyPlan& key : plan.hash_keys) {
    if (key.route == resolved.route && key.upstream == resolved.upstream) return true;
  }
  return false;
}

/// Without any key a hash balancer takes a random word (`envoy.md` §7.5).
void check_requests(const LintInput& input, Diagnostics& problems) {
  std::set<std::pair<RouteId, TemplateId>> said;
  for (const ProxyConfig& proxy : input.plan.versions.front().proxies) {
    for (const ResolvedRoute& resolved : proxy.route_of) {
      if (!resolved.route.valid()) continue;
      const RoutePlan& route = input.plan.routes[resolved.route];
      if (route.hash.empty() || has_key(input.plan, resolved)) continue;
      if (!said.insert({resolved.route, resolved.upstream}).second) continue;
      const LintCluster* cluster = cluster_of(input, route);
      const HashMethod& method = route.hash.front();
      const bool cookie = method.kind == HashMethodKind::Cookie;
      warn(problems, lint_code::no_hash_key, place_of(cluster),
           (cluster == nullptr ? route.virtual_host : cluster->rule) + ": loadBalancer",
           "requests \"" + input.plan.templates[resolved.upstream].text + "\" have no " +
               text_of(method) + ", so each of them goes to a random host",
           cookie ? "give the cookie a ttl: then the proxy makes it where it is missing"
                  : "send it, or hash something that every request has");
    }
  }
}

void check_keys(const LintInput& input, Diagnostics& problems) {
  std::set<std::string> said;
  for (const LintCluster& cluster : input.clusters()) {
    const auto& balancer = cluster.policy.groups.load_balancer;
    if (!balancer || !balancer->consistent_hash) continue;
    const istio::ConsistentHash& hash = *balancer->consistent_hash;
    if (!hash.http_header_name.empty() || !hash.http_query_parameter_name.empty() ||
        hash.http_cookie || hash.use_source_ip) {
      continue;
    }
    if (!said.insert(to_string(balancer->place)).second) continue;
    warn(problems, lint_code::no_hash_key, balancer->place, cluster.rule + ": consistentHash",
         "names nothing to hash, so every request goes to a random host",
         "set one of httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName");
  }
}

}  // namespace

void lint_hashing(const LintInput& input, Diagnostics& problems) {
  check_keys(input, problems);
  if (!input.plan.versions.empty()) check_requests(input, problems);
}

}  // namespace mesh
