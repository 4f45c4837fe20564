// Typed dense ids: a cluster index cannot be used where an endpoint index is meant.
#pragma once

#include <compare>
#include <cstdint>

namespace mesh {

template <class Tag>
struct Id {
  std::uint32_t value = 0xffffffffu;
  static constexpr Id none() { return {}; }
  constexpr bool valid() const { return value != 0xffffffffu; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

using ServiceId = Id<struct ServiceTag>;    // a Kubernetes Service or ServiceEntry host
using WorkloadId = Id<struct WorkloadTag>;  // a Deployment, StatefulSet, gateway or load client
using EndpointId = Id<struct EndpointTag>;  // one pod; pods of a workload are neighbours
using ClusterId = Id<struct ClusterTag>;    // an Envoy cluster name, the same in every version
using ClusterConfigId = Id<struct ClusterConfigTag>;  // what a cluster name means in a version
using RouteId = Id<struct RouteTag>;                  // one Envoy route of one virtual host
using TemplateId = Id<struct TemplateTag>;    // one shape of request (method, host, path …)
using HandlerId = Id<struct HandlerTag>;      // one behaviour of a workload
using ScriptId = Id<struct ScriptTag>;        // a sequence of steps
using CallId = Id<struct CallTag>;            // one call step of a script
using BucketId = Id<struct BucketTag>;        // tokens of one rate limit
using FilterSetId = Id<struct FilterSetTag>;  // HTTP filters as they meet one kind of request
using LoadId = Id<struct LoadTag>;
using FaultId = Id<struct FaultTag>;
using ChangeId = Id<struct ChangeTag>;
using StoreId = Id<struct StoreTag>;  // a cache, pool, topic, limiter: whatever is counted by name

}  // namespace mesh
