// The lanes of all time-outs that a plan knows before the run.
#include "libmesh/engine/lanes.h"

#include "libmesh/engine/engine.h"

namespace mesh {

/// None for no time-out.
LaneId Engine::lane_of(Duration time) {
  return time.ns > 0 ? world_.loop.timers.lane(time) : LaneId::none();
}

void Engine::find_lanes() {
  route_lanes_.resize(plan_->routes.size());
  for (std::uint32_t i = 0; i < plan_->routes.size(); ++i) {
    const RoutePlan& route = plan_->routes[RouteId{i}];
    RouteLanes& lanes = route_lanes_[RouteId{i}];
    lanes.route_timeout = lane_of(route.timeout);
    lanes.stream_duration = lane_of(route.max_stream_duration);
    // A per-try timeout that is not shorter than the whole is dropped (`envoy.md` §1.2).
    Duration per_try = route.retry ? route.retry->per_try_timeout : Duration{};
    const bool pointless = route.timeout.ns > 0 && per_try >= route.timeout;
    if (pointless) per_try = {};
    const Duration idle = route.retry ? route.retry->per_try_idle_timeout : Duration{};
    // Answers come at once, so of the two timers of a try only the shorter one can fire.
    lanes.per_try_is_idle = idle.ns > 0 && (per_try.ns == 0 || idle < per_try);
    lanes.per_try = lane_of(lanes.per_try_is_idle ? idle : per_try);
  }
  probes_hosts_ = false;
  cluster_lanes_.resize(plan_->cluster_configs.size());
  for (std::uint32_t i = 0; i < plan_->cluster_configs.size(); ++i) {
    const ClusterConfig& config = plan_->cluster_configs[ClusterConfigId{i}];
    cluster_lanes_[ClusterConfigId{i}] = {lane_of(config.connect_timeout),
                                          lane_of(config.idle_timeout),
                                          lane_of(config.max_connection_duration),
                                          lane_of(config.max_stream_duration),
                                          {}};
    if (!config.health_check.checks()) continue;
    cluster_lanes_[ClusterConfigId{i}].probe = lane_of(config.health_check.timing.timeout);
    probes_hosts_ = true;
  }
  at_once_ = world_.loop.timers.lane({});
  call_lanes_.resize(plan_->calls.size());
  for (std::uint32_t i = 0; i < plan_->calls.size(); ++i) {
    call_lanes_[CallId{i}] = lane_of(plan_->calls[CallId{i}].timeout);
  }
  pool_lanes_.clear();
  for (const PoolUsePlan& use : plan_->pool_uses) pool_lanes_.push_back(lane_of(use.wait));
  find_workload_lanes();
  grpc_lanes_.resize(plan_->templates.size());
  for (std::uint32_t i = 0; i < plan_->templates.size(); ++i) {
    const auto& asked = plan_->templates[TemplateId{i}].grpc_timeout;
    if (asked) grpc_lanes_[TemplateId{i}] = lane_of(*asked);
  }
  load_lanes_.resize(plan_->loads.size());
  for (std::uint32_t i = 0; i < plan_->loads.size(); ++i) {
    load_lanes_[LoadId{i}] = lane_of(plan_->loads[LoadId{i}].timeout);
  }
  find_guards();
}

void Engine::find_workload_lanes() {
  server_age_lanes_.resize(plan_->workloads.size());
  queue_lanes_.resize(plan_->workloads.size());
  for (std::uint32_t i = 0; i < plan_->workloads.size(); ++i) {
    const WorkloadPlan& workload = plan_->workloads[WorkloadId{i}];
    server_age_lanes_[WorkloadId{i}] = lane_of(workload.max_connection_age);
    const QueueDiscipline& queue = workload.discipline;
    const auto* fixed = std::get_if<Constant>(&plan_->distributions[workload.patience].law());
    QueueLanes& lanes = queue_lanes_[WorkloadId{i}];
    lanes = {};
    if (!workload.is_patient && fixed != nullptr) lanes.patience = lane_of(fixed->value);
    if (queue.codel.ns == 0) continue;
    lanes.congested = lane_of(queue.codel);
    lanes.relaxed = lane_of(queue.congested_after);
  }
}

}  // namespace mesh
