// Scripts of handlers as steps, branches and calls.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// The index in Plan::retries; no_retry without a retry.
std::uint32_t plan_retry(Draft& draft, const std::optional<RetrySpec>& spec);

/// Compiles scripts; services of calls are looked up in `start` from the caller's namespace.
class Scripts {
 public:
  Scripts(Draft& draft, const Registry& start) : draft_(draft), start_(start) {}

  /// Appends to `calls` every call that the script can make.
  ScriptId compile(WorkloadId workload, const Script& script, std::vector<CallId>& calls);
  const Place& place(CallId call) const { return places_[call]; }

 private:
  StepPlan compile(WorkloadId workload, const Step& step, std::vector<CallId>& calls);
  StepPlan compile(WorkloadId workload, const ChooseStep& step, std::vector<CallId>& calls);
  StepPlan compile(WorkloadId workload, const CacheStep& step, std::vector<CallId>& calls);
  StepPlan compile(WorkloadId workload, const WithStep& step, std::vector<CallId>& calls);
  StepPlan compile_branches(WorkloadId workload, StepKind kind, const std::vector<Script>& scripts,
                            std::vector<CallId>& calls);
  CallId compile(WorkloadId workload, const CallStep& step);

  Draft& draft_;
  const Registry& start_;
  IdVector<CallId, Place> places_;
  std::uint32_t cache_steps_ = 0;     // around the step that is compiled
  std::vector<std::string> fetched_;  // caches of those whose misses are coalesced
};

}  // namespace mesh
