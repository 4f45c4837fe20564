// What happens to caches, queues and loads at a time, and what limiters let in.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

void Engine::on_store_fault(FaultId id, bool start) {
  const FaultPlan& fault = plan_->faults[id];
  if (!start && fault.kind != FaultKind::Shed) return;  // was over at once
  recorder_.note({.at = now(),
                  .what = start ? EventNote::FaultStart : EventNote::FaultEnd,
                  .detail = id.value});
  if (fault.kind == FaultKind::CacheWipe) return wipe_cache(fault);
  if (fault.kind == FaultKind::PurgeQueue) return purge_queues(fault);
  if (start) {
    world_.stores.sheds.push_back(id);
  } else {
    std::erase(world_.stores.sheds, id);
  }
}

void Engine::wipe_cache(const FaultPlan& fault) {
  for (std::size_t i = 0; i < world_.stores.caches.size(); ++i) {
    CacheCell& cell = world_.stores.caches[i];
    if (cell.cache != fault.cache) continue;
    const std::uint32_t before = cell.keys.size();
    if (fault.share >= 1.0) {
      cell.keys.clear();
    } else {
      cell.keys.drop_lowest(static_cast<std::uint32_t>(fault.share * before + 0.5));
    }
    recorder_.tally(now(), plan_->caches[fault.cache].store, StoreEvent::Wipe,
                    before - cell.keys.size());
  }
}

/// What a process keeps in its memory dies with it.
void Engine::lose_caches(EndpointId pod) {
  for (std::uint32_t c = 0; c < plan_->caches.size(); ++c) {
    CacheCell* cell = world_.stores.caches.find(bucket_key(pod.value, c));
    if (cell != nullptr) cell->keys.clear();
  }
}

void Engine::purge_queues(const FaultPlan& fault) {
  const EndpointId first = plan_->workloads[fault.workload].first_endpoint;
  for (std::uint32_t i = 0; i < fault.replicas; ++i) {
    const EndpointId pod{first.value + i};
    while (world_.endpoints[pod].queue.front != nil) {
      turn_away(world_.endpoints[pod].queue.front);
    }
  }
}

/// Is the arrival kept out? Each shedding decides for itself.
bool Engine::is_shed(LoadId load, std::uint64_t number) {
  for (const FaultId id : world_.stores.sheds) {
    const FaultPlan& fault = plan_->faults[id];
    if (fault.load != load) continue;
    Draw draw = draws_.at(Purpose::Shedding, load_key(load, number) >> 8, id.value);
    if (draw.uniform01() >= fault.share) continue;
    recorder_.tally(now(), fault.store, StoreEvent::Shed);
    return true;
  }
  return false;
}

// ---- Limiters -----------------------------------------------------------------------------------

/// Is there room for the request, which counts among those in flight already?
bool Engine::passes_limiter(std::uint32_t id) {
  if (id >= world_.stores.entered_with.size()) world_.stores.entered_with.resize(id + 1);
  world_.stores.entered_with[id] = 0;
  const Visit& visit = world_.visits[id];
  const WorkloadPlan& workload = plan_->workloads[workload_of(visit.endpoint)];
  if (workload.limiter.kind == LimiterKind::None || visit.probe != nil) return true;
  LimiterState& limiter = world_.stores.limiters[visit.endpoint];
  if (limiter.limit == 0) begin(workload.limiter, limiter);
  const std::uint32_t in_flight = world_.endpoints[visit.endpoint].in_flight;
  if (!admits(limiter, in_flight - 1)) {
    recorder_.tally(now(), workload.limiter_store, StoreEvent::Refuse);
    return false;
  }
  world_.stores.entered_with[id] = in_flight;
  return true;
}

/// The request leaves: its time tells the limiter how crowded it is. Who was cancelled tells
/// nothing.
void Engine::teach_limiter(std::uint32_t id, std::uint16_t code, bool overflowed) {
  const std::uint32_t in_flight =
      id < world_.stores.entered_with.size() ? world_.stores.entered_with[id] : 0;
  if (in_flight == 0) return;
  world_.stores.entered_with[id] = 0;
  if (code == 0) return;
  const Visit& visit = world_.visits[id];
  const WorkloadPlan& workload = plan_->workloads[workload_of(visit.endpoint)];
  const LimiterSample sample{elapsed(visit.arrived, now()), in_flight, overflowed};
  const double jitter = draws_.at(Purpose::LimiterProbe, visit.key, 0).uniform01();
  update(workload.limiter, world_.stores.limiters[visit.endpoint], sample, jitter);
}

void Engine::sample_limiters() {
  for (const WorkloadPlan& workload : plan_->workloads) {
    if (workload.limiter.kind == LimiterKind::None) continue;
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < workload.reserved; ++i) {
      const EndpointId pod{workload.first_endpoint.value + i};
      if (!world_.endpoints[pod].exists) continue;
      const double limit = world_.stores.limiters[pod].limit;
      sum += limit == 0 ? workload.limiter.initial : static_cast<std::uint64_t>(limit);
    }
    recorder_.gauge(now(), workload.limiter_store, StoreEvent::Limit, sum);
  }
}

}  // namespace mesh
