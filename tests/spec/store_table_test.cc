// Caches, pools, topics and the steps that use them; what cannot be.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

using testing::brief;
using testing::read_text;
using testing::scenario_of;

TEST_CASE("store_table: declarations with their defaults and with all that they may say") {
  const Scenario s = scenario_of(
      "behaviour:\n"
      "  caches:\n"
      "  - {name: small, entries: 7}\n"
      "  - {name: pages, entries: 12000, policy: lfu, ttl: {uniform: {min: 25s, max: 35s}},\n"
      "     scope: pod, prefill: full}\n"
      "  pools: [{name: db}, {name: slow, size: 3, queue: 5, wait: 2s, status: 503, scope: "
      "shared}]\n"
      "  topics: [{name: orders, consumer: mail, path: /m, maxInFlight: 2, limit: 100,\n"
      "            timeout: 1s, redeliverAfter: 3s, redeliveries: unlimited}]\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.stores.caches.size() == 2);
  CHECK(s.stores.caches[0].config == CacheConfig{7, Eviction::Lru});
  CHECK(s.stores.caches[0].scope == StoreScope::Shared);
  CHECK_FALSE(s.stores.caches[0].ttl.has_value());
  CHECK_FALSE(s.stores.caches[0].full);
  CHECK(s.stores.caches[1].config == CacheConfig{12000, Eviction::Lfu});
  CHECK(s.stores.caches[1].ttl == Distribution(Uniform{seconds(25), seconds(35)}));
  CHECK(s.stores.caches[1].scope == StoreScope::Pod);
  CHECK(s.stores.caches[1].full);
  REQUIRE(s.stores.pools.size() == 2);
  CHECK(s.stores.pools[0].size == 10);
  CHECK(s.stores.pools[0].wait == seconds(30));
  CHECK(s.stores.pools[1].status == 503);
  CHECK(s.stores.pools[1].scope == StoreScope::Shared);
  REQUIRE(s.stores.topics.size() == 1);
  CHECK(s.stores.topics[0].consumer == "mail");
  CHECK(s.stores.topics[0].redeliveries == no_limit);
  CHECK(s.stores.topics[0].after == seconds(3));
}

TEST_CASE("store_table: steps") {
  Diagnostics problems;
  const WorkloadBehaviour b = read_text(
      object(workload_behaviour_table),
      "{script: [{cache: {name: pages, key: {zipf: {keys: 20000, exponent: 1.1}}, hit: [{work: "
      "1ms}], miss: [{cache: {name: far, key: same, miss: [{call: db}]}}], fill: inTime, coalesce: "
      "true}},\n"
      " {with: {pool: db, wait: 1s, do: [{call: db}]}}, {publish: orders}]}",
      problems);
  CHECK(brief(problems) == "");
  REQUIRE(b.script.has_value());
  REQUIRE(b.script->size() == 3);
  const auto& cache = std::get<CacheStep>((*b.script)[0]);
  CHECK(cache.cache == "pages");
  CHECK(cache.key.kind == KeySpec::Kind::Zipf);
  CHECK(cache.key.law == Zipf{20000, 1.1});
  CHECK(cache.fill == CacheFill::InTime);
  CHECK(cache.coalesce);
  CHECK(std::get<CacheStep>(cache.miss[0]).key.kind == KeySpec::Kind::Same);
  const auto& with = std::get<WithStep>((*b.script)[1]);
  CHECK(with.wait == seconds(1));
  CHECK(with.script.size() == 1);
  CHECK(std::get<PublishStep>((*b.script)[2]).topic == "orders");
}

TEST_CASE("store_table: what cannot be is named with its place") {
  testing::check_mistakes(
      object(workload_behaviour_table),
      {
          {"{script: [{cache: {key: one}}]}", "2:19 MS0105"},
          {"{script: [{cache: {name: a, key: {zipf: {exponent: 1}}}}]}", "2:41 MS0105"},
          {"{script: [{cache: {name: a, key: {zipf: {keys: 0, exponent: 2}}}}]}", "2:48 MS0108"},
          {"{script: [{cache: {name: a, key: {}}}]}", "2:34 MS0204"},
          {"{script: [{cache: {name: a, key: other}}]}", "2:34 MS0106"},
          {"{script: [{cache: {name: a, key: {list: []}}}]}", "2:41 MS0105"},
          {"{script: [{cache: {name: a, fill: late}}]}", "2:35 MS0106"},
          {"{script: [{with: {pool: a}}]}", "2:18 MS0105"},
          {"{script: [{publish: []}]}", "2:21 MS0103"},
      });
  const Scenario s = scenario_of(
      "behaviour:\n"
      "  caches: [{name: a, entries: 7}, {name: a, entries: 8}, {name: b, entries: 0}]\n"
      "  pools: [{name: a, size: 0}]\n");
  CHECK(brief(s.diagnostics).find("MS0205") != std::string::npos);
  CHECK(brief(s.diagnostics).find("MS0108") != std::string::npos);
}

}  // namespace
}  // namespace mesh
