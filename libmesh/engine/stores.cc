// Steps that look keys up: hits, misses, fetches that several wait for, late fills.
#include "libmesh/engine/engine.h"

namespace mesh {

/// States for the limiters and topics of the plan.
void Engine::prepare_stores() {
  for (const WorkloadPlan& workload : plan_->workloads) {
    if (workload.limiter.kind == LimiterKind::None) continue;
    world_.stores.limiters.resize(plan_->endpoints.size());
    break;
  }
  world_.stores.topics.resize(plan_->topics.size());
}

void Engine::prefill_caches() {
  for (std::uint32_t c = 0; c < plan_->caches.size(); ++c) {
    const CachePlan& plan = plan_->caches[c];
    if (plan.prefilled == 0) continue;
    if (plan.shared) {
      prefill_cache(c, EndpointId::none());
      continue;
    }
    for (const WorkloadId id : plan.users) {
      const WorkloadPlan& workload = plan_->workloads[id];
      for (std::uint32_t i = 0; i < workload.replicas; ++i) {
        prefill_cache(c, EndpointId{workload.first_endpoint.value + i});
      }
    }
  }
}

/// The hottest key comes last, as if it had just been asked for.
void Engine::prefill_cache(std::uint32_t cache, EndpointId pod) {
  const CachePlan& plan = plan_->caches[cache];
  const std::uint64_t own = store_key(plan.shared, pod, cache);
  Cache& keys = world_.stores.caches[cache_of(cache, pod)].keys;
  for (std::uint64_t key = plan.prefilled; key > 0; --key) {
    Instant expires = never;
    if (plan.expires) {
      const Draw draw = draws_.at(Purpose::CacheTtl, scramble(own) >> 8, key);
      expires = now() + plan_->distributions[plan.ttl].sample(draw, key);
    }
    keys.fill(plan.config, key, expires);
  }
}

std::uint32_t Engine::cache_of(std::uint32_t cache, EndpointId pod) {
  const std::uint64_t key = store_key(plan_->caches[cache].shared, pod, cache);
  return static_cast<std::uint32_t>(
      world_.stores.caches.find_or_add(key, [cache] { return CacheCell{.cache = cache}; }));
}

std::uint64_t Engine::cache_key(std::uint32_t id, const CacheUsePlan& use) {
  Visit& visit = world_.visits[world_.frames[id].visit];
  switch (use.key) {
    case KeyKind::One:
      return 1;
    case KeyKind::Same:
      for (std::uint32_t p = world_.frames[id].parent; p != nil; p = world_.frames[p].parent) {
        const Frame& outer = world_.frames[p];
        if (plan_->steps[outer.next_step - 1].kind == StepKind::Cache) {
          return static_cast<std::uint64_t>(outer.pause.ns);
        }
      }
      return 1;
    case KeyKind::List:
      return plan_->cache_keys[use.first_key + (visit.number - 1) % use.list_keys];
    case KeyKind::Zipf:
    case KeyKind::Uniform:
      break;
  }
  Draw draw = draws_.at(Purpose::CacheKey, visit.key, visit.steps++);
  return use.key == KeyKind::Uniform ? 1 + draw.modulo(use.keys) : use.zipf.sample(draw);
}

/// A hold of the frame's present step.
std::uint32_t Engine::add_hold(std::uint32_t id, std::uint32_t cell, HoldState state) {
  const std::uint32_t slot = world_.stores.holds.add().slot;
  Hold& hold = world_.stores.holds[slot];
  hold.frame = world_.frames.handle(id);
  hold.cell = cell;
  hold.state = state;
  world_.frames[id].retries = slot + 1;
  return slot;
}

void Engine::link_waiting(List& list, std::uint32_t slot) {
  Hold& hold = world_.stores.holds[slot];
  hold.prev = list.back;
  hold.next = nil;
  (list.back == nil ? list.front : world_.stores.holds[list.back].next) = slot;
  list.back = slot;
}

void Engine::unlink_waiting(List& list, const Hold& hold) {
  (hold.prev == nil ? list.front : world_.stores.holds[hold.prev].next) = hold.next;
  (hold.next == nil ? list.back : world_.stores.holds[hold.next].prev) = hold.prev;
}

void Engine::wake(std::uint32_t hold) {
  world_.stores.holds[hold].woken = true;
  push(now(), EventKind::HoldReady, hold, world_.stores.holds.generation(hold));
}

void Engine::start_part(std::uint32_t id, ScriptId script) {
  world_.frames[id].waiting = 1;
  start_branch(id, script);
}

/// True when a hit has nothing to do.
bool Engine::start_hit(std::uint32_t id, const StepPlan& step) {
  world_.frames[id].retries = 0;
  const ScriptId script = plan_->branches[step.first_branch];
  if (plan_->scripts[script].count == 0) return true;
  start_part(id, script);
  return false;
}

/// True when the step took no time.
bool Engine::look_up(std::uint32_t id, const StepPlan& step) {
  const CacheUsePlan& use = plan_->cache_uses[step.time];
  const CachePlan& plan = plan_->caches[use.cache];
  const std::uint64_t key = cache_key(id, use);
  const std::uint32_t cell = cache_of(use.cache, world_.visits[world_.frames[id].visit].endpoint);
  world_.frames[id].pause.ns = static_cast<std::int64_t>(key);
  const CacheLookup found = world_.stores.caches[cell].keys.look_up(plan.config, key, now());
  if (found == CacheLookup::Hit) {
    recorder_.tally(now(), plan.store, StoreEvent::Hit);
    return start_hit(id, step);
  }
  recorder_.tally(now(), plan.store, StoreEvent::Miss);
  if (found == CacheLookup::Expired) recorder_.tally(now(), plan.store, StoreEvent::Expired);
  const std::uint32_t other =
      use.coalesce ? world_.stores.caches[cell].fetches.find(key) : KeyTable::absent;
  if (other != KeyTable::absent) {
    recorder_.tally(now(), plan.store, StoreEvent::Coalesced);
    const std::uint32_t hold = add_hold(id, cell, HoldState::WaitsForKey);
    world_.stores.holds[hold].key = key;
    link_waiting(world_.stores.holds[other].waiting, hold);
    return false;
  }
  const std::uint32_t hold = add_hold(id, cell, HoldState::Fetches);
  world_.stores.holds[hold].key = key;
  if (use.coalesce) world_.stores.caches[cell].fetches.put(key, hold);
  start_part(id, plan_->branches[step.first_branch + 1]);
  return false;
}

/// Does somebody still wait for the answer of the visit?
bool Engine::is_awaited(const Visit& visit) const {
  const Attempt* attempt = world_.attempts.find(visit.attempt);
  return visit.probe != nil || (attempt != nullptr && attempt->state == AttemptState::Active);
}

/// The frame has fetched a key, or failed to.
void Engine::end_fetch(std::uint32_t id, std::uint32_t slot, std::uint16_t failed) {
  const Hold hold = world_.stores.holds[slot];
  world_.stores.holds.erase(slot);
  const CacheUsePlan& use = plan_->cache_uses[plan_->steps[world_.frames[id].next_step - 1].time];
  if (failed == 0) fill_cache(use, world_.visits[world_.frames[id].visit], hold);
  if (!use.coalesce) return;
  world_.stores.caches[hold.cell].fetches.erase(hold.key);
  for (std::uint32_t w = hold.waiting.front; w != nil; w = world_.stores.holds[w].next) {
    world_.stores.holds[w].failed = failed;
    wake(w);
  }
}

void Engine::fill_cache(const CacheUsePlan& use, Visit& visit, const Hold& hold) {
  const CachePlan& plan = plan_->caches[use.cache];
  if (use.fill == CacheFill::Never) return;
  if (use.fill == CacheFill::InTime && !is_awaited(visit)) {
    return recorder_.tally(now(), plan.store, StoreEvent::Late);
  }
  Instant expires = never;
  if (plan.expires) {
    const Draw draw = draws_.at(Purpose::CacheTtl, visit.key, visit.steps++);
    expires = now() + plan_->distributions[plan.ttl].sample(draw, visit.number - 1);
  }
  recorder_.tally(now(), plan.store, StoreEvent::Fill);
  if (world_.stores.caches[hold.cell].keys.fill(plan.config, hold.key, expires)) {
    recorder_.tally(now(), plan.store, StoreEvent::Evict);
  }
}

/// The script of a step that uses a store has ended.
void Engine::part_done(std::uint32_t id, std::uint16_t failed) {
  const std::uint32_t hold = world_.frames[id].retries;
  if (hold == 0) return;  // a hit
  world_.frames[id].retries = 0;
  if (world_.stores.holds[hold - 1].state == HoldState::Fetches)
    return end_fetch(id, hold - 1, failed);
  const std::uint32_t cell = world_.stores.holds[hold - 1].cell;
  world_.stores.holds.erase(hold - 1);
  give_back(cell);
}

/// What the frame has waited for is there.
void Engine::on_hold_ready(std::uint32_t slot, std::uint32_t generation) {
  if (!world_.stores.holds.alive(slot, generation)) return;
  Hold& hold = world_.stores.holds[slot];
  hold.woken = false;
  const std::uint32_t id = hold.frame.slot;
  const StepPlan& step = plan_->steps[world_.frames[id].next_step - 1];
  switch (hold.state) {
    case HoldState::HasConnection:
      return start_part(id, plan_->branches[step.first_branch]);
    case HoldState::Fetches:  // whoever fetched before has gone
      return start_part(id, plan_->branches[step.first_branch + 1]);
    case HoldState::WaitsForConnection:
      return;
    case HoldState::WaitsForKey:
      break;
  }
  const std::uint16_t failed = hold.failed;
  world_.stores.holds.erase(slot);
  if (failed != 0) return fail_step(id, failed);
  if (start_hit(id, step)) run_frame(id);
}

void Engine::fail_step(std::uint32_t id, std::uint16_t status) {
  world_.frames[id].retries = 0;
  world_.frames[id].failed = status;
  frame_done(id);
}

/// A frame has been given up: what it holds, or waits for, goes to others.
void Engine::drop_hold(const Frame& frame) {
  const bool in_step = frame.next_step > 0 && uses_store(plan_->steps[frame.next_step - 1].kind);
  if (!in_step || frame.retries == 0) return;
  const std::uint32_t slot = frame.retries - 1;
  disarm(world_.stores.holds[slot].timer);
  const Hold hold = world_.stores.holds[slot];
  world_.stores.holds.erase(slot);
  switch (hold.state) {
    case HoldState::HasConnection:
      return give_back(hold.cell);
    case HoldState::WaitsForConnection:
      --world_.stores.pools[hold.cell].queued;
      return unlink_waiting(world_.stores.pools[hold.cell].waiting, hold);
    case HoldState::WaitsForKey: {
      if (hold.woken) return;
      const std::uint32_t fetcher = world_.stores.caches[hold.cell].fetches.find(hold.key);
      return unlink_waiting(world_.stores.holds[fetcher].waiting, hold);
    }
    case HoldState::Fetches:
      if (world_.stores.caches[hold.cell].fetches.find(hold.key) == slot) pass_fetch(hold);
      return;
  }
}

/// The first of those who wait for the key fetches it now.
void Engine::pass_fetch(const Hold& gone) {
  KeyTable& fetches = world_.stores.caches[gone.cell].fetches;
  fetches.erase(gone.key);
  const std::uint32_t first = gone.waiting.front;
  if (first == nil) return;
  Hold& heir = world_.stores.holds[first];
  heir.state = HoldState::Fetches;
  if (heir.next != nil) {
    heir.waiting = {heir.next, gone.waiting.back};
    world_.stores.holds[heir.next].prev = nil;
  }
  heir.next = nil;
  fetches.put(gone.key, first);
  wake(first);
}

}  // namespace mesh
