// Traffic policies in Envoy's terms: balancer, limits, outlier detection of a cluster.
#pragma once

#include <string_view>

#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/plan.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// "1.27" is at least 1.24. Unreadable versions count as the newest.
bool version_at_least(std::string_view version, int major, int minor);

/// Writes the policy over the defaults in `config` (istio.md §1.2.3 – §1.2.5).
void apply_policy(const EffectivePolicy& policy, PortProtocol protocol,
                  std::string_view istio_version, ClusterConfig& config);

}  // namespace mesh
