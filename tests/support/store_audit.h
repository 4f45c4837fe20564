// Counts the stores of a World again: connections, fetches, messages, those who wait.
#pragma once

#include <string>
#include <vector>

#include "libmesh/engine/engine.h"

namespace mesh::testing {

/// What is not as it should be; empty is right. At rest nothing may be held.
inline std::vector<std::string> store_problems(const Engine& engine, bool at_rest) {
  std::vector<std::string> problems;
  const auto equal = [&problems](std::uint64_t stored, std::uint64_t counted, const char* what) {
    if (stored == counted) return;
    problems.push_back(std::string(what) + ": " + std::to_string(stored) + " stored, " +
                       std::to_string(counted) + " counted");
  };
  const StoreState& stores = engine.world().stores;
  const Plan& plan = engine.plan();
  std::vector<std::uint32_t> held(stores.pools.size()), waiting(stores.pools.size());
  std::vector<std::size_t> fetches(stores.caches.size());
  std::uint64_t listed = 0, queued_for_key = 0;
  stores.holds.for_each([&](std::uint32_t slot, const Hold& hold) {
    const Frame* frame = engine.world().frames.find(hold.frame);
    equal(frame == nullptr ? 0 : frame->retries, slot + 1, "the hold of a frame");
    for (std::uint32_t w = hold.waiting.front; w != nil; w = stores.holds[w].next) ++listed;
    switch (hold.state) {
      case HoldState::HasConnection:
        ++held[hold.cell];
        break;
      case HoldState::WaitsForConnection:
        ++waiting[hold.cell];
        break;
      case HoldState::WaitsForKey:
        queued_for_key += hold.woken ? 0 : 1;
        break;
      case HoldState::Fetches: {
        const std::uint32_t fetcher = stores.caches[hold.cell].fetches.find(hold.key);
        fetches[hold.cell] += fetcher == slot ? 1 : 0;
        break;
      }
    }
  });
  equal(listed, queued_for_key, "those who wait for a key");
  for (std::size_t p = 0; p < stores.pools.size(); ++p) {
    const AppPool& pool = stores.pools[p];
    equal(pool.in_use, held[p], "connections in use");
    equal(pool.queued, waiting[p], "those who wait for a connection");
    if (pool.in_use > plan.pools[pool.pool].size) problems.push_back("a pool is too full");
    if (pool.queued > plan.pools[pool.pool].queue) problems.push_back("a pool's queue is too long");
    if (pool.queued > 0)
      equal(pool.in_use, plan.pools[pool.pool].size, "a pool that is waited for");
  }
  for (std::size_t c = 0; c < stores.caches.size(); ++c) {
    const CacheCell& cell = stores.caches[c];
    equal(cell.fetches.size(), fetches[c], "fetches of a cache");
    if (cell.keys.size() > plan.caches[cell.cache].config.entries) {
      problems.push_back("a cache is too full");
    }
  }
  std::uint64_t kept = 0;
  for (std::size_t t = 0; t < stores.topics.size(); ++t) {
    kept += stores.topics[t].kept;
    if (stores.topics[t].in_flight > plan.topics[t].in_flight) {
      problems.push_back("a topic has too many messages in flight");
    }
    if (at_rest) equal(stores.topics[t].in_flight, 0, "messages in flight at rest");
  }
  equal(kept, stores.messages.size(), "messages");
  if (at_rest) {
    equal(stores.holds.size(), 0, "holds at rest");
    equal(stores.messages.size(), 0, "messages at rest");
  }
  return problems;
}

}  // namespace mesh::testing
