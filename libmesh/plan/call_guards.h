// What the pods of a workload keep around their calls, each kind of it once.
#pragma once

#include "libmesh/plan/draft.h"

namespace mesh {

Outcomes outcomes_of(const OutcomeWords& words);

/// The index in Plan::guards; no_guard where nothing stands around the call.
std::uint32_t plan_guard(Draft& draft, WorkloadId workload, ServiceId service,
                         const CallStep& call);

}  // namespace mesh
