// Behaviours of workloads as handlers with scripts of steps.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"
#include "libmesh/plan/scripts.h"

namespace mesh {

/// The handlers of all workloads, with what reachability asks about them.
class Handlers {
 public:
  /// Compiles every behaviour; services of calls are looked up in `start`.
  Handlers(Draft& draft, const Registry& start);

  /// First handler whose match accepts the request, else the workload's own. Its rules are those
  /// whose path and header conditions the request fulfils.
  HandlerId choose(WorkloadId workload, TemplateId request);
  /// All calls that the handler's scripts can make.
  const std::vector<CallId>& calls(HandlerId handler) const { return calls_[handler]; }
  const Place& place(CallId call) const { return scripts_.place(call); }

 private:
  struct Rule {
    const RuleSpec* spec = nullptr;
    RulePlan plan;
    std::vector<CallId> calls;
  };
  /// A handler before it is known which of its rules a request can meet.
  struct Candidate {
    const HandlerSpec* spec = nullptr;  // null: the workload's own
    HandlerPlan plan;
    std::vector<CallId> calls;
    std::vector<Rule> rules;
    std::map<std::vector<bool>, HandlerId> variants;  // by the rules that can hold
  };
  void compile(WorkloadId workload);
  Candidate candidate(WorkloadId workload, const HandlerSpec* spec);
  Rule rule(WorkloadId workload, const RuleSpec& spec, const AnswerPlan& base,
            const ResponsePlan& response);
  HandlerId variant(WorkloadId workload, Candidate& candidate, TemplateId request);
  void add_limits(WorkloadId workload, TemplateId request, HandlerPlan& plan);
  std::map<std::string, std::uint32_t> limit_counters_;
  void warn_of_default(WorkloadId workload);

  Draft& draft_;
  Scripts scripts_;
  IdVector<WorkloadId, std::deque<Candidate>> candidates_;  // the own one last
  IdVector<WorkloadId, bool> warned_;
  IdVector<HandlerId, std::vector<CallId>> calls_;
};

}  // namespace mesh
