// Caches, pools, topics, limiters as YAML trees in which every default is visible.
#include "libmesh/spec/effective.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

using yaml::Map;

YamlNode scope_node(StoreScope scope) {
  return yaml::text(scope == StoreScope::Shared ? "shared" : "pod");
}

YamlNode cache_node(const CacheSpec& cache) {
  const char* const policies[] = {"lru", "lfu", "fifo"};
  Map map;
  map.add("name", yaml::text(cache.name)).add("entries", yaml::integer(cache.config.entries));
  map.add("policy", yaml::text(policies[static_cast<std::size_t>(cache.config.policy)]));
  map.add_if("ttl", cache.ttl, [](const Distribution& ttl) { return to_node(ttl); });
  map.add("scope", scope_node(cache.scope));
  return map.add("prefill", yaml::text(cache.full ? "full" : "empty")).take();
}

YamlNode pool_node(const PoolSpec& pool) {
  Map map;
  map.add("name", yaml::text(pool.name)).add("size", yaml::integer(pool.size));
  map.add("queue", limit_node(pool.queue)).add("wait", yaml::duration(pool.wait));
  map.add("status", yaml::integer(pool.status));
  return map.add("scope", scope_node(pool.scope)).take();
}

YamlNode topic_node(const TopicSpec& topic) {
  Map map;
  map.add("name", yaml::text(topic.name)).add("consumer", yaml::text(topic.consumer));
  map.add("path", yaml::text(topic.path)).add("maxInFlight", yaml::integer(topic.in_flight));
  map.add("limit", limit_node(topic.limit)).add_if("timeout", topic.timeout, yaml::duration);
  map.add("redeliverAfter", yaml::duration(topic.after));
  return map.add("redeliveries", limit_node(topic.redeliveries)).take();
}

YamlNode key_node(const KeySpec& key) {
  Map law, map;
  switch (key.kind) {
    case KeySpec::Kind::One:
      return yaml::text("one");
    case KeySpec::Kind::Same:
      return yaml::text("same");
    case KeySpec::Kind::Zipf:
      law.add("keys", key.law.keys == 0 ? yaml::text("unlimited") : yaml::integer(key.law.keys));
      return map.add("zipf", law.add("exponent", yaml::number(key.law.exponent)).take()).take();
    case KeySpec::Kind::Uniform:
      return map.add("uniform", law.add("keys", yaml::integer(key.law.keys)).take()).take();
    case KeySpec::Kind::List:
      return map.add("list", yaml::list_of(key.list, yaml::integer)).take();
  }
  return yaml::text("one");
}

}  // namespace

YamlNode to_node(const CacheStep& step) {
  const char* const fills[] = {"always", "inTime", "never"};
  Map map;
  map.add("name", yaml::text(step.cache)).add("key", key_node(step.key));
  map.add("hit", script_node(step.hit)).add("miss", script_node(step.miss));
  map.add("fill", yaml::text(fills[static_cast<std::size_t>(step.fill)]));
  return map.add("coalesce", yaml::boolean(step.coalesce)).take();
}

YamlNode to_node(const WithStep& step) {
  Map map;
  map.add("pool", yaml::text(step.pool)).add_if("wait", step.wait, yaml::duration);
  return map.add("do", script_node(step.script)).take();
}

std::vector<std::pair<std::string, YamlNode>> store_nodes(const StoreSpecs& stores) {
  std::vector<std::pair<std::string, YamlNode>> nodes;
  if (!stores.caches.empty()) {
    nodes.emplace_back("caches", yaml::list_of(stores.caches, cache_node));
  }
  if (!stores.pools.empty()) nodes.emplace_back("pools", yaml::list_of(stores.pools, pool_node));
  if (!stores.topics.empty()) {
    nodes.emplace_back("topics", yaml::list_of(stores.topics, topic_node));
  }
  return nodes;
}

YamlNode to_node(const LimiterConfig& limiter) {
  Map map, kind;
  const bool aimd = limiter.kind == LimiterKind::Aimd;
  const bool vegas = limiter.kind == LimiterKind::Vegas;
  if (limiter.kind == LimiterKind::Fixed) {
    return map.add("fixed", kind.add("limit", yaml::integer(limiter.initial)).take()).take();
  }
  kind.add("initial", yaml::integer(limiter.initial));
  if (!vegas) kind.add("min", yaml::integer(limiter.min));
  kind.add("max", yaml::integer(limiter.max));
  if (aimd) {
    kind.add("backoffRatio", yaml::number(limiter.backoff_ratio));
    kind.add("timeout", yaml::duration(limiter.timeout));
    return map.add("aimd", kind.take()).take();
  }
  kind.add("smoothing", yaml::number(limiter.smoothing));
  if (vegas) {
    kind.add("probeMultiplier", yaml::integer(limiter.probe_multiplier));
    return map.add("vegas", kind.take()).take();
  }
  kind.add("queueSize", yaml::integer(limiter.queue_size));
  kind.add("tolerance", yaml::number(limiter.tolerance));
  kind.add("longWindow", yaml::integer(limiter.long_window));
  return map.add("gradient2", kind.take()).take();
}

}  // namespace mesh
