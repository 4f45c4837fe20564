// Hash policies of routes: what istiod writes for consistentHash, and what a template hashes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/draft.h"

namespace mesh {

/// The first consistentHash among subset at the port, subset, rule at the port, rule; a subset with
/// another balancer does not hide the rule's. Null when there is none.
/// Source: pilot/pkg/networking/core/route/route.go (getHashForService).
const istio::ConsistentHash* consistent_hash(const MergedRule* rule, const std::string& subset_name,
                                             std::uint32_t port);

/// Adds the method of a consistentHash; none when it names no key.
/// Source: the same file (consistentHashToHashPolicy).
void add_hash_method(const istio::ConsistentHash& from, std::vector<HashMethod>& to);

/// Adds what requests of a template hash on a route to Plan::hash_keys, if they hash anything.
void plan_hash_key(Draft& draft, RouteId route, TemplateId upstream);

}  // namespace mesh
