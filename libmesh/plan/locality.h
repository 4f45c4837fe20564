// Localities: which endpoints are near a caller, in priorities and weights as istiod writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libmesh/plan/destination_rules.h"
#include "libmesh/plan/endpoints.h"

namespace mesh {

/// "region/zone/subzone" in parts; missing ones are empty.
struct Locality {
  std::string_view region, zone, subzone;
  auto operator<=>(const Locality&) const = default;
};
Locality parse_locality(std::string_view text);
/// Without empty parts at the end: "region1/zone1/" → "region1/zone1".
std::string_view trimmed_locality(std::string_view text);

/// Does a locality belong to "region/zone/subzone" of a rule? "*" is any, and so is an absent zone
/// or subzone. Source: pilot/pkg/networking/util/util.go (LocalityMatch).
bool locality_matches(const Locality& locality, std::string_view rule);
/// 0 same subzone, 1 zone, 2 region, 3 none. Source: the same file (LbPriority).
std::uint32_t distance(const Locality& caller, const Locality& endpoint);

/// For whom endpoints are put in order.
struct Caller {
  std::string_view locality;
  const Labels* labels = nullptr;
};

/// What holds for a cluster: the rule's setting, else what the Service's trafficDistribution stands
/// for, else the mesh's default; nothing when it is switched off.
/// Source: pilot/pkg/networking/core/loadbalancer/loadbalancer.go (GetLocalityLbSetting).
struct LocalitySetting {
  istio::LocalityLb rule;
  bool fails_over = false;  // priorities are written
  /// Callers of different places or labels get different clusters.
  bool depends_on_place() const { return fails_over || !rule.distribute.empty(); }
};
std::optional<LocalitySetting> locality_setting(const EffectivePolicy& policy,
                                                const k8s::Service& service);

/// Fills hosts, localities and locality_weighted of a cluster for one caller.
/// Source: the same file (ApplyLocalityLoadBalancer).
void arrange_hosts(const std::vector<Backend>& backends, const Caller& caller,
                   const std::optional<LocalitySetting>& setting, ClusterConfig& config);

}  // namespace mesh
