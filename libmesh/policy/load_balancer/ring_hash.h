// Ring hash: consistent hashing on a ring of host entries, bit for bit Envoy's.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libmesh/policy/load_balancer/bounded_load.h"
#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_balancer/hash_weights.h"

namespace mesh {

struct RingEntry {
  std::uint64_t hash;
  std::uint32_t host;  // position in the hosts that the ring was built of
  bool operator==(const RingEntry&) const = default;
};

/// Entry i of a host is the hash of "<key>_<i>"; a host has entries in proportion to its weight.
/// Source: source/extensions/load_balancing_policies/ring_hash/ring_hash_lb.cc (Ring).
class HashRing {
 public:
  HashRing() = default;
  HashRing(const HashWeights& weights, std::uint64_t minimum_size, std::uint64_t maximum_size,
           HashFunction function);

  /// Position of the host whose entry is the first at or after `hash`, clockwise with wrap-around;
  /// the i-th repeated pick within one selection moves i entries on. `no_host` when empty.
  std::uint32_t pick(std::uint64_t hash, std::uint32_t attempt = 0) const;
  std::span<const RingEntry> entries() const { return entries_; }

 private:
  std::vector<RingEntry> entries_;  // by hash
};

/// The whole balancer of one host source. Rebuilt at every health or membership change.
class RingHashBalancer {
 public:
  static constexpr std::string_view name = "RING_HASH";
  static constexpr LoadBalancerKind kind = LoadBalancerKind::RingHash;
  static constexpr bool weighted = true;

  template <class Active>
  void rebuild(std::span<const BalancerHost> hosts, const LoadBalancerConfig& config, std::uint64_t,
               Active&&) {
    weights_ = normalize_weights(hosts);
    balance_percent_ = config.hash_balance_percent;
    ring_ = HashRing(weights_, config.minimum_ring_size, config.maximum_ring_size,
                     config.hash_function);
    for (HashedHost& host : weights_.hosts) host.key = {};  // the caller's strings may go
  }
  template <class Active, class WordSource>
  std::uint32_t pick(const Selection& selection, Active&& active, WordSource&&) {
    const std::uint32_t host = ring_.pick(selection.hash, selection.attempt);
    if (host == no_host || balance_percent_ == 0) return host;
    return bounded_load_pick(weights_.hosts, host, selection.hash, balance_percent_,
                             selection.cluster_active, active, scratch_);
  }
  const HashRing& ring() const { return ring_; }

 private:
  HashWeights weights_;
  std::uint32_t balance_percent_ = 0;
  HashRing ring_;
  std::vector<std::uint32_t> scratch_;
};

}  // namespace mesh
