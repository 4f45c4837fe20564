// Zone percentages in ten-thousandths.
#include "libmesh/policy/zone_aware.h"

namespace mesh {
namespace {

struct Percentages {
  std::uint64_t upstream = 0, local = 0;
};

ZoneRoutingOff reason_to_stay_off(const ZoneAwareConfig& config, const ZoneView& view,
                                  std::uint64_t upstream_hosts) {
  if (view.zones.size() < 2) return ZoneRoutingOff::SingleZone;
  if (view.local_zones < 2 && !config.force_local_zone) return ZoneRoutingOff::SingleZone;
  if (view.own_hosts == 0) return ZoneRoutingOff::LocalClusterNotOk;
  if (upstream_hosts < config.min_cluster_size) return ZoneRoutingOff::ClusterTooSmall;
  return ZoneRoutingOff::None;
}

}  // namespace

void plan_zones(const ZoneAwareConfig& config, const ZoneView& view, ZonePlan& out) {
  out.routing = ZoneRouting::Off;
  out.local_share = 0;
  out.residual.clear();
  std::uint64_t upstream_hosts = 0;
  for (const ZoneHosts& zone : view.zones) upstream_hosts += zone.upstream;
  out.why_off = reason_to_stay_off(config, view, upstream_hosts);
  if (out.why_off != ZoneRoutingOff::None) return;

  const auto percentages = [&](const ZoneHosts& zone) -> Percentages {
    if (zone.upstream == 0) return {};
    const std::uint64_t local =
        view.local_hosts > 0 ? std::uint64_t{10000} * zone.local / view.local_hosts : 0;
    return {std::uint64_t{10000} * zone.upstream / upstream_hosts, local};
  };

  const ZoneHosts own_hosts = view.has_own_zone ? view.zones[0] : ZoneHosts{};
  const Percentages own = percentages(own_hosts);
  const bool forced =
      config.force_local_zone && own_hosts.upstream >= config.force_local_zone_min_size;
  if (view.has_own_zone && (forced || (own.upstream > 0 && own.upstream >= own.local))) {
    out.routing = ZoneRouting::Direct;
    return;
  }
  out.routing = ZoneRouting::Residual;
  out.local_share = view.has_own_zone && own.local > 0 ? own.upstream * 10000 / own.local : 0;

  std::uint64_t cumulated = 0;
  for (std::size_t i = 0; i < view.zones.size(); ++i) {
    const Percentages zone = percentages(view.zones[i]);
    const bool is_own = i == 0 && view.has_own_zone;
    if (!is_own && zone.upstream > zone.local) cumulated += zone.upstream - zone.local;
    out.residual.push_back(cumulated);
  }
}

}  // namespace mesh
