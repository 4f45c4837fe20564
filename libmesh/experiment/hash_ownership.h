// Which share of all keys each host of a consistent-hashing cluster owns.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/plan/plan.h"

namespace mesh {

struct HostOwnership {
  EndpointId endpoint;
  std::uint32_t entries = 0;  // on the ring or in the table
  double weight = 0;          // share that its weight asks for
  double share = 0;           // share of all hashes that it gets
};

/// One ring or table: the hosts of one priority of a cluster, as some callers see it.
struct HashOwnership {
  std::vector<WorkloadId> callers;
  ClusterId cluster;
  ServiceId service;
  std::uint32_t priority = 0;
  LoadBalancerKind kind{};  // RingHash or Maglev
  std::uint64_t size = 0;   // entries or places
  std::vector<HostOwnership> hosts;
};

/// Those of the plan's first configuration, all hosts healthy that are alive at the start.
std::vector<HashOwnership> hash_ownership(const Plan& plan);

}  // namespace mesh
