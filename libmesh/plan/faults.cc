// Failures of a scenario, each on the first pods of a workload.
#include "libmesh/plan/faults.h"

#include <algorithm>

namespace mesh {
namespace {

std::string fault_text(const FaultSpec& fault) {
  switch (fault.kind) {
    case FaultSpec::Kind::Crash:
      return "crash " + fault.workload;
    case FaultSpec::Kind::Slow: {
      std::string factor = std::to_string(fault.factor);
      factor.erase(factor.find_last_not_of('0') + 1);
      if (factor.ends_with('.')) factor.pop_back();
      return "slow " + fault.workload + " x" + factor;
    }
    case FaultSpec::Kind::Delay:
      return "delay " + fault.workload + " by " + to_string(fault.delay);
    case FaultSpec::Kind::Errors:
      return "errors " + std::to_string(fault.status) + " from " + fault.workload;
    case FaultSpec::Kind::Hang:
      return "hang " + fault.workload;
  }
  return fault.workload;
}

}  // namespace

void plan_faults(Draft& draft) {
  for (const FaultSpec& fault : draft.scenario.faults) {
    const WorkloadId workload =
        draft.workload_named(fault.workload, fault.place, "faults: " + fault_text(fault));
    if (!workload.valid()) continue;
    FaultPlan plan;
    plan.text = fault_text(fault);
    plan.kind = static_cast<FaultKind>(fault.kind);
    plan.from = Instant{} + fault.at;
    plan.to = fault.lasting ? plan.from + *fault.lasting : never;
    plan.workload = workload;
    const std::uint32_t pods = draft.plan.workloads[workload].reserved;
    plan.replicas = std::min(fault.replicas.value_or(pods), pods);
    if (fault.replicas.value_or(0) > pods) {
      draft.warning(
          plan_code::too_many_replicas, fault.place, "faults: " + plan.text,
          "asks for " + std::to_string(*fault.replicas) + " replicas of " + std::to_string(pods));
    }
    plan.factor = fault.factor;
    plan.delay = draft.intern(fault.delay);
    plan.share = fault.share;
    plan.status = fault.status;
    plan.restart = fault.restart;
    draft.plan.faults.add(std::move(plan));
  }
}

}  // namespace mesh
