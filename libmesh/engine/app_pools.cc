// Steps that hold a connection of an application's own pool, and who waits for one.
#include "libmesh/engine/engine.h"

namespace mesh {

std::uint32_t Engine::app_pool_of(std::uint32_t pool, EndpointId pod) {
  const std::uint64_t key = store_key(plan_->pools[pool].shared, pod, pool);
  return static_cast<std::uint32_t>(
      world_.stores.pools.find_or_add(key, [pool] { return AppPool{.pool = pool}; }));
}

void Engine::take_connection(std::uint32_t id, const StepPlan& step) {
  const PoolUsePlan& use = plan_->pool_uses[step.time];
  const PoolPlan& plan = plan_->pools[use.pool];
  const std::uint32_t cell = app_pool_of(use.pool, world_.visits[world_.frames[id].visit].endpoint);
  AppPool& pool = world_.stores.pools[cell];
  if (pool.in_use < plan.size) {
    ++pool.in_use;
    recorder_.tally(now(), plan.store, StoreEvent::Acquire);
    add_hold(id, cell, HoldState::HasConnection);
    return start_part(id, plan_->branches[step.first_branch]);
  }
  if (pool.queued >= plan.queue) {
    recorder_.tally(now(), plan.store, StoreEvent::Refuse);
    return fail_step(id, plan.status);
  }
  ++pool.queued;
  recorder_.tally(now(), plan.store, StoreEvent::Wait);
  const std::uint32_t hold = add_hold(id, cell, HoldState::WaitsForConnection);
  link_waiting(pool.waiting, hold);
  world_.stores.holds[hold].timer = arm(pool_lanes_[step.time], TimerKind::ConnectionWait, hold,
                                        world_.stores.holds.generation(hold));
}

/// A connection is free: the one who has waited longest gets it.
void Engine::give_back(std::uint32_t cell) {
  AppPool& pool = world_.stores.pools[cell];
  const std::uint32_t next = pool.waiting.front;
  if (next == nil) {
    --pool.in_use;
    return;
  }
  Hold& hold = world_.stores.holds[next];
  unlink_waiting(pool.waiting, hold);
  --pool.queued;
  disarm(hold.timer);
  hold.state = HoldState::HasConnection;
  recorder_.tally(now(), plan_->pools[pool.pool].store, StoreEvent::Acquire);
  wake(next);
}

void Engine::on_connection_wait(std::uint32_t slot) {
  const Hold hold = world_.stores.holds[slot];
  world_.stores.holds.erase(slot);
  AppPool& pool = world_.stores.pools[hold.cell];
  unlink_waiting(pool.waiting, hold);
  --pool.queued;
  const PoolPlan& plan = plan_->pools[pool.pool];
  recorder_.tally(now(), plan.store, StoreEvent::TimeOut);
  fail_step(hold.frame.slot, plan.status);
}

}  // namespace mesh
