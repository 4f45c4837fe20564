// References between resources that lead nowhere: unknown hosts, subsets, ports, gateways.
#pragma once

#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// Warnings for what Istio accepts although it cannot work; requests then get 503 NC or 404 NR.
void check_references(Draft& draft, const Registry& registry, const DestinationRules& rules);

}  // namespace mesh
