// Stores of a scenario with their users: caches, pools, topics, limiters, faults that concern them.
#include "libmesh/plan/stores.h"

#include <algorithm>

#include "libmesh/plan/topics.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

/// The index of the named one; 0 after an error, which keeps the plan from being made.
template <class T>
std::uint32_t find_named(Draft& draft, const std::vector<T>& all, const std::string& name,
                         const Place& place, const std::string& kind) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return i;
    names.push_back(all[i].name);
  }
  const std::string near = did_you_mean(name, names);
  draft.error(plan_code::unknown_store, place, kind + ": " + name,
              "there is no " + kind + " \"" + name + "\"",
              near.empty() ? "declare it" : "did you mean \"" + near + "\"?");
  return 0;
}

StoreId add_store(Draft& draft, const std::string& name) {
  return draft.plan.stores.add(name);
}

void add_caches(Draft& draft) {
  for (const CacheSpec& spec : draft.scenario.stores.caches) {
    CachePlan cache;
    cache.store = add_store(draft, "cache " + spec.name);
    cache.name = spec.name;
    cache.config = spec.config;
    cache.shared = spec.scope == StoreScope::Shared;
    cache.expires = spec.ttl.has_value();
    if (spec.ttl) cache.ttl = draft.intern(*spec.ttl);
    draft.plan.caches.push_back(std::move(cache));
  }
}

void add_pools(Draft& draft) {
  for (const PoolSpec& spec : draft.scenario.stores.pools) {
    PoolPlan pool;
    pool.store = add_store(draft, "pool " + spec.name);
    pool.name = spec.name;
    pool.size = spec.size;
    pool.queue = spec.queue;
    pool.status = spec.status;
    pool.shared = spec.scope == StoreScope::Shared;
    draft.plan.pools.push_back(std::move(pool));
  }
}

void add_limiters(Draft& draft) {
  for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
    WorkloadPlan& workload = draft.plan.workloads[WorkloadId{w}];
    if (workload.limiter.kind == LimiterKind::None) continue;
    workload.limiter_store = add_store(draft, "limiter " + workload.name);
  }
}

}  // namespace

void plan_stores(Draft& draft) {
  add_caches(draft);
  add_pools(draft);
  plan_topics(draft);
  add_limiters(draft);
}

std::uint32_t plan_cache_use(Draft& draft, WorkloadId workload, const CacheStep& step) {
  CacheUsePlan use;
  use.cache = find_named(draft, draft.plan.caches, step.cache, step.place, "cache");
  use.key = step.key.kind;
  use.keys = step.key.law.keys;
  if (use.key == KeyKind::Zipf) use.zipf = ZipfSampler(step.key.law);
  use.first_key = static_cast<std::uint32_t>(draft.plan.cache_keys.size());
  use.list_keys = static_cast<std::uint32_t>(step.key.list.size());
  draft.plan.cache_keys.insert(draft.plan.cache_keys.end(), step.key.list.begin(),
                               step.key.list.end());
  use.fill = step.fill;
  use.coalesce = step.coalesce;
  if (use.cache < draft.plan.caches.size()) {
    std::vector<WorkloadId>& users = draft.plan.caches[use.cache].users;
    if (std::find(users.begin(), users.end(), workload) == users.end()) users.push_back(workload);
  }
  draft.plan.cache_uses.push_back(use);
  return static_cast<std::uint32_t>(draft.plan.cache_uses.size() - 1);
}

std::uint32_t plan_pool_use(Draft& draft, const WithStep& step) {
  const std::uint32_t pool =
      find_named(draft, draft.scenario.stores.pools, step.pool, step.place, "pool");
  const bool known = pool < draft.scenario.stores.pools.size();
  const Duration standard = known ? draft.scenario.stores.pools[pool].wait : Duration{};
  draft.plan.pool_uses.push_back({pool, step.wait.value_or(standard)});
  return static_cast<std::uint32_t>(draft.plan.pool_uses.size() - 1);
}

std::uint32_t find_topic(Draft& draft, const std::string& name, const Place& place) {
  return find_named(draft, draft.scenario.stores.topics, name, place, "topic");
}

void prefill_caches(Draft& draft) {
  for (std::uint32_t c = 0; c < draft.plan.caches.size(); ++c) {
    CachePlan& cache = draft.plan.caches[c];
    const CacheSpec& spec = draft.scenario.stores.caches[c];
    if (cache.users.empty()) {
      draft.warning(plan_code::unused_store, spec.place, "cache: " + spec.name,
                    "no script looks anything up in it");
    }
    if (!spec.full) continue;
    for (const CacheUsePlan& use : draft.plan.cache_uses) {
      if (use.cache != c) continue;
      std::uint64_t keys = 1;
      if (use.key == KeyKind::Uniform) keys = use.keys;
      if (use.key == KeyKind::Zipf) keys = use.keys == 0 ? cache.config.entries : use.keys;
      for (std::uint32_t k = 0; k < use.list_keys; ++k) {
        keys = std::max(keys, draft.plan.cache_keys[use.first_key + k]);
      }
      cache.prefilled =
          std::min<std::uint64_t>(cache.config.entries, std::max(cache.prefilled, keys));
    }
  }
}

void find_store(Draft& draft, const FaultSpec& fault, FaultPlan& plan) {
  if (fault.kind == FaultSpec::Kind::CacheWipe) {
    plan.cache = find_named(draft, draft.plan.caches, fault.cache, fault.place, "cache");
    return;
  }
  const std::uint32_t load =
      find_named(draft, draft.scenario.loads, fault.load, fault.place, "load");
  plan.load = LoadId{load};
  plan.store = add_store(draft, "load " + fault.load);
  if (load < draft.scenario.loads.size() && draft.scenario.loads[load].closed) {
    draft.error(plan_code::shed_closed_load, fault.place, "faults: " + plan.text,
                "its users are always the same: none of them can be kept out",
                "only open loads can be shed");
  }
}

}  // namespace mesh
