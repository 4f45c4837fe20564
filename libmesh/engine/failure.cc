// The timeline: failures, configuration changes, scaling, and the sampler.
#include "libmesh/engine/engine.h"

namespace mesh {

void Engine::schedule_timeline() {
  for (std::uint32_t f = 0; f < plan_->faults.size(); ++f) {
    const FaultPlan& fault = plan_->faults[FaultId{f}];
    push(fault.from, EventKind::FaultEdge, f, 0);
    if (fault.to != never) push(fault.to, EventKind::FaultEdge, f, 1);
  }
  for (std::uint32_t d = 0; d < plan_->downs.size(); ++d) {
    push(plan_->downs[d].from, EventKind::DownEdge, d, 0);
    if (plan_->downs[d].to != never) push(plan_->downs[d].to, EventKind::DownEdge, d, 1);
  }
  for (std::uint32_t c = 0; c < plan_->changes.size(); ++c) {
    push(plan_->changes[ChangeId{c}].at, EventKind::ChangeDue, c);
  }
  push(Instant{} + plan_->record.bucket, EventKind::SampleTick, 0);
}

bool Engine::hit_by(const FaultPlan& fault, EndpointId endpoint) const {
  const EndpointId first = plan_->workloads[fault.workload].first_endpoint;
  return endpoint.value >= first.value && endpoint.value - first.value < fault.replicas;
}

void Engine::on_fault_edge(FaultId id, bool start) {
  const FaultPlan& fault = plan_->faults[id];
  std::vector<FaultId>& active =
      fault.kind == FaultKind::Link ? world_.broken_links : world_.active_faults;
  if (start) {
    active.push_back(id);
  } else {
    std::erase(active, id);
  }
  recorder_.note({.at = now(),
                  .what = start ? EventNote::FaultStart : EventNote::FaultEnd,
                  .detail = id.value});
  const bool resets = fault.kind == FaultKind::ResetConnections;
  if (fault.kind != FaultKind::Crash && !(resets && start)) return;
  const EndpointId first = plan_->workloads[fault.workload].first_endpoint;
  for (std::uint32_t i = 0; i < fault.replicas; ++i) {
    const EndpointId endpoint{first.value + i};
    if (resets) {
      reset_connections_to(endpoint, true);
    } else {
      start ? crash(endpoint) : revive(endpoint);
    }
  }
}

/// What becomes of a connection attempt to the application's port.
Engine::Door Engine::door(EndpointId endpoint) const {
  if (world_.endpoints[endpoint].crashes > 0) return Door::Refuses;
  for (const std::uint32_t d : world_.active_downs) {
    const DownPlan& down = plan_->downs[d];
    if (workload_of(endpoint) == down.workload) return down.drop ? Door::Drops : Door::Refuses;
  }
  return Door::Open;
}

void Engine::on_down_edge(std::uint32_t index, bool start) {
  const DownPlan& down = plan_->downs[index];
  if (!start) {
    std::erase(world_.active_downs, index);
    return;
  }
  world_.active_downs.push_back(index);
  if (down.keep_connections) return;
  const WorkloadPlan& workload = plan_->workloads[down.workload];
  for (std::uint32_t i = 0; i < workload.reserved; ++i) {
    reset_connections_to(EndpointId{workload.first_endpoint.value + i});
  }
}

/// The application dies: what it works on is lost. Callers behind a sidecar of the pod get its 503,
/// others lose their connections (`istio.md` §0.1.13).
void Engine::crash(EndpointId id) {
  if (++world_.endpoints[id].crashes > 1) return;
  const bool sidecar = plan_->workloads[workload_of(id)].receives_through_sidecar;
  while (world_.endpoints[id].first_visit != nil) {
    const std::uint32_t visit = world_.endpoints[id].first_visit;
    if (world_.visits[visit].frame != nil) drop_frames(world_.visits[visit].frame);
    const bool inner = world_.visits[visit].inbound;
    if (sidecar && !inner) {
      answer(visit, 503, Action::Respond);
    } else if (inner || world_.visits[visit].probe != nil) {
      answer(visit, 0, Action::Close);
    }
    leave(visit, 0, false);
  }
  if (!sidecar) reset_connections_to(id);
  push(now() + plan_->endpoint_propagation, EventKind::MembershipReaches, id.value, 0);
}

void Engine::revive(EndpointId id) {
  if (--world_.endpoints[id].crashes > 0) return;
  push(now() + plan_->endpoint_propagation, EventKind::MembershipReaches, id.value, 1);
}

void Engine::on_change(ChangeId id) {
  const ChangePlan& change = plan_->changes[id];
  if (change.version > 0) {
    world_.version = change.version;
    recorder_.note({.at = now(), .what = EventNote::ConfigChange, .detail = id.value});
    watch_hosts();
  }
  if (change.workload.valid()) {
    recorder_.note({.at = now(), .what = EventNote::Scale, .detail = id.value});
    scale(change.workload, change.replicas);
  }
}

void Engine::scale(WorkloadId id, std::uint32_t replicas) {
  const WorkloadPlan& workload = plan_->workloads[id];
  world_.workloads[id].replicas = replicas;
  for (std::uint32_t i = 0; i < workload.reserved; ++i) {
    const EndpointId endpoint{workload.first_endpoint.value + i};
    EndpointState& pod = world_.endpoints[endpoint];
    const bool exists = i < replicas;
    if (pod.exists == exists) continue;
    pod.exists = exists;
    push(now() + plan_->endpoint_propagation, EventKind::MembershipReaches, endpoint.value,
         exists ? 1 : 0);
    if (exists) watch_hosts(endpoint);
  }
}

/// Proxies learn that a pod is, or is no longer, an endpoint. A change of membership is delivered
/// at once, and with it whatever waited in the merge window (`envoy.md` §6.7).
void Engine::on_membership(EndpointId id, bool) {
  EndpointState& pod = world_.endpoints[id];
  const bool member = pod.exists && pod.crashes == 0;
  if (pod.member == member) return;
  pod.member = member;
  if (member) world_.member_since[id] = now();
  for (SpecialCluster& special : world_.specials) special.zones_known = false;
  refresh_membership(id);
}

void Engine::refresh_membership(EndpointId id) {
  const auto index_in = [id](const ClusterConfig& config) {
    for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
      if (config.hosts[h].endpoint == id) return h;
    }
    return nil;
  };
  std::vector<std::uint32_t> position(plan_->cluster_configs.size(), nil);
  for (std::uint32_t c = 0; c < plan_->cluster_configs.size(); ++c) {
    position[c] = index_in(plan_->cluster_configs[ClusterConfigId{c}]);
    if (position[c] != nil) build_shared_view(ClusterConfigId{c});
  }
  const bool left = !world_.endpoints[id].member;
  for (std::uint32_t p = 0; p < world_.proxy_clusters.size(); ++p) {
    const std::uint32_t host = position[world_.proxy_clusters[p].config.value];
    // The receiving sidecar's own cluster is static.
    if (host == nil || world_.proxy_clusters[p].proxy == id) continue;
    if (left && stays_while_well(p, host)) continue;  // stays for a while
    count(world_.proxy_clusters[p], ClusterCounter::membership_change);
    if (left) {
      forget_host(p, host);
    } else {
      probe_new_host(p, host);
    }
    if (!report_weights_.empty()) forget_reports(p, host);
    membership_changed(p);
  }
}

void Engine::on_sample() {
  for (std::uint32_t w = 0; w < plan_->workloads.size(); ++w) {
    const WorkloadState& state = world_.workloads[WorkloadId{w}];
    recorder_.sample(now(), WorkloadId{w}, state.in_flight, state.queued, state.busy,
                     state.replicas);
  }
  push(now() + plan_->record.bucket, EventKind::SampleTick, 0);
}

}  // namespace mesh
