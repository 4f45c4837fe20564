// Bounded load: a hashed request leaves an overloaded host for another one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "libmesh/policy/load_balancer/hash_weights.h"
#include "libmesh/policy/load_balancer/mersenne_twister.h"

namespace mesh {

/// Active requests of a host divided by its slots: its share, at least one, of hash_balance_factor
/// percent of all active requests and this one. Above 1 it is overloaded. Source:
/// source/extensions/load_balancing_policies/common/thread_aware_lb_impl.cc (hostOverloadFactor).
inline double overload_factor(std::uint32_t balance_percent, std::uint32_t cluster_active,
                              std::uint32_t host_active, double weight) {
  // In 32 bits, as Envoy computes it.
  const std::uint32_t total_slots = ((cluster_active + 1u) * balance_percent + 99u) / 100u;
  const auto slots =
      std::max(static_cast<std::uint32_t>(std::ceil(total_slots * weight)), std::uint32_t{1});
  return static_cast<double>(host_active) / slots;
}

/// Uniform in 0 … k-1 by rejection on the quotient, the same on every platform.
inline std::uint32_t uniform_below(MersenneTwister& twister, std::uint32_t k) {
  const std::uint64_t bucket = (std::uint64_t{1} << 32) / k;
  std::uint32_t x = k;
  while (x >= k) x = static_cast<std::uint32_t>(twister() / bucket);
  return x;
}

/// Position in `hosts` that takes the request: `first` (the ring's or table's own choice) unless it
/// is overloaded; then the others in an order shuffled by a 32-bit Mersenne Twister that is seeded
/// with the hash: the first one that is not overloaded, else the least overloaded of all.
/// `active(host)` takes the caller's index; `scratch` keeps its memory between calls.
/// Source: the same file (BoundedLoadHashingLoadBalancer::chooseHost).
template <class Active>
std::uint32_t bounded_load_pick(std::span<const HashedHost> hosts, std::uint32_t first,
                                std::uint64_t hash, std::uint32_t balance_percent,
                                std::uint32_t cluster_active, Active&& active,
                                std::vector<std::uint32_t>& scratch) {
  const auto factor = [&](std::uint32_t i) {
    return overload_factor(balance_percent, cluster_active, active(hosts[i].host), hosts[i].weight);
  };
  double least = factor(first);
  if (least <= 1.0) return first;

  const auto n = static_cast<std::uint32_t>(hosts.size());
  scratch.resize(n);
  std::iota(scratch.begin(), scratch.end(), 0u);
  MersenneTwister twister(static_cast<std::uint32_t>(hash));
  std::uint32_t best = first;
  for (std::uint32_t i = 0; i < n; ++i) {
    std::swap(scratch[i], scratch[i + uniform_below(twister, n - i)]);
    const std::uint32_t other = scratch[i];
    if (other == first) continue;
    const double load = factor(other);
    if (load <= 1.0) return other;
    if (load < least) {
      best = other;
      least = load;
    }
  }
  return best;
}

}  // namespace mesh
