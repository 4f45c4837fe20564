// Overload managers of proxies, as the platform section of a scenario describes them.
#pragma once

#include <optional>

#include "libmesh/plan/draft.h"

namespace mesh {

/// The manager of a workload's proxies: the first entry that means it; nothing when there is none.
std::optional<FilterPlan> overload_manager(Draft& draft, WorkloadId workload);

}  // namespace mesh
