// Failures, compiled: what happens to which pods, links, stores and loads, and when.
#pragma once

#include <cstdint>
#include <string>

#include "libmesh/base/fault_kind.h"
#include "libmesh/base/id.h"
#include "libmesh/base/id_vector.h"
#include "libmesh/base/time.h"

namespace mesh {

/// By workload how many of its first pods; empty = all pods there are.
struct PodSet {
  IdVector<WorkloadId, std::uint32_t> first_pods;
};

/// What a failure does to messages between two sets of pods.
struct LinkFaultPlan {
  PodSet from, to;
  bool both_ways = true;
  bool hold = false;           // kept, and delivered when the failure is over
  double loss = 0;             // share of the segments; 1 = a partition
  std::uint32_t delay = 0;     // index in Plan::distributions
  double bits_per_second = 0;  // of each sending pod; 0 = no limit
};

struct FaultPlan {
  std::string text;  // "slow ratings-v1 x8"
  FaultKind kind{};
  Instant from{}, to = never;
  WorkloadId workload;
  std::uint32_t replicas = 0;  // the first ones of the workload's pods
  double factor = 1.0;
  std::uint32_t delay = 0;  // index in Plan::distributions
  double share = 1.0;
  std::uint16_t status = 500;
  std::uint32_t link = 0;   // Link: index in Plan::link_faults
  ServiceId service;        // Dns; none = every name
  std::uint32_t cache = 0;  // CacheWipe: index in Plan::caches
  LoadId load;              // Shed
  StoreId store;            // Shed: where it is counted
  bool restart = false;     // Crash: its processes start again
};

}  // namespace mesh
