// Keys of things that have no id of their own.
#pragma once

#include <cstdint>

#include "libmesh/base/id.h"
#include "libmesh/base/rng.h"

namespace mesh {

/// Names one cluster of one proxy.
constexpr std::uint64_t pair_key(EndpointId proxy, ClusterId cluster) {
  return static_cast<std::uint64_t>(proxy.value) << 32 | cluster.value;
}

/// Names one request of a load.
constexpr std::uint64_t load_key(LoadId load, std::uint64_t number) {
  return scramble((static_cast<std::uint64_t>(load.value + 1) << 40) + number);
}

/// Names the tokens of a call of a pod, or of a load.
constexpr std::uint64_t bucket_key(std::uint32_t owner, std::uint32_t part) {
  return static_cast<std::uint64_t>(owner) << 32 | part;
}

/// Names a store of an application: one for all its pods, or that of one.
constexpr std::uint64_t store_key(bool shared, EndpointId pod, std::uint32_t store) {
  return bucket_key(shared ? EndpointId::none().value : pod.value, store);
}

}  // namespace mesh
