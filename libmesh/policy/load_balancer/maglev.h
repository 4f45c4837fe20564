// Maglev: consistent hashing by a lookup table, bit for bit Envoy's.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "libmesh/policy/load_balancer/bounded_load.h"
#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_balancer/hash_weights.h"

namespace mesh {

/// The size of a table must be prime and at most 5 000 011.
/// Source: source/extensions/load_balancing_policies/maglev/config.cc, cluster.proto.
bool is_maglev_table_size(std::uint64_t size);

/// Hosts, sorted by key, fill free places in turn, each along its own permutation: offset
/// xxHash64(key) mod M, stride xxHash64(key, seed 1) mod (M-1) + 1. A lighter host sits out rounds.
/// Source: source/extensions/load_balancing_policies/maglev/maglev_lb.cc.
class MaglevTable {
 public:
  MaglevTable() = default;
  MaglevTable(const HashWeights& weights, std::uint64_t size);

  /// Position of the host at hash mod M; the i-th repeated pick first XORs the hash with 2^64 - i.
  std::uint32_t pick(std::uint64_t hash, std::uint32_t attempt = 0) const;
  std::span<const std::uint32_t> places() const { return places_; }

 private:
  std::vector<std::uint32_t> places_;
};

/// The whole balancer of one host source. Rebuilt at every health or membership change.
class MaglevBalancer {
 public:
  static constexpr std::string_view name = "MAGLEV";
  static constexpr LoadBalancerKind kind = LoadBalancerKind::Maglev;
  static constexpr bool weighted = true;

  template <class Active>
  void rebuild(std::span<const BalancerHost> hosts, const LoadBalancerConfig& config, std::uint64_t,
               Active&&) {
    weights_ = normalize_weights(hosts);
    balance_percent_ = config.hash_balance_percent;
    table_ = MaglevTable(weights_, config.table_size);
    for (HashedHost& host : weights_.hosts) host.key = {};  // the caller's strings may go
  }
  template <class Active, class WordSource>
  std::uint32_t pick(const Selection& selection, Active&& active, WordSource&&) {
    const std::uint32_t host = table_.pick(selection.hash, selection.attempt);
    if (host == no_host || balance_percent_ == 0) return host;
    return bounded_load_pick(weights_.hosts, host, selection.hash, balance_percent_,
                             selection.cluster_active, active, scratch_);
  }
  const MaglevTable& table() const { return table_; }

 private:
  HashWeights weights_;
  std::uint32_t balance_percent_ = 0;
  MaglevTable table_;
  std::vector<std::uint32_t> scratch_;
};

}  // namespace mesh
