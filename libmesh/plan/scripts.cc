// Scripts of handlers as steps, branches and calls.
#include "libmesh/plan/scripts.h"

#include <algorithm>

#include "libmesh/plan/call_guards.h"
#include "libmesh/plan/requests.h"
#include "libmesh/plan/stores.h"

namespace mesh {

std::uint32_t plan_retry(Draft& draft, const std::optional<RetrySpec>& spec) {
  if (!spec) return no_retry;
  CallRetryPlan plan;
  plan.attempts = spec->attempts;
  plan.backoff = spec->backoff;
  plan.on = outcomes_of({spec->on_timeout, spec->on_5xx, spec->on_statuses});
  plan.drawn = spec->pause.has_value();
  if (spec->pause) plan.pause = draft.intern(*spec->pause);
  plan.limited = spec->budget.has_value();
  plan.budget = spec->budget.value_or(CallBudget{});
  draft.plan.retries.push_back(plan);
  return static_cast<std::uint32_t>(draft.plan.retries.size() - 1);
}

ScriptId Scripts::compile(WorkloadId workload, const Script& script, std::vector<CallId>& calls) {
  std::vector<StepPlan> steps;
  for (const Step& step : script) steps.push_back(compile(workload, step, calls));
  // Only now: the steps of a script are neighbours, those of its branches lie before them.
  const ScriptPlan plan{static_cast<std::uint32_t>(draft_.plan.steps.size()),
                        static_cast<std::uint32_t>(steps.size())};
  draft_.plan.steps.insert(draft_.plan.steps.end(), steps.begin(), steps.end());
  return draft_.plan.scripts.add(plan);
}

StepPlan Scripts::compile(WorkloadId workload, const Step& step, std::vector<CallId>& calls) {
  StepPlan plan;
  if (const auto* work = std::get_if<WorkStep>(&step)) {
    plan.kind = StepKind::Work;
    plan.time = draft_.intern(work->time);
  } else if (const auto* sleep = std::get_if<SleepStep>(&step)) {
    plan.kind = StepKind::Sleep;
    plan.time = draft_.intern(sleep->time);
  } else if (const auto* call = std::get_if<CallStep>(&step)) {
    plan.kind = StepKind::Call;
    plan.call = compile(workload, *call);
    calls.push_back(plan.call);
  } else if (const auto* parallel = std::get_if<ParallelStep>(&step)) {
    plan = compile_branches(workload, StepKind::Parallel, parallel->branches, calls);
    plan.wait_for = parallel->wait_for;
  } else if (const auto* repeat = std::get_if<RepeatStep>(&step)) {
    plan = compile_branches(workload, StepKind::Repeat, {repeat->script}, calls);
    plan.times = repeat->times;
    plan.chance = repeat->chance;
  } else if (const auto* cache = std::get_if<CacheStep>(&step)) {
    plan = compile(workload, *cache, calls);
  } else if (const auto* with = std::get_if<WithStep>(&step)) {
    plan = compile(workload, *with, calls);
  } else if (const auto* publish = std::get_if<PublishStep>(&step)) {
    plan.kind = StepKind::Publish;
    plan.time = find_topic(draft_, publish->topic, publish->place);
  } else {
    plan = compile(workload, std::get<ChooseStep>(step), calls);
  }
  return plan;
}

StepPlan Scripts::compile(WorkloadId workload, const CacheStep& step, std::vector<CallId>& calls) {
  const std::string path = "cache: " + step.cache;
  if (step.key.kind == KeySpec::Kind::Same && cache_steps_ == 0) {
    draft_.error(plan_code::no_outer_key, step.place, path,
                 "key: same stands in the miss or hit of no other cache step",
                 "give it a key of its own");
  }
  if (step.coalesce && std::find(fetched_.begin(), fetched_.end(), step.cache) != fetched_.end()) {
    draft_.error(plan_code::waits_for_itself, step.place, path,
                 "stands in the miss of a step that coalesces in the same cache: it may wait for "
                 "itself",
                 "leave out coalesce: true of one of them");
  }
  ++cache_steps_;
  const ScriptId hit = compile(workload, step.hit, calls);
  if (step.coalesce) fetched_.push_back(step.cache);
  const ScriptId miss = compile(workload, step.miss, calls);
  if (step.coalesce) fetched_.pop_back();
  --cache_steps_;
  StepPlan plan;
  plan.kind = StepKind::Cache;
  plan.first_branch = static_cast<std::uint32_t>(draft_.plan.branches.size());
  plan.branches = 2;
  draft_.plan.branches.insert(draft_.plan.branches.end(), {hit, miss});
  plan.time = plan_cache_use(draft_, workload, step);
  return plan;
}

StepPlan Scripts::compile(WorkloadId workload, const WithStep& step, std::vector<CallId>& calls) {
  StepPlan plan = compile_branches(workload, StepKind::With, {step.script}, calls);
  plan.time = plan_pool_use(draft_, step);
  return plan;
}

StepPlan Scripts::compile(WorkloadId workload, const ChooseStep& step, std::vector<CallId>& calls) {
  std::vector<Script> scripts;
  double total = 0;
  for (const Choice& choice : step.choices) {
    scripts.push_back(choice.script);
    total += choice.weight;
  }
  StepPlan plan = compile_branches(workload, StepKind::Choose, scripts, calls);
  plan.first_share = static_cast<std::uint32_t>(draft_.plan.shares.size());
  double so_far = 0;
  for (const Choice& choice : step.choices) {
    so_far += choice.weight;
    draft_.plan.shares.push_back(so_far / total);
  }
  return plan;
}

StepPlan Scripts::compile_branches(WorkloadId workload, StepKind kind,
                                   const std::vector<Script>& scripts, std::vector<CallId>& calls) {
  std::vector<ScriptId> branches;
  for (const Script& branch : scripts) branches.push_back(compile(workload, branch, calls));
  StepPlan plan;
  plan.kind = kind;
  plan.first_branch = static_cast<std::uint32_t>(draft_.plan.branches.size());
  plan.branches = static_cast<std::uint32_t>(branches.size());
  draft_.plan.branches.insert(draft_.plan.branches.end(), branches.begin(), branches.end());
  return plan;
}

CallId Scripts::compile(WorkloadId workload, const CallStep& step) {
  const WorkloadPlan& caller = draft_.plan.workloads[workload];
  const std::string path = caller.name + ": call " + step.service;
  const NamedService to = find_service(start_, step.service, caller.name_space);
  const RequestTemplate request = request_to(to, step.request);
  CallPlan plan;
  plan.request = draft_.intern(request);
  if (to.service != nullptr) {
    plan.service = to.service->id;
  } else {
    const std::string near = did_you_mean(to.host, start_.service_names());
    draft_.warning(plan_code::unknown_call, step.place, path,
                   "there is no service \"" + to.host + "\"; its requests get 503 NC",
                   near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
  if (unrolled(request).size() > 1) {
    draft_.warning(plan_code::counter_in_call, step.place, path,
                   "{i%…} counts in requests of loads only; here it stays as it is written");
  }
  plan.timeout = step.timeout.value_or(Duration{0});
  plan.ignore_error = step.on_error == OnError::Ignore;
  plan.status_on_error = step.status_on_error;
  plan.waits = step.waits;
  plan.retry = plan_retry(draft_, step.retry);
  plan.guard = plan_guard(draft_, workload, plan.service, step);
  places_.add(step.place);
  return draft_.plan.calls.add(plan);
}

}  // namespace mesh
