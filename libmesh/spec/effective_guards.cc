// What a caller keeps around a call as a YAML tree in which every default is visible.
#include "libmesh/spec/effective.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

using yaml::Map;

YamlNode outcomes_node(const OutcomeWords& words) {
  std::vector<YamlNode> on;
  if (words.server_errors) on.push_back(yaml::text("5xx"));
  if (words.timeout) on.push_back(yaml::text("timeout"));
  for (const std::uint16_t status : words.statuses) on.push_back(yaml::integer(status));
  return yaml::list(std::move(on));
}

YamlNode breaker_node(const BreakerSpec& breaker) {
  const ApplicationBreakerConfig& c = breaker.config;
  Map map, half_open;
  map.add("scope", yaml::text(breaker.per_thread ? "thread" : "pod"));
  if (c.failures > 0) {
    map.add("failures", yaml::integer(c.failures));
    if (c.within.ns > 0) map.add("within", yaml::duration(c.within));
  } else {
    map.add("failureShare", yaml::share(c.share));
    map.add("minimumCalls", yaml::integer(c.minimum_calls));
    if (c.window_calls > 0) {
      map.add("windowCalls", yaml::integer(c.window_calls));
    } else {
      map.add("window", yaml::duration(c.window));
    }
  }
  map.add("failOn", outcomes_node(breaker.fail_on)).add("open", yaml::duration(c.open));
  half_open.add("probes", limit_node(c.probes)).add("successes", yaml::integer(c.successes));
  half_open.add("failureShare", yaml::share(c.probe_share));
  half_open.add_if("timeout", breaker.half_open_timeout, yaml::duration);
  return map.add("halfOpen", half_open.take()).take();
}

YamlNode throttle_node(const ThrottleSpec& throttle) {
  Map map;
  map.add("k", yaml::number(throttle.config.k));
  map.add("window", yaml::duration(throttle.config.window));
  return map.add("rejectOn", outcomes_node(throttle.reject_on)).take();
}

YamlNode hedge_node(const HedgeConfig& hedge) {
  Map map;
  std::string share = yaml::share(hedge.quantile).scalar;  // 95%
  share.pop_back();
  map.add("after", hedge.quantile > 0 ? yaml::text("p" + share) : yaml::duration(hedge.after));
  map.add("max", yaml::integer(hedge.most)).add("cancel", yaml::boolean(hedge.cancels));
  return map.add("tied", yaml::boolean(hedge.tied)).take();
}

YamlNode balance_node(const BalanceSpec& balance) {
  const char* const words[] = {"", "roundRobin", "random", "leastLoaded", "peakEwma"};
  Map map;
  map.add("by", yaml::text(words[static_cast<std::size_t>(balance.kind)]));
  map.add("decay", yaml::duration(balance.decay));
  return map.add("choices", yaml::integer(balance.choices)).take();
}

}  // namespace

YamlNode deadline_node(bool propagates) {
  return yaml::text(propagates ? "propagate" : "ignore");
}

RequestEntries guard_entries(const CallGuards& guards) {
  RequestEntries entries;
  const auto add = [&entries](const char* key, const auto& value, auto to_node) {
    if (value) entries.entries.emplace_back(key, to_node(*value));
  };
  add("breaker", guards.breaker, breaker_node);
  add("throttle", guards.throttle, throttle_node);
  add("hedge", guards.hedge, hedge_node);
  add("balance", guards.balance, balance_node);
  return entries;
}

}  // namespace mesh
