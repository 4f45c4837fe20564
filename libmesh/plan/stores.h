// Stores of a scenario with their users: caches, pools, topics, limiters, faults that concern them.
#pragma once

#include <string>

#include "libmesh/plan/draft.h"

namespace mesh {

/// All that is declared, before scripts are compiled.
void plan_stores(Draft& draft);
/// Whom a shared or own cache of `workload` serves; the index in Plan::cache_uses.
std::uint32_t plan_cache_use(Draft& draft, WorkloadId workload, const CacheStep& step);
/// The index in Plan::pool_uses.
std::uint32_t plan_pool_use(Draft& draft, const WithStep& step);
/// The index in Plan::topics.
std::uint32_t find_topic(Draft& draft, const std::string& name, const Place& place);
/// When all steps are known: how many keys a full cache begins with.
void prefill_caches(Draft& draft);
/// The cache or the load that a failure names.
void find_store(Draft& draft, const FaultSpec& fault, FaultPlan& plan);

}  // namespace mesh
