// Behaviour and laws as YAML trees in which every default is visible.
#include "libmesh/spec/effective.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

using yaml::Map;

YamlNode workers_node(std::uint32_t value) {
  return limit_node(value, 0);
}
YamlNode queue_node(std::uint32_t value) {
  return limit_node(value);
}

// ---- Handlers and rules -----------------------------------------------------------------------

YamlNode match_node(const istio::StringMatch& match) {
  using Kind = istio::StringMatch::Kind;
  Map map;
  if (match.kind == Kind::Exact) return yaml::text(match.value);
  if (match.kind == Kind::Prefix) map.add("prefix", yaml::text(match.value));
  if (match.kind == Kind::Regex) map.add("regex", yaml::text(match.value));
  return map.take();
}

YamlNode action_node(Action action) {
  switch (action) {
    case Action::Respond:
      return yaml::text("respond");
    case Action::Reset:
      return yaml::text("reset");
    case Action::Close:
      return yaml::text("close");
    case Action::ResetAfterHeaders:
      return yaml::text("resetAfterHeaders");
    case Action::RefuseStream:
      return yaml::text("refuseStream");
    case Action::Hang:
      return yaml::text("hang");
  }
  return yaml::text("respond");
}

YamlNode law_node(const Distribution& d) {
  return to_node(d);
}

YamlNode condition_node(const Condition& c) {
  Map map;
  map.add_if("after", c.after, yaml::duration).add_if("before", c.before, yaml::duration);
  std::string ranges;
  for (const CountRange& range : c.nth) {
    if (!ranges.empty()) ranges += ',';
    ranges += std::to_string(range.first);
    if (range.last == CountRange{}.last) {
      ranges += '-';
    } else if (range.last != range.first) {
      ranges += '-' + std::to_string(range.last);
    }
  }
  if (!ranges.empty()) map.add("nth", yaml::text(ranges));
  if (c.cycle_of != 0) {
    Map cycle;
    cycle.add("of", yaml::integer(c.cycle_of));
    cycle.add("at", yaml::list_of(c.cycle_at, yaml::integer));
    map.add("cycle", cycle.take());
  }
  if (!c.headers.empty()) map.add("headers", headers_node(c.headers));
  map.add_if("path", c.path, yaml::text);
  if (c.chance) {
    Map chance;
    chance.add("p", yaml::share(*c.chance)).add("seed", yaml::integer(c.chance_seed));
    map.add("chance", chance.take());
  }
  return map.take();
}

YamlNode rule_node(const RuleSpec& rule) {
  Map then;
  then.add_if("time", rule.then.time, law_node).add_if("script", rule.then.script, script_node);
  then.add_if("status", rule.then.status, yaml::integer);
  then.add_if("headers", rule.then.headers, headers_node);
  then.add_if("body", rule.then.body_bytes, yaml::bytes);
  then.add_if("stream", rule.then.stream, law_node);
  then.add_if("action", rule.then.action, action_node);
  return Map().add("when", condition_node(rule.when)).add("then", then.take()).take();
}

YamlNode handler_node(const HandlerSpec& handler) {
  Map map, match;
  if (!handler.name.empty()) map.add("name", yaml::text(handler.name));
  match.add_if("path", handler.path, match_node).add_if("method", handler.method, match_node);
  Map headers;
  for (const auto& [name, condition] : handler.headers) headers.add(name, match_node(condition));
  if (!headers.empty()) match.add("headers", headers.take());
  map.add("match", match.take());
  map.add_if("time", handler.time, law_node).add_if("script", handler.script, script_node);
  map.add_if("errorRate", handler.error_rate, yaml::share);
  map.add("errorStatus", yaml::integer(handler.error_status));
  map.add("status", yaml::integer(handler.status));
  if (!handler.response_headers.empty()) {
    map.add("headers", headers_node(handler.response_headers));
  }
  map.add("body", yaml::bytes(handler.response_bytes)).add_if("stream", handler.stream, law_node);
  map.add("action", action_node(handler.action));
  map.add_if("priority", handler.priority, yaml::integer);
  map.add_list("rules", handler.rules, rule_node);
  return map.take();
}

YamlNode discipline_node(const WorkloadBehaviour& b) {
  const QueueDiscipline& d = b.discipline;
  Map map;
  map.add_if("places", b.queue, queue_node);
  const char* const orders[] = {"fifo", "lifo", "adaptive", "priority"};
  map.add("order", yaml::text(orders[static_cast<std::size_t>(d.order)]));
  map.add("full", yaml::text(d.when_full == QueueFull::DropNewest ? "dropNewest" : "dropOldest"));
  map.add_if("patience", b.patience, law_node);
  if (d.codel.ns > 0) map.add("codel", yaml::duration(d.codel));
  map.add("congestedAfter", yaml::duration(d.congested_after));
  if (d.shed_late) map.add("shedLate", yaml::duration(d.margin));
  return map.take();
}

YamlNode processor_node(const ProcessorConfig& cpu) {
  if (cpu.cores == 0) return yaml::text("unlimited");
  Map map;
  map.add("cores", yaml::integer(cpu.cores));
  if (cpu.limit_milli > 0) map.add("limit", yaml::plain(std::to_string(cpu.limit_milli) + "m"));
  return map.add("period", yaml::duration(cpu.period)).take();
}

YamlNode down_node(const DownSpec& down) {
  Map map;
  map.add("from", yaml::duration(down.from)).add_if("to", down.to, yaml::duration);
  map.add("drop", yaml::boolean(down.drop));
  map.add("keepConnections", yaml::boolean(down.keep_connections));
  return map.take();
}

YamlNode service_limit_node(const ServiceLimitSpec& limit) {
  Map map;
  if (!limit.domain.empty()) map.add("domain", yaml::text(limit.domain));
  map.add("descriptor", headers_node(limit.descriptor));
  map.add("requests", yaml::integer(static_cast<std::int64_t>(limit.requests)));
  map.add("per", yaml::duration(limit.per));
  return map.take();
}

YamlNode sidecar_node(const WorkloadBehaviour& b) {
  if (b.sides == SidecarSides::OutboundOnly) return yaml::text("outbound");
  if (b.sides == SidecarSides::InboundOnly) return yaml::text("inbound");
  return yaml::boolean(b.sides ? *b.sides == SidecarSides::Both : b.sidecar.value_or(true));
}

}  // namespace

YamlNode limit_node(std::uint32_t value, std::uint32_t unlimited) {
  return value == unlimited ? yaml::text("unlimited") : yaml::integer(value);
}

YamlNode to_node(const Distribution& d) {
  // base writes laws in this very grammar.
  Diagnostics none;
  std::vector<YamlNode> documents = parse_yaml(to_string(d), "", none);
  return documents.empty() ? YamlNode{} : std::move(documents.front());
}

YamlNode to_node(const WorkloadBehaviour& b) {
  Map map;
  map.add_if("workers", b.workers, workers_node).add("cpu", processor_node(b.processor));
  for (auto& [key, value] : life_entries(b)) map.add(key, std::move(value));
  map.add("queue", discipline_node(b));
  if (b.limiter.kind != LimiterKind::None) map.add("limiter", to_node(b.limiter));
  map.add("overflowStatus", yaml::integer(b.overflow_status));
  map.add("priority", yaml::integer(b.priority));
  map.add_if("cancel", b.cancel, yaml::boolean);
  map.add("deadline", deadline_node(b.obeys_deadlines));
  map.add_if("time", b.time, law_node).add_if("script", b.script, script_node);
  map.add_if("errorRate", b.error_rate, yaml::share);
  map.add("errorStatus", yaml::integer(b.error_status));
  map.add("status", yaml::integer(b.status));
  if (!b.response_headers.empty()) map.add("headers", headers_node(b.response_headers));
  map.add("body", yaml::bytes(b.response_bytes)).add("action", action_node(b.action));
  map.add_if("stream", b.stream, law_node);
  map.add_list("handlers", b.handlers, handler_node);
  map.add_list("rules", b.rules, rule_node);
  map.add_list("rateLimits", b.limits, service_limit_node);
  map.add_list("down", b.downs, down_node);
  if (b.sidecar || b.sides) map.add("sidecar", sidecar_node(b));
  if (!b.locality.empty()) map.add("locality", yaml::text(b.locality));
  return map.take();
}

YamlNode to_node(const BehaviourDefaults& defaults) {
  Map map;
  map.add("workers", workers_node(defaults.workers)).add("queue", queue_node(defaults.queue));
  map.add("time", to_node(defaults.time));
  return map.take();
}

}  // namespace mesh
