// Overload managers of proxies, as the platform section of a scenario describes them.
#include "libmesh/plan/overload.h"

#include <algorithm>

namespace mesh {
namespace {

bool means(Draft& draft, const OverloadSpec& spec, WorkloadId workload) {
  if (spec.workload.empty()) return true;
  const std::vector<WorkloadId> named = draft.workloads_named(spec.workload);
  if (named.empty()) draft.workload_named(spec.workload, spec.place, "platform.overload");
  return std::find(named.begin(), named.end(), workload) != named.end();
}

}  // namespace

std::optional<FilterPlan> overload_manager(Draft& draft, WorkloadId workload) {
  for (const OverloadSpec& spec : draft.scenario.platform.overload) {
    if (!means(draft, spec, workload)) continue;
    OverloadPlan plan;
    plan.refresh = spec.refresh;
    plan.trigger.saturation = spec.threshold ? *spec.threshold : spec.saturation.value_or(1.0);
    plan.trigger.scaling = spec.threshold ? *spec.threshold : spec.scaling.value_or(1.0);
    for (const OverloadSpec::Pressure& step : spec.pressure) {
      plan.pressure.push_back({Instant{} + step.at, step.value});
    }
    return FilterPlan{FilterKind::Overload, draft.intern(plan)};
  }
  return std::nullopt;
}

}  // namespace mesh
