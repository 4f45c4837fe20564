// What EnvoyFilters merge into clusters, with protobuf's rules for merging.
#pragma once

#include <string>

#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/draft.h"
#include "libmesh/plan/envoy_filters.h"

namespace mesh {

/// What a patch may match a cluster by.
struct ClusterIdentity {
  std::string name;  // "outbound|80|v1|web.default.svc.cluster.local"
  std::string host, subset;
  std::uint32_t port = 0;
};

/// Source: pilot/pkg/networking/core/envoyfilter/cluster_patch.go (clusterMatch).
bool is_meant(const istio::PatchMatch& match, const ClusterIdentity& cluster);

/// Merges one patch. `written` is what istiod wrote into the cluster: a zero over a number that is
/// written changes nothing, because protobuf does not tell zero from absent there
/// (pkg/proto/merge/merge.go).
void apply_cluster_patch(Draft& draft, const NamedPatch& patch, const EffectivePolicy& written,
                         ClusterConfig& config);

}  // namespace mesh
