// Hash policies of routes: what istiod writes for consistentHash, and what a template hashes.
#include "libmesh/plan/hash_policies.h"

#include <algorithm>

#include "libmesh/base/hash.h"
#include "libmesh/plan/numbered_text.h"

namespace mesh {
namespace {

const istio::ConsistentHash* hash_in(const istio::PolicyGroups& groups) {
  if (!groups.load_balancer || !groups.load_balancer->consistent_hash) return nullptr;
  return &*groups.load_balancer->consistent_hash;
}

const istio::ConsistentHash* hash_in(const istio::TrafficPolicy& policy, std::uint32_t port) {
  for (const istio::PortPolicy& at_port : policy.port_level_settings) {
    if (at_port.port != port) continue;
    if (const istio::ConsistentHash* found = hash_in(at_port.groups)) return found;
  }
  return hash_in(policy.groups);
}

/// The part of a key that a method gives; false when requests of the template have no such key.
bool part_of(const HashMethod& method, const RequestTemplate& request, HashPart& part) {
  if (method.kind == HashMethodKind::SourceIp) {
    part.kind = HashPart::Kind::SourceIp;
    return true;
  }
  const auto text = hash_text(method, {.headers = request.headers, .path = request.path});
  if (text && has_number(*text)) {
    part.kind = HashPart::Kind::Numbered;
    part.text = *text;
    return true;
  }
  if (text) {
    part.hash = xxh64(*text);
    return true;
  }
  part.kind = HashPart::Kind::Cookie;
  return method.kind == HashMethodKind::Cookie && method.ttl.has_value();
}

}  // namespace

const istio::ConsistentHash* consistent_hash(const MergedRule* rule, const std::string& subset_name,
                                             std::uint32_t port) {
  if (rule == nullptr) return nullptr;
  for (const istio::Subset* subset : rule->subsets) {
    if (subset->name != subset_name || !subset->traffic_policy) continue;
    if (const istio::ConsistentHash* found = hash_in(*subset->traffic_policy, port)) return found;
  }
  return rule->traffic_policy == nullptr ? nullptr : hash_in(*rule->traffic_policy, port);
}

void add_hash_method(const istio::ConsistentHash& from, std::vector<HashMethod>& to) {
  if (!from.http_header_name.empty()) {
    to.push_back({.kind = HashMethodKind::Header, .name = from.http_header_name});
  } else if (from.http_cookie) {
    to.push_back({.kind = HashMethodKind::Cookie,
                  .name = from.http_cookie->name,
                  .ttl = from.http_cookie->ttl,
                  .path = from.http_cookie->path});
  } else if (from.use_source_ip) {
    to.push_back({.kind = HashMethodKind::SourceIp});
  } else if (!from.http_query_parameter_name.empty()) {
    to.push_back({.kind = HashMethodKind::QueryParameter, .name = from.http_query_parameter_name});
  }
}

void plan_hash_key(Draft& draft, RouteId route, TemplateId upstream) {
  HashKeyPlan key{route, upstream, {}};
  for (const HashMethod& method : draft.plan.routes[route].hash) {
    HashPart part;
    if (!part_of(method, draft.plan.templates[upstream], part)) continue;
    key.parts.push_back(std::move(part));
    if (method.terminal) break;
  }
  if (!key.parts.empty()) draft.add_hash_key(std::move(key));
}

}  // namespace mesh
