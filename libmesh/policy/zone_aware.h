// Zone-aware routing: keep traffic in the caller's zone as far as capacity there allows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mesh {

/// Source: api/envoy/config/cluster/v3/cluster.proto (ZoneAwareLbConfig).
struct ZoneAwareConfig {
  std::uint32_t routing_enabled_percent = 100;
  std::uint64_t min_cluster_size = 6;  // healthy hosts of the upstream cluster
  bool fail_traffic_on_panic = false;
  bool force_local_zone = false;
  std::uint32_t force_local_zone_min_size = 1;
  bool operator==(const ZoneAwareConfig&) const = default;
};

/// Healthy hosts of one zone: of the upstream cluster, of the caller's own cluster.
struct ZoneHosts {
  std::uint32_t upstream = 0, local = 0;
};

/// What the caller sees of priority 0, the only one that is routed by zone.
struct ZoneView {
  /// One entry per zone of the upstream cluster; [0] is the caller's own if `has_own_zone`.
  std::span<const ZoneHosts> zones{};
  bool has_own_zone = false;      // the upstream cluster has a group for the caller's zone
  std::uint32_t local_zones = 0;  // zones of the caller's cluster
  std::uint32_t local_hosts = 0;  // its healthy hosts in all zones, also those not in `zones`
  std::uint32_t own_hosts = 0;    // all its hosts in the caller's zone, healthy or not
};

enum class ZoneRouting : std::uint8_t {
  Off,       // hosts of all zones
  Direct,    // always the own zone
  Residual,  // a share stays, the rest goes where capacity is left
};

/// Why it is off, for the counters of Envoy.
enum class ZoneRoutingOff : std::uint8_t {
  None,
  SingleZone,         // fewer than 2 zones on one side
  LocalClusterNotOk,  // lb_local_cluster_not_ok
  ClusterTooSmall,    // lb_zone_cluster_too_small
};

/// Recomputed when hosts of either cluster change. A value.
struct ZonePlan {
  ZoneRouting routing = ZoneRouting::Off;
  ZoneRoutingOff why_off = ZoneRoutingOff::None;
  std::uint64_t local_share = 0;          // in 1/10000
  std::vector<std::uint64_t> residual{};  // cumulated residual capacity per zone, in 1/10000
  bool operator==(const ZonePlan&) const = default;
};

/// Source: source/extensions/load_balancing_policies/common/load_balancer_impl.cc
/// (regenerateLocalityRoutingStructures, earlyExitNonLocalityRouting).
void plan_zones(const ZoneAwareConfig& config, const ZoneView& view, ZonePlan& out);

/// Zone of one pick when routing is not Off. `next_word()` is called once for the local share, and
/// once more when the pick leaves the zone. Source: the same file (tryChooseLocalLocalityHosts).
template <class WordSource>
std::uint32_t choose_zone(const ZonePlan& plan, WordSource&& next_word) {
  if (plan.routing == ZoneRouting::Direct) return 0;
  if (next_word() % 10000 < plan.local_share) return 0;
  const std::uint64_t capacity = plan.residual.back();
  // Rounding can leave no capacity at all: then any zone.
  if (capacity == 0) return static_cast<std::uint32_t>(next_word() % plan.residual.size());
  const std::uint64_t threshold = next_word() % capacity;
  std::uint32_t zone = 0;
  while (threshold >= plan.residual[zone]) ++zone;
  return zone;
}

}  // namespace mesh
