// Subsets of Envoy's own: what becomes of clusters whose endpoints have no metadata.
#pragma once

#include "libmesh/plan/draft.h"
#include "libmesh/plan/envoy_filters.h"

namespace mesh {

/// No subset has a host, because istiod gives endpoints no metadata of envoy.lb
/// (pilot/pkg/networking/util/util.go, AppendLbEndpointMetadata); so the fallback alone decides
/// about every request: all hosts, or none and 503 UH (`envoy.md` §7.8).
void merge_subsets(Draft& draft, const NamedPatch& patch, const istio::SubsetPatch& from,
                   ClusterConfig& config);

}  // namespace mesh
