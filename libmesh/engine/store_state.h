// State of caches, pools, topics and limiters; empty when nobody uses them.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/base/id_vector.h"
#include "libmesh/base/slot_map.h"
#include "libmesh/engine/keyed_cells.h"
#include "libmesh/engine/list.h"
#include "libmesh/kernel/timer_lane.h"
#include "libmesh/policy/cache.h"
#include "libmesh/policy/concurrency_limit.h"

namespace mesh {

enum class HoldState : std::uint8_t { Fetches, WaitsForKey, HasConnection, WaitsForConnection };

/// What a frame has, or waits for, in a step that uses a cache or a pool of connections. The frame
/// knows it by `retries`, which is its slot + 1 in such a step.
struct Hold {
  Handle frame;
  std::uint32_t cell = nil;              // of StoreState::caches or pools
  std::uint32_t prev = nil, next = nil;  // among those who wait
  List waiting;                          // Fetches: for the same key
  std::uint64_t key = 0;
  TimerRef timer;
  std::uint16_t failed = 0;  // WaitsForKey: status when the fetch came to nothing
  HoldState state{};
  bool woken = false;  // an event is under way
};

/// A cache of one pod, or one for all.
struct CacheCell {
  std::uint32_t cache = 0;  // index in Plan::caches
  Cache keys;
  KeyTable fetches;  // holds by key, where fetches are coalesced
};

/// Connections of an application: of one pod, or for all.
struct AppPool {
  std::uint32_t pool = 0;  // index in Plan::pools
  std::uint32_t in_use = 0, queued = 0;
  List waiting;  // holds
};

struct Message {
  std::uint32_t topic = 0;
  std::uint32_t deliveries = 0;
  std::uint64_t key = 0;
  std::uint64_t root = 0, parent = ~std::uint64_t{0};  // of the request that published it
  std::uint32_t next = nil;                            // among those who wait
};

struct Topic {
  std::uint32_t kept = 0, in_flight = 0;
  List waiting;  // messages
};

struct StoreState {
  SlotMap<Hold> holds;
  KeyedCells<CacheCell> caches;  // by pod (or all) and cache
  KeyedCells<AppPool> pools;     // by pod (or all) and pool
  IdVector<EndpointId, LimiterState> limiters;
  std::vector<std::uint32_t> entered_with;  // by visit: in flight then; 0 = no matter of a limiter
  std::vector<FaultId> sheds;               // active ones
  std::vector<Topic> topics;
  SlotMap<Message> messages;
};

}  // namespace mesh
