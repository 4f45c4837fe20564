// What a request is hashed by, where its route says so.
#include <bit>

#include "libmesh/base/hash.h"
#include "libmesh/engine/engine.h"
#include "libmesh/plan/numbered_text.h"

namespace mesh {

std::uint64_t Engine::hash_of(const HashPart& part, const Request& request) {
  const bool from_outside = plan_->workloads[workload_of(request.proxy)].is_gateway;
  // A call of the application comes over a connection that stays with its worker.
  const std::uint64_t connection =
      request.kind == Origin::Call ? request.worker : request.connection;
  const auto of_connection = [&] {
    return draws_.at(Purpose::DownstreamConnection, request.proxy.value, connection).word();
  };
  switch (part.kind) {
    case HashPart::Kind::Fixed:
      return part.hash;
    case HashPart::Kind::Numbered:
      text_.clear();
      append_numbered(text_, part.text,
                      request.kind == Origin::Call ? request.root : request.number);
      return xxh64(text_);
    case HashPart::Kind::SourceIp:
      // Callers from outside have an address each; the application has that of its pod.
      return from_outside ? of_connection() : xxh64(plan_->endpoints[request.proxy].address);
    case HashPart::Kind::Cookie:
      return of_connection();
  }
  return part.hash;
}

/// As HashPolicyImpl::generateHash folds several methods; a copy for a mirror hashes nothing.
std::optional<std::uint64_t> Engine::hash_of(const Request& request) {
  if (request.hash_key == no_hash_key || request.kind == Origin::Mirror) return std::nullopt;
  std::uint64_t hash = 0;
  for (const HashPart& part : plan_->hash_keys[request.hash_key]) {
    hash = std::rotl(hash, 1) ^ hash_of(part, request);
  }
  return hash;
}

}  // namespace mesh
