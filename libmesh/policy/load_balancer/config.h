// Which balancer a cluster uses, with its parameters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/base/time.h"

namespace mesh {

enum class LoadBalancerKind : std::uint8_t {
  RoundRobin,
  LeastRequest,
  Random,
  RingHash,
  Maglev,
  OriginalDestination,
  ClientSideWeightedRoundRobin,
};

struct SlowStartConfig {
  Duration window{0};  // 0 = off
  double aggression = 1.0;
  double min_weight_percent = 10.0;
  bool operator==(const SlowStartConfig&) const = default;
};

/// Of ring hash. Source: api/envoy/config/cluster/v3/cluster.proto (RingHashLbConfig).
enum class HashFunction : std::uint8_t { XxHash, MurmurHash2 };

/// Source: api/envoy/extensions/load_balancing_policies/client_side_weighted_round_robin/v3.
struct ClientSideWrrConfig {
  Duration blackout_period = seconds(10);
  Duration weight_expiration_period = seconds(180);
  Duration weight_update_period = seconds(1);
  double error_utilization_penalty = 1.0;
  std::vector<std::string> metric_names = {};  // metric_names_for_computing_utilization
  bool operator==(const ClientSideWrrConfig&) const = default;
};

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
  ClientSideWrrConfig client_side_wrr{};
  bool operator==(const LoadBalancerConfig&) const = default;
};

}  // namespace mesh
