// Behaviours of workloads as handlers with scripts of steps.
#include "libmesh/plan/handlers.h"

#include <algorithm>
#include <charconv>

#include "libmesh/spec/load_report_header.h"

namespace mesh {
namespace {

constexpr std::string_view attempt_header = "x-envoy-attempt-count";

/// What a handler leaves out it takes from the workload; what neither says, from the defaults. A
/// script alone is the whole work: then there is no default time before it.
struct Effective {
  const Distribution* time = nullptr;
  const Script* script = nullptr;
  double error_rate = 0;
  std::uint16_t error_status = 500;
  std::uint32_t priority = 0;
};

Effective effective(const WorkloadBehaviour* own, const HandlerSpec* handler,
                    const BehaviourDefaults& defaults) {
  Effective e;
  if (own != nullptr) {
    if (own->time) e.time = &*own->time;
    if (own->script) e.script = &*own->script;
    e.error_rate = own->error_rate.value_or(0);
    e.error_status = own->error_status;
    e.priority = own->priority;
  }
  if (handler != nullptr) {
    if (handler->time) e.time = &*handler->time;
    if (handler->script) e.script = &*handler->script;
    e.priority = handler->priority.value_or(e.priority);
    if (handler->error_rate) {
      e.error_rate = *handler->error_rate;
      e.error_status = handler->error_status;
    }
  }
  if (e.time == nullptr && e.script == nullptr) e.time = &defaults.time;
  return e;
}

std::string handler_name(const HandlerSpec& spec) {
  if (!spec.name.empty()) return spec.name;
  return spec.path ? spec.path->value : spec.method ? spec.method->value : "handler";
}

/// What a proxy reads in response headers.
ResponsePlan response_plan(std::vector<std::pair<std::string, std::string>> headers,
                           std::uint64_t body_bytes) {
  ResponsePlan response;
  for (const auto& [name, value] : headers) {
    if (same_header_name(name, "grpc-status")) {
      int status = -1;
      std::from_chars(value.data(), value.data() + value.size(), status);
      response.grpc_status = static_cast<std::int8_t>(std::clamp(status, -1, 127));
    } else if (same_header_name(name, "x-envoy-ratelimited")) {
      response.envoy_ratelimited = true;
    } else if (same_header_name(name, "connection") && same_header_name(value, "close")) {
      response.connection_close = true;
    } else if (same_header_name(name, "x-envoy-degraded")) {
      response.degraded = true;
    } else if (same_header_name(name, "x-envoy-immediate-health-check-fail")) {
      response.fails_health = true;
    }
  }
  response.load_report = read_load_report(headers).report;
  response.headers = std::move(headers);
  response.body_bytes = body_bytes;
  return response;
}

/// Exactly as received; "/a?*" is "/a" with any query, or none.
bool fits_path(std::string_view wanted, std::string_view path) {
  constexpr std::string_view any_query = "?*";
  if (!wanted.ends_with(any_query)) return wanted == path;
  wanted.remove_suffix(any_query.size());
  return wanted == without_query(path);
}

/// Path and header conditions; the attempt count is known only when the request runs.
bool can_hold(const Condition& when, const RequestTemplate& request) {
  if (when.path && !fits_path(*when.path, request.path)) return false;
  return std::all_of(when.headers.begin(), when.headers.end(), [&request](const auto& wanted) {
    if (same_header_name(wanted.first, attempt_header)) return true;
    const auto value = header_value(request.headers, wanted.first);
    return value && *value == wanted.second;
  });
}

}  // namespace

Handlers::Handlers(Draft& draft, const Registry& start) : draft_(draft), scripts_(draft, start) {
  candidates_.resize(draft.plan.workloads.size());
  warned_.resize(draft.plan.workloads.size(), false);
  for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
    if (!draft.plan.workloads[WorkloadId{w}].is_gateway) compile(WorkloadId{w});
  }
}

void Handlers::compile(WorkloadId workload) {
  const WorkloadBehaviour* own = draft_.facts[workload].behaviour;
  if (own != nullptr) {
    for (const HandlerSpec& spec : own->handlers) {
      candidates_[workload].push_back(candidate(workload, &spec));
    }
  }
  candidates_[workload].push_back(candidate(workload, nullptr));
}

Handlers::Candidate Handlers::candidate(WorkloadId workload, const HandlerSpec* spec) {
  const WorkloadBehaviour* own = draft_.facts[workload].behaviour;
  const Effective e = effective(own, spec, draft_.scenario.defaults);
  static const Script nothing;
  Candidate candidate;
  candidate.spec = spec;
  HandlerPlan& plan = candidate.plan;
  plan.name = spec == nullptr ? "default" : handler_name(*spec);
  plan.error_rate = e.error_rate;
  plan.error_status = e.error_status;
  plan.priority = static_cast<std::uint8_t>(e.priority);
  plan.hands_priority_on = spec != nullptr && spec->priority.has_value();
  plan.answer.time = e.time == nullptr ? 0 : draft_.intern(*e.time);
  plan.answer.script =
      scripts_.compile(workload, e.script == nullptr ? nothing : *e.script, candidate.calls);
  ResponsePlan response;
  if (spec != nullptr) {
    plan.answer.status = spec->status;
    plan.answer.action = spec->action;
    if (spec->stream) plan.answer.stream = draft_.intern(*spec->stream);
    response = response_plan(spec->response_headers, spec->response_bytes);
  } else if (own != nullptr) {
    plan.answer.status = own->status;
    plan.answer.action = own->action;
    if (own->stream) plan.answer.stream = draft_.intern(*own->stream);
    response = response_plan(own->response_headers, own->response_bytes);
  }
  plan.answer.response = draft_.intern(response);
  const auto add_rules = [&](const std::vector<RuleSpec>& rules) {
    for (const RuleSpec& r : rules) {
      candidate.rules.push_back(rule(workload, r, plan.answer, response));
    }
  };
  if (spec != nullptr) add_rules(spec->rules);
  if (own != nullptr) add_rules(own->rules);
  return candidate;
}

Handlers::Rule Handlers::rule(WorkloadId workload, const RuleSpec& spec, const AnswerPlan& base,
                              const ResponsePlan& response) {
  Rule rule;
  rule.spec = &spec;
  RulePlan& plan = rule.plan;
  const Condition& when = spec.when;
  if (when.after) plan.after = Instant{} + *when.after;
  if (when.before) plan.before = Instant{} + *when.before;
  plan.first_count = static_cast<std::uint32_t>(draft_.plan.counts.size());
  plan.counts = static_cast<std::uint32_t>(when.nth.size());
  for (const CountRange& range : when.nth) {
    draft_.plan.counts.push_back({range.first, range.last});
  }
  plan.cycle_of = when.cycle_of;
  for (const std::uint32_t at : when.cycle_at) {
    if (at >= 1 && at <= 64) plan.cycle_at |= std::uint64_t{1} << (at - 1);
  }
  for (const auto& [name, value] : when.headers) {
    if (!same_header_name(name, attempt_header)) continue;
    std::from_chars(value.data(), value.data() + value.size(), plan.attempt);
  }
  plan.chance = when.chance.value_or(1.0);
  plan.chance_seed = when.chance_seed;

  const AnswerSpec& then = spec.then;
  plan.answer = base;
  if (then.time) plan.answer.time = draft_.intern(*then.time);
  if (then.script) plan.answer.script = scripts_.compile(workload, *then.script, rule.calls);
  plan.answer.status = then.status.value_or(base.status);
  if (then.stream) plan.answer.stream = draft_.intern(*then.stream);
  plan.answer.action = then.action.value_or(base.action);
  if (then.headers || then.body_bytes) {
    plan.answer.response = draft_.intern(response_plan(
        then.headers.value_or(response.headers), then.body_bytes.value_or(response.body_bytes)));
  }
  return rule;
}

HandlerId Handlers::variant(WorkloadId workload, Candidate& candidate, TemplateId request) {
  std::vector<bool> holds;
  for (const Rule& rule : candidate.rules) {
    holds.push_back(can_hold(rule.spec->when, draft_.plan.templates[request]));
  }
  std::vector<bool> variant = holds;
  const bool counts = draft_.rate_questions.contains(request);
  for (std::uint32_t bit = 0; counts && bit < 32; ++bit) {
    variant.push_back((request.value >> bit & 1u) != 0);  // every question has limits of its own
  }
  const auto [slot, is_new] = candidate.variants.try_emplace(variant);
  if (!is_new) return slot->second;
  HandlerPlan plan = candidate.plan;
  if (counts) add_limits(workload, request, plan);
  std::vector<CallId> calls = candidate.calls;
  plan.first_rule = static_cast<std::uint32_t>(draft_.plan.rules.size());
  for (std::size_t r = 0; r < holds.size(); ++r) {
    if (!holds[r]) continue;
    const Rule& rule = candidate.rules[r];
    draft_.plan.rules.push_back(rule.plan);
    calls.insert(calls.end(), rule.calls.begin(), rule.calls.end());
    ++plan.rules;
  }
  calls_.add(std::move(calls));
  return slot->second = draft_.plan.handlers.add(std::move(plan));
}

/// The first limit that fits a descriptor counts it, in a counter for each value that it leaves
/// open.
void Handlers::add_limits(WorkloadId workload, TemplateId request, HandlerPlan& plan) {
  const WorkloadBehaviour* own = draft_.facts[workload].behaviour;
  const Draft::RateQuestion& question = draft_.rate_questions.at(request);
  plan.first_limit = static_cast<std::uint32_t>(draft_.plan.limits.size());
  for (const std::vector<istio::DescriptorEntry>& descriptor : question.descriptors) {
    for (std::size_t l = 0; own != nullptr && l < own->limits.size(); ++l) {
      const ServiceLimitSpec& limit = own->limits[l];
      const bool fits =
          (limit.domain.empty() || limit.domain == question.domain) &&
          std::equal(limit.descriptor.begin(), limit.descriptor.end(), descriptor.begin(),
                     descriptor.end(), [](const auto& wanted, const auto& found) {
                       return wanted.first == found.key &&
                              (wanted.second.empty() || wanted.second == found.value);
                     });
      if (!fits) continue;
      std::string name = std::to_string(workload.value) + "/" + std::to_string(l);
      for (const istio::DescriptorEntry& entry : descriptor) name += "/" + entry.value;
      const auto [slot, is_new] = limit_counters_.try_emplace(name, draft_.plan.limit_counters);
      if (is_new) ++draft_.plan.limit_counters;
      draft_.plan.limits.push_back({slot->second, limit.requests, limit.per});
      ++plan.limits;
      break;
    }
  }
}

HandlerId Handlers::choose(WorkloadId workload, TemplateId request) {
  warn_of_default(workload);
  const RequestTemplate& asked = draft_.plan.templates[request];
  for (Candidate& candidate : candidates_[workload]) {
    if (candidate.spec == nullptr || draft_.matcher.matches(*candidate.spec, asked)) {
      return variant(workload, candidate, request);
    }
  }
  return HandlerId::none();
}

void Handlers::warn_of_default(WorkloadId workload) {
  if (draft_.facts[workload].behaviour != nullptr || warned_[workload]) return;
  warned_[workload] = true;
  const WorkloadPlan& plan = draft_.plan.workloads[workload];
  draft_.warning(plan_code::no_behaviour, draft_.facts[workload].place, plan.name,
                 "no behaviour is given; it takes " + to_string(draft_.scenario.defaults.time) +
                     " with " + std::to_string(plan.workers) + " workers",
                 "describe it under behaviour.workloads." + plan.name);
}

}  // namespace mesh
