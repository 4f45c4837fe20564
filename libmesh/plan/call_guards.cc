// What the pods of a workload keep around their calls, each kind of it once.
#include "libmesh/plan/call_guards.h"

namespace mesh {

Outcomes outcomes_of(const OutcomeWords& words) {
  Outcomes set;
  if (words.timeout) set.add(0);
  if (words.server_errors) {
    for (std::uint16_t status = 500; status < 600; ++status) set.add(status);
  }
  for (const std::uint16_t status : words.statuses) set.add(status);
  return set;
}

std::uint32_t plan_guard(Draft& draft, WorkloadId workload, ServiceId service,
                         const CallStep& call) {
  const CallGuards& spec = call.guards;
  const WorkloadPlan& caller = draft.plan.workloads[workload];
  GuardPlan plan;
  plan.deadline = spec.deadline.value_or(caller.obeys_deadlines);
  const GuardPlan nothing;
  if (spec.breaker) {
    plan.breaks = true;
    plan.per_thread = spec.breaker->per_thread;
    plan.breaker = spec.breaker->config;
    plan.failures = outcomes_of(spec.breaker->fail_on);
    plan.half_open_timeout = spec.breaker->half_open_timeout.value_or(Duration{0});
  }
  if (spec.throttle) {
    plan.throttles = true;
    plan.throttle = spec.throttle->config;
    plan.rejections = outcomes_of(spec.throttle->reject_on);
  }
  if (spec.hedge) {
    plan.hedges = true;
    plan.hedge = *spec.hedge;
  }
  if (spec.balance && caller.has_sidecar) {
    draft.warning(plan_code::sidecar_balances, call.place, caller.name + ": call " + call.service,
                  "balance has no effect: the caller's sidecar chooses the host",
                  "say sidecar: false or inbound of the caller, or use a DestinationRule");
  } else if (spec.balance) {
    plan.balance = spec.balance->kind;
    plan.decay = spec.balance->decay;
    plan.choices = spec.balance->choices;
  }
  if (plan == nothing) return no_guard;
  plan.workload = workload;
  plan.service = service;
  // Guards of a workload are neighbours.
  std::vector<GuardPlan>& guards = draft.plan.guards;
  for (std::size_t g = guards.size(); g > 0 && guards[g - 1].workload == workload; --g) {
    if (guards[g - 1] == plan) return static_cast<std::uint32_t>(g - 1);
  }
  guards.push_back(plan);
  return static_cast<std::uint32_t>(guards.size() - 1);
}

}  // namespace mesh
