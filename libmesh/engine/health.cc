// Outlier detection in action, and the update merge window before the balancers hear of it.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

ClusterCounter detected_counter(Detector detector) {
  switch (detector) {
    case Detector::Consecutive5xx:
      return ClusterCounter::ejections_detected_consecutive_5xx;
    case Detector::ConsecutiveGatewayFailure:
      return ClusterCounter::ejections_detected_consecutive_gateway_failure;
    case Detector::ConsecutiveLocalOriginFailure:
      return ClusterCounter::ejections_detected_consecutive_local_origin_failure;
    case Detector::SuccessRate:
      return ClusterCounter::ejections_detected_success_rate;
    case Detector::FailurePercentage:
      return ClusterCounter::ejections_detected_failure_percentage;
    case Detector::LocalOriginSuccessRate:
      return ClusterCounter::ejections_detected_local_origin_success_rate;
    case Detector::LocalOriginFailurePercentage:
      return ClusterCounter::ejections_detected_local_origin_failure_percentage;
  }
  return ClusterCounter::ejections_detected_consecutive_5xx;
}

/// Each enforced counter follows its detected one in the list of facts.h.
ClusterCounter enforced_counter(Detector detector) {
  return static_cast<ClusterCounter>(static_cast<std::uint8_t>(detected_counter(detector)) + 1);
}

bool uses_interval_detectors(const OutlierConfig& config) {
  return config.enforcing_success_rate > 0 || config.enforcing_failure_percentage > 0 ||
         config.enforcing_local_origin_success_rate > 0 ||
         config.enforcing_failure_percentage_local_origin > 0;
}

/// Envoy logs whole numbers, cut off.
std::uint8_t whole_percent(double rate) {
  return static_cast<std::uint8_t>(std::clamp(rate, 0.0, 100.0));
}

EjectionRates rates_of(const OutlierConfig& config, Detector detector,
                       const std::vector<HostVolume>& volumes, std::uint32_t host) {
  EjectionRates rates;
  for (const HostVolume& volume : volumes) {
    if (volume.host == host) rates.host = whole_percent(100.0 * volume.success / volume.total);
  }
  if (detector == Detector::SuccessRate || detector == Detector::LocalOriginSuccessRate) {
    const SuccessRateThreshold cluster = cluster_success_rate(config, volumes);
    rates.mean = whole_percent(cluster.mean);
    rates.threshold = whole_percent(cluster.threshold);
  }
  return rates;
}

bool panics(const ClusterView& view) {
  const auto& panic = view.table.panic;
  return std::any_of(panic.begin(), panic.end(), [](std::uint8_t p) { return p != 0; });
}

/// Could the next tick change anything for this host? An ejection arms the ticks by itself, and
/// they go on until it is forgotten.
bool feeds_interval_detectors(const OutlierConfig& config, const OutlierState& state) {
  return uses_interval_detectors(config) && (state.external_total > 0 || state.local_total > 0);
}

}  // namespace

void Engine::report(std::uint32_t id, std::uint32_t host_index, HostResult result,
                    std::uint16_t code) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  if (cluster.first_outlier == nil) return;
  const OutlierConfig& config = *plan_->cluster_configs[cluster.config].outlier;
  OutlierState& state = world_.outlier_cells[cluster.first_outlier + host_index].state;
  const Tripped tripped = observe(config, state, result, code);
  for (std::uint8_t i = 0; i < tripped.count; ++i) {
    world_.detections.push_back({id, host_index, tripped.detector[i]});
  }
  if (!cluster.sweep_armed && feeds_interval_detectors(config, state)) arm_sweep(id);
}

/// Envoy's workers post a detection to the main thread; so it takes effect when the callback that
/// reported it is over, and never closes a connection under its feet.
void Engine::handle_detections() {
  for (std::size_t i = 0; i < world_.detections.size(); ++i) {
    const Detection detection = world_.detections[i];
    if (detection.fails_health) {
      fail_passively(detection.cluster, detection.host_index);
      continue;
    }
    detected(detection.cluster, detection.host_index, detection.detector);
  }
  world_.detections.clear();
}

/// A consecutive detector reached its threshold. Its counter restarts whether or not the host goes.
void Engine::detected(std::uint32_t id, std::uint32_t host_index, Detector detector) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const std::uint32_t cell = cluster.first_outlier + host_index;
  if (world_.outlier_cells[cell].state.ejected) return;
  eject_host(id, host_index, detector, {});
  reset_counter(world_.outlier_cells[cell].state, detector);
}

void Engine::eject_host(std::uint32_t id, std::uint32_t host_index, Detector detector,
                        EjectionRates rates) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  const std::uint32_t cell = cluster.first_outlier + host_index;
  count(cluster, detected_counter(detector));
  if (detector == Detector::Consecutive5xx) {
    count(cluster, ClusterCounter::ejections_consecutive_5xx);
  }
  Noted note{.at = now(),
             .what = EventNote::EjectOverflow,
             .proxy_workload = workload_of(cluster.proxy),
             .proxy = cluster.proxy,
             .cluster = cluster.cluster,
             .endpoint = config.hosts[host_index].endpoint,
             .detail = static_cast<std::uint32_t>(detector),
             .rates = rates};
  if (!may_eject(*config.outlier, cluster.ejected, members(cluster))) {
    count(cluster, ClusterCounter::ejections_overflow);
    return recorder_.note(note);
  }
  // Keyed by what it is, not by when it was first touched: the same roll in every what-if.
  const std::uint64_t entity = scramble(pair_key(cluster.proxy, cluster.cluster)) + host_index;
  const auto moment = static_cast<std::uint64_t>(now().ns);
  const std::uint32_t chance = enforcing(*config.outlier, detector);
  count(cluster, ClusterCounter::ejections_total);
  if (draws_.at(Purpose::EjectionEnforcement, entity, moment).modulo(100) >= chance) {
    note.what = EventNote::EjectNotEnforced;
    return recorder_.note(note);
  }
  eject(*config.outlier, world_.outlier_cells[cell].state, world_.ejections[cell], now(),
        draws_.at(Purpose::EjectionJitter, entity, moment).word());
  ++cluster.ejected;
  count(cluster, ClusterCounter::ejections_enforced_total);
  count(cluster, enforced_counter(detector));
  note.what = EventNote::Eject;
  recorder_.note(note);
  arm_sweep(id);
  drain_host(id, host_index);
  health_changed(id);
}

/// Ticks fall on multiples of the interval since the clusters were made.
void Engine::arm_sweep(std::uint32_t id) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  if (cluster.sweep_armed) return;
  cluster.sweep_armed = true;
  const std::int64_t interval = plan_->cluster_configs[cluster.config].outlier->interval.ns;
  const std::int64_t since = elapsed(plan_->clusters_made_at, now()).ns;
  push(plan_->clusters_made_at + Duration{(since / interval + 1) * interval},
       EventKind::OutlierSweep, id);
}

void Engine::return_host(std::uint32_t id, std::uint32_t host_index) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  const std::uint32_t cell = cluster.first_outlier + host_index;
  uneject(world_.outlier_cells[cell].state, world_.ejections[cell], now());
  --cluster.ejected;
  recorder_.note({.at = now(),
                  .what = EventNote::Uneject,
                  .proxy_workload = workload_of(cluster.proxy),
                  .proxy = cluster.proxy,
                  .cluster = cluster.cluster,
                  .endpoint = host_of(cluster, host_index)});
  health_changed(id);
}

void Engine::on_outlier_sweep(std::uint32_t id) {
  world_.proxy_clusters[id].sweep_armed = false;
  const ClusterConfig& config = plan_->cluster_configs[world_.proxy_clusters[id].config];
  const auto hosts = static_cast<std::uint32_t>(config.hosts.size());
  const std::uint32_t first = world_.proxy_clusters[id].first_outlier;
  for (std::uint32_t h = 0; h < hosts; ++h) {
    const OutlierState& state = world_.outlier_cells[first + h].state;
    const Ejection& ejection = world_.ejections[first + h];
    if (stay_is_over(*config.outlier, state, ejection, now())) return_host(id, h);
  }
  sweep_interval_detectors(id);
  bool again = false;
  for (std::uint32_t h = 0; h < hosts; ++h) {
    const OutlierState& state = world_.outlier_cells[first + h].state;
    Ejection& ejection = world_.ejections[first + h];
    decay_multiplier(*config.outlier, state, ejection, now());
    again = again || state.ejected || ejection.multiplier > 0 ||
            feeds_interval_detectors(*config.outlier, state);
  }
  if (again) arm_sweep(id);
}

/// The interval that ended becomes readable, counters restart, outliers go (`envoy.md` §5.4).
void Engine::sweep_interval_detectors(std::uint32_t id) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  if (!uses_interval_detectors(*config.outlier)) return;
  std::vector<HostVolume> external, local;
  for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
    OutlierState& state = world_.outlier_cells[cluster.first_outlier + h].state;
    if (!state.ejected && state.external_total > 0) {
      external.push_back({h, state.external_success, state.external_total});
    }
    if (!state.ejected && state.local_total > 0) {
      local.push_back({h, state.local_success, state.local_total});
    }
    state.external_success = state.external_total = state.local_success = state.local_total = 0;
  }
  const auto run = [&](Detector detector, const std::vector<HostVolume>& volumes) {
    std::vector<std::uint32_t> out;
    interval_outliers(*config.outlier, detector, volumes, members(world_.proxy_clusters[id]), out);
    for (const std::uint32_t h : out) {
      const std::uint32_t cell = world_.proxy_clusters[id].first_outlier + h;
      if (world_.outlier_cells[cell].state.ejected) continue;
      eject_host(id, h, detector, rates_of(*config.outlier, detector, volumes, h));
    }
  };
  run(Detector::SuccessRate, external);
  run(Detector::FailurePercentage, external);
  run(Detector::LocalOriginSuccessRate, local);
  run(Detector::LocalOriginFailurePercentage, local);
}

// ---- when the balancers hear of it ------------------------------------------------------------

void Engine::health_changed(std::uint32_t id) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  switch (mesh::on_change(cluster.merge, now(), true)) {
    case Delivery::Now:
      ++cluster.merge_generation;
      return deliver_health(id);
    case Delivery::StartTimer:
      ++cluster.merge_generation;
      return push(now() + default_merge_window, EventKind::MergeWindowEnds, id,
                  cluster.merge_generation & event_generation_mask);
    case Delivery::Wait:
      return;
  }
}

/// Hosts came or went: delivered at once, and with it whatever waited.
void Engine::membership_changed(std::uint32_t id) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  mesh::on_change(cluster.merge, now(), false);
  ++cluster.merge_generation;
  deliver_health(id);
}

void Engine::on_merge_window(std::uint32_t id, std::uint32_t generation) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  if ((cluster.merge_generation & event_generation_mask) != generation) return;
  on_merge_timer(cluster.merge, now());
  ++world_.updates_via_merge;
  deliver_health(id);
}

void Engine::build_own_view(ProxyCluster& cluster) {
  if (cluster.view == nil) {
    if (world_.free_views.empty()) {
      cluster.view = static_cast<std::uint32_t>(world_.own_views.size());
      world_.own_views.emplace_back();
    } else {
      cluster.view = world_.free_views.back();
      world_.free_views.pop_back();
    }
  }
  build_view(plan_->cluster_configs[cluster.config], &cluster, world_.own_views[cluster.view]);
}

void Engine::deliver_health(std::uint32_t id) {
  ProxyCluster& cluster = world_.proxy_clusters[id];
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  const bool panicked = panics(view_of(cluster));
  bool any = false;
  if (cluster.first_outlier != nil) {
    for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
      OutlierCell& cell = world_.outlier_cells[cluster.first_outlier + h];
      cell.told_unhealthy = cell.state.ejected;
      any = any || cell.told_unhealthy;
    }
  }
  if (cluster.special != nil) {
    any = tell_probes(cluster) || any;
    world_.specials[cluster.special].zones_known = false;
  }
  if (!any) {
    if (cluster.view != nil) world_.free_views.push_back(cluster.view);
    cluster.view = nil;
  } else {
    build_own_view(cluster);
  }
  rebuild_balancer(cluster);
  if (panics(view_of(cluster)) == panicked) return;
  recorder_.note({.at = now(),
                  .what = panicked ? EventNote::PanicEnd : EventNote::PanicStart,
                  .proxy_workload = workload_of(cluster.proxy),
                  .proxy = cluster.proxy,
                  .cluster = cluster.cluster});
}

std::uint32_t Engine::members(const ProxyCluster& cluster) const {
  std::uint32_t n = 0;
  for (const PriorityView& p : world_.shared_views[cluster.config].priorities) {
    n += static_cast<std::uint32_t>(p.all.size());
  }
  return n + kept_hosts(cluster);
}

}  // namespace mesh
