// Scripts as YAML trees in which every default is visible.
#include "libmesh/spec/effective.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

using yaml::Map;

YamlNode named(const char* key, YamlNode value) {
  return Map().add(key, std::move(value)).take();
}

YamlNode retry_node(const RetrySpec& retry) {
  return to_node(retry);
}

YamlNode branch_node(const Script& branch) {
  // A list in a list is steps, so a lone parallel step needs the brackets of its branch.
  const auto* lone = branch.size() == 1 ? std::get_if<ParallelStep>(&branch.front()) : nullptr;
  const bool alone = branch.size() == 1 && (lone == nullptr || lone->wait_for > 0);
  YamlNode steps = script_node(branch);
  return alone ? std::move(steps.items.front()) : steps;
}

YamlNode choice_node(const Choice& choice) {
  Map map;
  map.add("weight", yaml::number(choice.weight)).add("script", script_node(choice.script));
  return map.take();
}

YamlNode call_node(const CallStep& step) {
  Map call;
  call.add("service", yaml::text(step.service));
  for (auto& [key, value] : request_entries(step.request).entries) {
    call.add(key, std::move(value));
  }
  call.add_if("timeout", step.timeout, yaml::duration);
  call.add("wait", yaml::boolean(step.waits));
  if (step.guards.deadline) call.add("deadline", deadline_node(*step.guards.deadline));
  if (!step.waits) return call.take();  // nobody learns how it ended
  call.add("onError", yaml::text(step.on_error == OnError::Fail ? "fail" : "ignore"));
  call.add("statusOnError",
           step.status_on_error == 0 ? yaml::text("same") : yaml::integer(step.status_on_error));
  call.add_if("retry", step.retry, retry_node);
  for (auto& [key, value] : guard_entries(step.guards).entries) call.add(key, std::move(value));
  return call.take();
}

struct StepNode {
  YamlNode operator()(const WorkStep& step) const { return named("work", to_node(step.time)); }
  YamlNode operator()(const SleepStep& step) const { return named("sleep", to_node(step.time)); }
  YamlNode operator()(const CallStep& step) const { return named("call", call_node(step)); }
  YamlNode operator()(const ParallelStep& step) const {
    YamlNode branches = yaml::list_of(step.branches, branch_node);
    if (step.wait_for == 0) return branches;
    Map parallel;
    parallel.add("wait", yaml::integer(step.wait_for)).add("branches", std::move(branches));
    return named("parallel", parallel.take());
  }
  YamlNode operator()(const RepeatStep& step) const {
    Map repeat;
    repeat.add("times", limit_node(step.times)).add("chance", yaml::share(step.chance));
    return named("repeat", repeat.add("script", script_node(step.script)).take());
  }
  YamlNode operator()(const ChooseStep& step) const {
    return named("choose", yaml::list_of(step.choices, choice_node));
  }
  YamlNode operator()(const CacheStep& step) const { return named("cache", to_node(step)); }
  YamlNode operator()(const WithStep& step) const { return named("with", to_node(step)); }
  YamlNode operator()(const PublishStep& step) const {
    return named("publish", yaml::text(step.topic));
  }
};

}  // namespace

YamlNode script_node(const Script& script) {
  return yaml::list_of(script, [](const Step& step) { return std::visit(StepNode{}, step); });
}

YamlNode to_node(const RetrySpec& retry) {
  Map map, backoff;
  map.add("attempts", limit_node(retry.attempts));
  std::vector<YamlNode> on;
  if (retry.on_5xx) on.push_back(yaml::text("5xx"));
  if (retry.on_timeout) on.push_back(yaml::text("timeout"));
  for (const std::uint16_t status : retry.on_statuses) on.push_back(yaml::integer(status));
  map.add("retryOn", yaml::list(std::move(on)));
  const char* const laws[] = {"none", "fixed", "exponential", "full", "equal", "decorrelated"};
  if (retry.pause) {
    backoff.add("time", to_node(*retry.pause));
  } else {
    backoff.add("law", yaml::text(laws[static_cast<std::size_t>(retry.backoff.law)]));
    backoff.add("base", yaml::duration(retry.backoff.base));
    backoff.add("max", yaml::duration(retry.backoff.max));
  }
  map.add("backoff", backoff.take());
  if (retry.budget) {
    Map budget;
    const char* const kinds[] = {"tries", "outcomes", "failures"};
    budget.add("law", yaml::text(kinds[static_cast<std::size_t>(retry.budget->law)]));
    budget.add("ratio", yaml::number(retry.budget->ratio));
    budget.add("burst", yaml::number(retry.budget->burst));
    budget.add("perSecond", yaml::number(retry.budget->per_second));
    map.add("budget", budget.add("share", yaml::share(retry.budget->share)).take());
  }
  return map.take();
}

}  // namespace mesh
