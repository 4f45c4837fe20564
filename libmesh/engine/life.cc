// The life of a process: its start, its pace, its pauses, its death and what comes after.
#include "libmesh/engine/engine.h"

namespace mesh {

const LifePlan* Engine::life_plan(EndpointId endpoint) const {
  const std::uint32_t life = plan_->workloads[workload_of(endpoint)].life;
  return life == no_life ? nullptr : &plan_->lives[life];
}

/// State for the words about processes, where the plan has any.
void Engine::begin_lives() {
  bool restarts = false;
  for (const FaultPlan& fault : plan_->faults) restarts = restarts || fault.restart;
  if ((plan_->lives.empty() && !restarts) || !world_.lives.empty()) return;
  world_.lives.resize(plan_->endpoints.size());
  for (std::uint32_t e = 0; e < plan_->endpoints.size(); ++e) {
    world_.lives[EndpointId{e}].started = long_ago;
    if (world_.endpoints[EndpointId{e}].exists) await_pause(EndpointId{e});
  }
}

// ---- Pace ---------------------------------------------------------------------------------------

std::uint64_t Engine::memory_of(const LifePlan& plan, EndpointId endpoint) const {
  return plan.memory_base + plan.memory_per_request * world_.endpoints[endpoint].in_flight;
}

/// A time as it is for a process of this age in this state.
Duration Engine::paced(EndpointId endpoint, Duration time) const {
  const LifePlan* plan = life_plan(endpoint);
  if (plan == nullptr) return time;
  const EndpointState& pod = world_.endpoints[endpoint];
  double factor = warm_up_factor(plan->warm_up, elapsed(world_.lives[endpoint].started, now()));
  if (!plan->slowdown.points.empty()) {
    double x = pod.in_flight;
    if (plan->slowdown.by == SlowBy::Queue) x = pod.queued;
    if (plan->slowdown.by == SlowBy::Memory) {
      x = static_cast<double>(memory_of(*plan, endpoint));
    }
    factor *= slowdown_factor(plan->slowdown, x);
  }
  if (factor == 1.0) return time;
  return {static_cast<std::int64_t>(static_cast<double>(time.ns) * factor + 0.5)};
}

// ---- Pauses -------------------------------------------------------------------------------------

void Engine::await_pause(EndpointId endpoint) {
  const LifePlan* plan = life_plan(endpoint);
  if (plan == nullptr || !plan->pauses) return;
  const PodLife& life = world_.lives[endpoint];
  const Duration every = plan_->distributions[plan->pause_every].sample(
      draws_.at(Purpose::PauseEvery, endpoint.value, life.pauses), life.pauses);
  push(std::max(now(), life.paused_until) + every, EventKind::PauseDue, endpoint.value,
       life.generation);
}

/// Everything that works or sleeps in the pod is ready later by the length of the pause.
void Engine::on_pause(EndpointId endpoint) {
  PodLife& life = world_.lives[endpoint];
  const LifePlan* plan = life_plan(endpoint);
  if (plan == nullptr || !plan->pauses) return;
  const Duration length = plan_->distributions[plan->pause_for].sample(
      draws_.at(Purpose::PauseLength, endpoint.value, life.pauses), life.pauses);
  ++life.pauses;
  life.paused_until = now() + length;
  life.stood = life.stood + length;
  const ProcessorConfig& config = plan_->workloads[workload_of(endpoint)].processor;
  if (config.cores > 0) {
    advance_processor(endpoint);
    ProcessorState& cores = world_.processors[endpoint].state;
    const std::uint32_t tasks = cores.tasks;
    cores.tasks = 0;  // time passes, and nobody gets any of it
    advance(config, cores, life.paused_until);
    cores.tasks = tasks;
    await_completion(endpoint);
  }
  await_pause(endpoint);
}

/// The frame's step begins: from now on it notices when its pod has stood still.
void Engine::watch_pauses(std::uint32_t id) {
  Frame& frame = world_.frames[id];
  const EndpointId endpoint = world_.visits[frame.visit].endpoint;
  const LifePlan* plan = life_plan(endpoint);
  if (plan == nullptr || !plan->pauses) return;
  const PodLife& life = world_.lives[endpoint];
  frame.pause = life.stood;
  if (life.paused_until > now()) frame.pause = frame.pause - elapsed(now(), life.paused_until);
  frame.timed = true;
}

/// The step would be over, but for the pauses since it began; false when there was none.
bool Engine::stands_still(std::uint32_t id) {
  Frame& frame = world_.frames[id];
  const PodLife& life = world_.lives[world_.visits[frame.visit].endpoint];
  const Duration owed = life.stood - frame.pause;
  frame.pause = life.stood;
  frame.timed = owed.ns > 0;
  if (frame.timed) push(now() + owed, EventKind::StepDone, id, world_.frames.generation(id));
  return frame.timed;
}

// ---- Start, death, restart ----------------------------------------------------------------------

Duration Engine::start_time(EndpointId endpoint) {
  const LifePlan* plan = life_plan(endpoint);
  if (plan == nullptr || !plan->starts) return {};
  PodLife& life = world_.lives[endpoint];
  ++life.starts;
  return plan_->distributions[plan->start_up].sample(
      draws_.at(Purpose::StartUp, endpoint.value, life.starts), life.starts - 1);
}

/// Every event about an earlier process of the pod is void.
void Engine::renew(EndpointId endpoint) {
  PodLife& life = world_.lives[endpoint];
  life.generation = (life.generation + 1) & event_generation_mask;
  life.doomed = false;
}

void Engine::pod_scaled(EndpointId endpoint, bool exists) {
  PodLife& life = world_.lives[endpoint];
  if (life.down) --world_.endpoints[endpoint].crashes;
  life.down = false;
  life.restarts = 0;
  life.backoff = {};
  renew(endpoint);
  if (!exists) return;
  life.started = now();
  const LifePlan* plan = life_plan(endpoint);
  if (plan == nullptr || !plan->starts) return await_pause(endpoint);
  life.down = true;
  ++world_.endpoints[endpoint].crashes;
  push(now() + start_time(endpoint), EventKind::PodReady, endpoint.value, life.generation);
}

/// The process dies; the kubelet starts it again after its back-off.
void Engine::kill(EndpointId endpoint) {
  const EndpointState& pod = world_.endpoints[endpoint];
  if (!pod.exists || pod.crashes > 0) return;
  PodLife& life = world_.lives[endpoint];
  renew(endpoint);
  life.down = true;
  ++life.restarts;
  crash(endpoint);
  const Duration wait = next_restart(life.backoff, now());
  push(now() + wait + start_time(endpoint), EventKind::PodReady, endpoint.value, life.generation);
}

void Engine::on_pod_ready(EndpointId endpoint) {
  PodLife& life = world_.lives[endpoint];
  life.down = false;
  life.started = life.paused_until = now();
  recorder_.note(
      {.at = now(), .what = EventNote::PodReady, .endpoint = endpoint, .detail = life.restarts});
  revive(endpoint);
  await_pause(endpoint);
}

/// Somebody has come: is it too much? The kernel's OOM killer ends the process in an event of its
/// own, since whoever came is still on its way in.
void Engine::watch_memory(EndpointId endpoint) {
  const LifePlan* plan = life_plan(endpoint);
  if (plan == nullptr || plan->memory_limit == 0) return;
  PodLife& life = world_.lives[endpoint];
  if (life.doomed || memory_of(*plan, endpoint) <= plan->memory_limit) return;
  life.doomed = true;
  push(now(), EventKind::OutOfMemory, endpoint.value, life.generation);
}

void Engine::on_life(EventKind kind, EndpointId endpoint, std::uint32_t generation) {
  if (world_.lives[endpoint].generation != generation) return;  // of an earlier process
  if (kind == EventKind::PauseDue) return on_pause(endpoint);
  if (kind == EventKind::PodReady) return on_pod_ready(endpoint);
  recorder_.note({.at = now(), .what = EventNote::OomKill, .endpoint = endpoint});
  kill(endpoint);
}

}  // namespace mesh
