// Field tables of caches, pools, topics, and of the steps that use them.
#include <set>

#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::uint32_t entries_max = 50'000'000, connections_max = 1'000'000;
constexpr std::int64_t keys_max = std::int64_t{1} << 52;  // whole numbers that a double holds

Reader<StoreScope> scope() {
  return one_of<StoreScope>({{"shared", StoreScope::Shared}, {"pod", StoreScope::Pod}});
}

// ---- Declarations -------------------------------------------------------------------------------

const Table<CacheSpec>& cache_table() {
  static const Table<CacheSpec> table(
      "Cache", "Keys that scripts look up before they fetch.",
      {
          required("name", &CacheSpec::name, text(), "How steps and faults name it."),
          required(
              "entries", [](CacheSpec& c) -> auto& { return c.config.entries; },
              integer<std::uint32_t>(1, entries_max), "How many keys it holds."),
          simulated(
              "policy", [](CacheSpec& c) -> auto& { return c.config.policy; },
              one_of<Eviction>(
                  {{"lru", Eviction::Lru}, {"lfu", Eviction::Lfu}, {"fifo", Eviction::Fifo}}),
              "lru", "Who goes when it is full; fifo: the oldest, as where only the ttl counts."),
          simulated("ttl", &CacheSpec::ttl, distribution(), "for ever",
                    "An entry is good for this long, drawn when it is filled."),
          simulated("scope", &CacheSpec::scope, scope(), "shared",
                    "One for all, or one in the memory of each pod, lost when it crashes."),
          simulated("prefill", &CacheSpec::full, one_of<bool>({{"empty", false}, {"full", true}}),
                    "empty", "full: the run begins with its keys 1, 2, ..., the hottest ones."),
      });
  return table;
}

const Table<PoolSpec>& pool_table() {
  static const Table<PoolSpec> table(
      "Pool", "Connections, of which a step holds one while it works.",
      {
          required("name", &PoolSpec::name, text(), "How steps name it."),
          simulated("size", &PoolSpec::size, integer<std::uint32_t>(1, connections_max), "10",
                    "Connections; HikariCP has 10 too."),
          simulated("queue", &PoolSpec::queue, queue_places(), "unlimited",
                    "How many may wait for one."),
          simulated("wait", &PoolSpec::wait, positive_time_span(), "30s",
                    "Who waits for this long gives up; HikariCP's connectionTimeout."),
          simulated("status", &PoolSpec::status, http_status(), "500",
                    "Answer of a request that got no connection."),
          simulated("scope", &PoolSpec::scope, scope(), "pod",
                    "One in each pod, or one that all share."),
      });
  return table;
}

const Table<TopicSpec>& topic_table() {
  static const Table<TopicSpec> table(
      "Topic", "Messages to a service: delivered again until it says success.",
      {
          required("name", &TopicSpec::name, text(), "How steps name it."),
          required("consumer", &TopicSpec::consumer, text(), "The service that gets them."),
          simulated("path", &TopicSpec::path, text(), "/", "Of the request with a message."),
          simulated("maxInFlight", &TopicSpec::in_flight,
                    integer<std::uint32_t>(1, connections_max), "10",
                    "Messages that are delivered and not yet acknowledged."),
          simulated("limit", &TopicSpec::limit, queue_places(), "unlimited",
                    "Messages that it keeps; others are lost."),
          simulated("timeout", &TopicSpec::timeout, positive_time_span(), "never",
                    "A delivery that takes longer has failed."),
          simulated("redeliverAfter", &TopicSpec::after, positive_time_span(), "10s",
                    "Pause after a delivery that failed."),
          simulated("redeliveries", &TopicSpec::redeliveries, limit(0, 1'000'000, no_limit), "5",
                    "How often; then the message is a dead letter."),
      });
  return table;
}

template <class T>
Reader<std::vector<T>> named_list(const Table<T>& (*table)()) {
  const Reader<std::vector<T>> reader = list(object(table));
  return custom<std::vector<T>>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, std::vector<T>& out) {
        if (!reader.read(node, at, out)) return false;
        std::set<std::string> names;
        for (const T& item : out) {
          if (item.name.empty() || names.insert(item.name).second) continue;
          YamlNode where = node;
          where.place = item.place;
          at.error(code::duplicate_name, where, "two have the name \"" + item.name + "\"",
                   "give them different names");
        }
        return true;
      });
}

// ---- Keys ---------------------------------------------------------------------------------------

const Table<KeySpec>& zipf_table() {
  static const Table<KeySpec> table(
      "ZipfKey", "Key k is asked for in proportion to k^-exponent.",
      {
          simulated(
              "keys", [](KeySpec& k) -> auto& { return k.law.keys; },
              custom<std::uint64_t>(
                  {.kind = Shape::Kind::OneOf,
                   .of = {integer<std::uint64_t>(1, keys_max).shape,
                          {.kind = Shape::Kind::Words, .words = {"unlimited"}}}},
                  [](const YamlNode& node, const Reading& at, std::uint64_t& out) {
                    if (node.kind == YamlNode::Kind::Scalar && node.scalar == "unlimited") {
                      out = 0;
                      return true;
                    }
                    return integer<std::uint64_t>(1, keys_max).read(node, at, out);
                  }),
              "unlimited", "How many there are."),
          required(
              "exponent", [](KeySpec& k) -> auto& { return k.law.exponent; }, number(0, 20),
              "1.1 is usual of what people look at."),
      },
      [](const YamlNode& node, const Reading& at, KeySpec& key) {
        if (key.law.keys > 0 || key.law.exponent >= 1.01) return;
        at.field("keys").error(code::missing_field, node,
                               "without a last key the exponent must be 1.01 or more",
                               "give keys: 20000");
      });
  return table;
}

const Table<KeySpec>& uniform_table() {
  static const Table<KeySpec> table(
      "UniformKey", "All keys are asked for equally often.",
      {
          required(
              "keys", [](KeySpec& k) -> auto& { return k.law.keys; },
              integer<std::uint64_t>(1, keys_max), "How many there are."),
      });
  return table;
}

Field<KeySpec> key_row(std::string name, KeySpec::Kind kind, const Table<KeySpec>& (*table)(),
                       std::string doc) {
  const Reader<KeySpec> reader = object(table);
  return simulated_whole<KeySpec>(
      std::move(name), reader.shape,
      [reader, kind](const YamlNode& node, const Reading& at, KeySpec& out) {
        if (reader.read(node, at, out)) out.kind = kind;
      },
      "", std::move(doc));
}

const Table<KeySpec>& key_table() {
  static const Table<KeySpec> table(
      "Key", "Which key is asked for: exactly one of the laws.",
      {
          key_row("zipf", KeySpec::Kind::Zipf, zipf_table, "{keys: 20000, exponent: 1.1}."),
          key_row("uniform", KeySpec::Kind::Uniform, uniform_table, "{keys: 100}."),
          simulated_whole<KeySpec>(
              "list", list(integer<std::uint64_t>(1, keys_max)).shape,
              [](const YamlNode& node, const Reading& at, KeySpec& out) {
                if (!list(integer<std::uint64_t>(1, keys_max)).read(node, at, out.list)) return;
                out.kind = KeySpec::Kind::List;
                if (out.list.empty()) at.error(code::missing_field, node, "must not be empty");
              },
              "", "In turn, by the number of the request at its pod."),
      },
      [](const YamlNode& node, const Reading& at, KeySpec&) {
        if (node.entries.size() == 1) return;
        at.error(node.entries.empty() ? code::one_needed : code::exclusive_fields, node,
                 "a key has exactly one law", "write {zipf: {keys: 20000, exponent: 1.1}}");
      });
  return table;
}

/// A law, or `one` for a cache of a single key, or `same` as the cache step around it.
Reader<KeySpec> key() {
  const Shape words{.kind = Shape::Kind::Words, .words = {"one", "same"}};
  const Reader<KeySpec> law = object(key_table);
  return custom<KeySpec>({.kind = Shape::Kind::OneOf, .of = {words, law.shape}},
                         [law](const YamlNode& node, const Reading& at, KeySpec& out) {
                           if (node.kind != YamlNode::Kind::Scalar) return law.read(node, at, out);
                           std::string found;
                           if (!word({"one", "same"}).read(node, at, found)) return false;
                           out.kind = found == "one" ? KeySpec::Kind::One : KeySpec::Kind::Same;
                           return true;
                         });
}

// ---- Steps --------------------------------------------------------------------------------------

const Table<CacheStep>& cache_step_table() {
  static const Table<CacheStep> table(
      "CacheStep", "Looks a key up; looking takes no time, what hit and miss say does.",
      {
          required("name", &CacheStep::cache, text(), "Of behaviour.caches."),
          simulated("key", &CacheStep::key, key(), "one",
                    "Which key: a law, one, or same as the cache step around it."),
          simulated("hit", &CacheStep::hit, script(), "nothing", "Steps when it is there."),
          simulated("miss", &CacheStep::miss, script(), "nothing",
                    "Steps when it is not; when they succeed the key is fetched."),
          simulated("fill", &CacheStep::fill,
                    one_of<CacheFill>({{"always", CacheFill::Always},
                                       {"inTime", CacheFill::InTime},
                                       {"never", CacheFill::Never}}),
                    "always",
                    "Whether it enters the cache; inTime: if somebody still waits for the answer."),
          simulated("coalesce", &CacheStep::coalesce, boolean(), "false",
                    "One request fetches a key, others who miss it wait for it (single flight)."),
      });
  return table;
}

const Table<WithStep>& with_step_table() {
  static const Table<WithStep> table(
      "WithStep", "Steps that hold a connection of a pool.",
      {
          required("pool", &WithStep::pool, text(), "Of behaviour.pools."),
          simulated("wait", &WithStep::wait, positive_time_span(), "the pool's",
                    "Gives up after this."),
          required("do", &WithStep::script, script(), "The steps."),
      });
  return table;
}

}  // namespace

Reader<CacheStep> cache_step() {
  return object(cache_step_table);
}

Reader<WithStep> with_step() {
  return object(with_step_table);
}

Reader<PublishStep> publish_step() {
  return custom<PublishStep>({.kind = Shape::Kind::Text},
                             [](const YamlNode& node, const Reading& at, PublishStep& out) {
                               out.place = node.place;
                               return text().read(node, at, out.topic);
                             });
}

std::vector<Field<ScenarioDocument>> store_rows() {
  return {
      simulated(
          "caches", [](ScenarioDocument& d) -> auto& { return d.stores.caches; },
          named_list(cache_table), "", "Caches that scripts look keys up in."),
      simulated(
          "pools", [](ScenarioDocument& d) -> auto& { return d.stores.pools; },
          named_list(pool_table), "", "Connections that steps hold."),
      simulated(
          "topics", [](ScenarioDocument& d) -> auto& { return d.stores.topics; },
          named_list(topic_table), "", "Messages that are delivered at least once."),
  };
}

}  // namespace mesh
