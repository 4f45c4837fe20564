// Hosts of a cluster as a proxy's balancers have been told of them.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "libmesh/plan/plan.h"
#include "libmesh/policy/load_balancer/hash_weights.h"
#include "libmesh/policy/load_balancer/maglev.h"
#include "libmesh/policy/load_balancer/ring_hash.h"
#include "libmesh/policy/locality.h"
#include "libmesh/policy/panic.h"

namespace mesh {

/// Hosts of one priority by their index in the cluster. Each list is a host source of Envoy's: all,
/// healthy, and the healthy ones of each locality where the locality is chosen first; where hosts
/// can be degraded the same follows for those.
struct PriorityView {
  std::vector<std::uint32_t> all, healthy;
  std::vector<std::vector<std::uint32_t>> localities;
  std::vector<LocalityHosts> locality_hosts;
  std::vector<std::uint32_t> degraded;
  std::vector<std::vector<std::uint32_t>> degraded_localities;
  std::vector<LocalityHosts> degraded_locality_hosts;
  std::uint32_t excluded = 0;
  std::uint32_t first_source = 0;  // numbered over all priorities, in this order

  std::uint32_t degraded_source() const {
    return first_source + 2 + static_cast<std::uint32_t>(localities.size());
  }
  const std::vector<std::uint32_t>& source(std::uint32_t number) const {
    const std::uint32_t i = number - first_source;
    if (i < 2) return i == 1 ? healthy : all;
    if (i < 2 + localities.size()) return localities[i - 2];
    const std::uint32_t d = number - degraded_source();
    return d == 0 ? degraded : degraded_localities[d - 1];
  }
};

/// Ring or table of one priority.
struct HashTable {
  std::variant<HashRing, MaglevTable> places;
  std::vector<HashedHost> hosts;  // by position: index in the cluster, share of the weight

  std::uint32_t position(std::uint64_t hash, std::uint32_t attempt) const {
    if (const HashRing* ring = std::get_if<HashRing>(&places)) return ring->pick(hash, attempt);
    return std::get_if<MaglevTable>(&places)->pick(hash, attempt);
  }
};

struct ClusterView {
  std::vector<PriorityView> priorities;
  PriorityTable table;          // load and panic of each
  std::vector<HashTable> hash;  // by priority; only of clusters that hash, once they are used
  std::uint32_t sources = 0;    // host sources of all priorities
  bool has_degraded = false;    // some share of the load goes to degraded hosts
  bool by_zone = false;         // zone-aware routing in priority 0
};

/// Excluded: unhealthy, and outside the denominators of health and panic (`envoy.md` §6.1).
enum class HostHealth : std::uint8_t { Absent, Healthy, Degraded, Unhealthy, Excluded };

constexpr bool is_hashed(LoadBalancerKind kind) {
  return kind == LoadBalancerKind::RingHash || kind == LoadBalancerKind::Maglev;
}

/// Priority loads and panic (`envoy.md` §6.2, §6.3) over the members; `health` has one entry per
/// host of the configuration.
void build_cluster_view(const ClusterConfig& config, std::span<const HostHealth> health,
                        ClusterView& view);

/// Rings or tables over the hosts of the view: the healthy ones, in panic all.
/// Source: source/extensions/load_balancing_policies/common/thread_aware_lb_impl.cc (refresh).
void build_hash_tables(const Plan& plan, const ClusterConfig& config, ClusterView& view);

}  // namespace mesh
