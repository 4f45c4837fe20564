// What a request is hashed by, where its route says so.
#include <algorithm>
#include <bit>

#include "libmesh/base/hash.h"
#include "libmesh/engine/engine.h"
#include "libmesh/plan/numbered_text.h"

namespace mesh {

/// What `{i}` is: the number of the load's request; in calls, of the request that caused them.
std::uint64_t Engine::number_of(const Request& request) const {
  if (request.kind == Origin::Load) return request.origin.generation;
  if (request.kind == Origin::User) return world_.users[request.origin.slot].asked;
  return request.root;
}

/// The connection that it came on: of the load, or of the application to its sidecar's worker.
std::uint64_t Engine::connection_of(const Request& request) const {
  if (request.kind == Origin::Load) return request.origin.slot;
  if (request.kind != Origin::User) return request.worker;
  const User& user = world_.users[request.origin.slot];
  const std::uint32_t connections = plan_->loads[user.load].connections;
  return connections > 0 ? user.number % connections : user.number;
}

std::uint64_t Engine::hash_of(const HashPart& part, const Request& request) {
  // The ephemeral port of the connection makes a cookie, or an address outside, unlike others.
  const auto of_connection = [&] {
    return draws_.at(Purpose::DownstreamConnection, request.proxy.value, connection_of(request))
        .word();
  };
  switch (part.kind) {
    case HashPart::Kind::Fixed:
      return part.hash;
    case HashPart::Kind::Numbered:
      text_.clear();
      append_numbered(text_, part.text, number_of(request));
      return xxh64(text_);
    case HashPart::Kind::SourceIp:
      // Callers from outside have an address each; the application has that of its pod.
      if (plan_->workloads[workload_of(request.proxy)].is_gateway) return of_connection();
      return xxh64(plan_->endpoints[request.proxy].address);
    case HashPart::Kind::Cookie:
      return of_connection();
  }
  return part.hash;
}

/// As HashPolicyImpl::generateHash folds several methods; a copy for a mirror hashes nothing.
std::optional<std::uint64_t> Engine::hash_of(const Request& request) {
  if (request.kind == Origin::Mirror) return std::nullopt;
  const std::pair wanted(request.route, request.upstream);
  const auto found = std::lower_bound(
      plan_->hash_keys.begin(), plan_->hash_keys.end(), wanted,
      [](const HashKeyPlan& k, const auto& w) { return std::pair(k.route, k.upstream) < w; });
  if (found == plan_->hash_keys.end() || std::pair(found->route, found->upstream) != wanted) {
    return std::nullopt;
  }
  std::uint64_t hash = 0;
  for (const HashPart& part : found->parts) hash = std::rotl(hash, 1) ^ hash_of(part, request);
  return hash;
}

}  // namespace mesh
