// Reads zone_aware_lb_config of an EnvoyFilter's clusters.
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

const Table<ZoneAwareConfig>& force_table() {
  static const Table<ZoneAwareConfig> table(
      "ForceLocalZone", "Everything stays as long as the own zone has hosts.",
      {simulated("min_size", &ZoneAwareConfig::force_local_zone_min_size, integer<std::uint32_t>(),
                 "1", "Healthy hosts that the zone must have.")});
  return table;
}

/// Its presence alone switches it on.
Reader<ZoneAwareConfig> force() {
  Reader<ZoneAwareConfig> form = message(force_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, ZoneAwareConfig& out) {
            out.force_local_zone = true;
            return form.read(node, at, out);
          }};
}

Reader<std::uint32_t> whole_percent() {
  Reader<double> form = percent_message();
  return {form.shape, [form](const YamlNode& node, const Reading& at, std::uint32_t& out) {
            double percent = 0;
            if (!form.read(node, at, percent)) return false;
            out = static_cast<std::uint32_t>(percent);
            return true;
          }};
}

}  // namespace

const Table<ZoneAwareConfig>& zone_aware_config_table() {
  using Z = ZoneAwareConfig;
  static const Table<Z> table(
      "ZoneAwareLbConfig", "Prefers the caller's zone; its own service's pods are the measure.",
      {simulated("routing_enabled", &Z::routing_enabled_percent, whole_percent(), "100",
                 "Share of the picks."),
       simulated("min_cluster_size", &Z::min_cluster_size, integer<std::uint64_t>(0), "6",
                 "Healthy hosts that there must be."),
       reported("fail_traffic_on_panic", any(), "Refuses in place of panic.", Severity::Warning)
           .meanwhile("panic uses all hosts"),
       simulated("force_local_zone", itself, force(), "",
                 "Everything stays as long as the own zone has hosts."),
       reported("locality_basis", any(), "Shares by weight in place of hosts.", Severity::Warning)
           .meanwhile("hosts are counted"),
       reported("force_locality_direct_routing", any(), "Old form of force_local_zone.",
                Severity::Warning)
           .meanwhile("force_local_zone decides")});
  return table;
}

}  // namespace mesh::istio
