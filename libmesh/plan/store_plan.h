// Caches, pools of connections, topics, and how the steps of scripts use them, compiled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/base/id.h"
#include "libmesh/base/time.h"
#include "libmesh/base/zipf.h"
#include "libmesh/policy/cache.h"

namespace mesh {

struct CachePlan {
  StoreId store;
  std::string name;
  CacheConfig config;
  bool shared = true;           // else one in each pod
  bool expires = false;         // after a time by a law
  std::uint32_t ttl = 0;        // index in Plan::distributions
  std::uint64_t prefilled = 0;  // begins with the keys 1 … this
  std::vector<WorkloadId> users;
};

/// A cache step; its branches are the script of a hit, then that of a miss.
struct CacheUsePlan {
  std::uint32_t cache = 0;  // index in Plan::caches
  KeyKind key = KeyKind::One;
  ZipfSampler zipf;
  std::uint64_t keys = 1;                      // Uniform
  std::uint32_t first_key = 0, list_keys = 0;  // List: range of Plan::cache_keys
  CacheFill fill = CacheFill::Always;
  bool coalesce = false;
};

struct PoolPlan {
  StoreId store;
  std::string name;
  std::uint32_t size = 10;
  std::uint32_t queue = 0xffffffffu;
  std::uint16_t status = 500;  // of who gets no connection
  bool shared = false;         // else one in each pod
};

/// A step that holds a connection; its branch is what it does meanwhile.
struct PoolUsePlan {
  std::uint32_t pool = 0;  // index in Plan::pools
  Duration wait{};         // then it gives up
};

struct TopicPlan {
  StoreId store;
  std::string name;
  WorkloadId broker;  // a made workload of one pod, which delivers
  CallId call;        // the delivery
  std::uint32_t in_flight = 10;
  std::uint32_t limit = 0xffffffffu;
  Duration after{};
  std::uint32_t redeliveries = 5;
};

}  // namespace mesh
