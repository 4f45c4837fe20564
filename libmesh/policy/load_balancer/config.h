// Which balancer a cluster uses, with its parameters.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

enum class LoadBalancerKind : std::uint8_t {
  RoundRobin,
  LeastRequest,
  Random,
  RingHash,
  Maglev,
  OriginalDestination,
};

struct SlowStartConfig {
  Duration window{0};  // 0 = off
  double aggression = 1.0;
  double min_weight_percent = 10.0;
  bool operator==(const SlowStartConfig&) const = default;
};

/// Of ring hash. Source: api/envoy/config/cluster/v3/cluster.proto (RingHashLbConfig).
enum class HashFunction : std::uint8_t { XxHash, MurmurHash2 };

struct LoadBalancerConfig {
  /// Istio's default is LEAST_REQUEST with Envoy's two choices.
  LoadBalancerKind kind = LoadBalancerKind::LeastRequest;
  std::uint32_t choices = 2;
  double active_request_bias = 1.0;
  std::uint64_t minimum_ring_size = 1024;
  std::uint64_t maximum_ring_size = 8'388'608;
  HashFunction hash_function = HashFunction::XxHash;
  std::uint64_t table_size = 65537;
  std::uint32_t hash_balance_percent = 0;  // 0 = no bounded load
  SlowStartConfig slow_start{};
  bool operator==(const LoadBalancerConfig&) const = default;
};

}  // namespace mesh
