// Active health checks of clusters, as EnvoyFilters add them.
#pragma once

#include "libmesh/plan/draft.h"
#include "libmesh/plan/envoy_filters.h"

namespace mesh {

/// Adds what one patch says of health checks. Envoy takes one check per cluster; lists of several
/// patches are appended, as protobuf merges them.
void merge_health_checks(Draft& draft, const NamedPatch& patch, const istio::ClusterPatch& from,
                         ClusterConfig& config);

}  // namespace mesh
