// Pods whose work shares cores: who gets on, who is ready.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

/// The task that is ready first is at the front; equal ones by the order in which they came.
bool later(const Task& a, const Task& b) {
  if (a.finish != b.finish) return static_cast<std::int64_t>(a.finish - b.finish) > 0;
  return static_cast<std::int32_t>(a.number - b.number) > 0;
}

}  // namespace

void Engine::share_processors() {
  const bool plain = std::all_of(plan_->workloads.begin(), plan_->workloads.end(),
                                 [](const WorkloadPlan& w) { return w.processor.cores == 0; });
  if (plain && world_.processors.empty()) return;
  world_.processors.resize(plan_->endpoints.size());
  for (std::uint32_t e = 0; e < plan_->endpoints.size(); ++e) {
    Processor& processor = world_.processors[EndpointId{e}];
    if (plan_->workloads[workload_of(EndpointId{e})].processor.cores > 0) {
      await_completion(EndpointId{e});
    } else if (processor.state.tasks > 0) {
      release_tasks(processor);
    }
  }
}

/// A plan that goes on without shared cores: who was at work is ready.
void Engine::release_tasks(Processor& processor) {
  for (const Task& task : processor.tasks) {
    if (!world_.frames.alive(task.frame, task.generation)) continue;
    world_.frames[task.frame].on_processor = false;
    push(now(), EventKind::StepDone, task.frame, task.generation);
  }
  processor = {.generation = (processor.generation + 1) & event_generation_mask};
}

/// The frame works for `time`: of the pod's cores where it shares them, else all of it at once.
void Engine::work(std::uint32_t id, Duration time) {
  const EndpointId endpoint = world_.visits[world_.frames[id].visit].endpoint;
  const ProcessorConfig& config = plan_->workloads[workload_of(endpoint)].processor;
  const bool hangs = std::any_of(world_.active_faults.begin(), world_.active_faults.end(),
                                 [&](const FaultId fault) {
                                   return plan_->faults[fault].kind == FaultKind::Hang &&
                                          hit_by(plan_->faults[fault], endpoint);
                                 });
  // A hanging application waits; it does not keep the cores busy.
  if (config.cores == 0 || hangs || time.ns == 0) {
    if (!hangs && !world_.meters.empty()) begin_work(id);
    if (!world_.lives.empty()) watch_pauses(id);
    return push(now() + time, EventKind::StepDone, id, world_.frames.generation(id));
  }
  advance_processor(endpoint);
  Processor& processor = world_.processors[endpoint];
  ++processor.state.tasks;
  processor.tasks.push_back({processor.state.service + work_of(time), id,
                             world_.frames.generation(id), processor.next_number++});
  std::push_heap(processor.tasks.begin(), processor.tasks.end(), later);
  world_.frames[id].on_processor = true;
  await_completion(endpoint);
}

void Engine::advance_processor(EndpointId endpoint) {
  ProcessorState& state = world_.processors[endpoint].state;
  if (now() < state.at) return;  // it stands still
  const std::uint64_t before = state.service;
  advance(plan_->workloads[workload_of(endpoint)].processor, state, now());
  if (world_.meters.empty()) return;
  Meter& meter = world_.meters[endpoint];
  meter.cpu_part += (state.service - before) * state.tasks;
  meter.cpu_ns += meter.cpu_part >> work_bits;
  meter.cpu_part &= (std::uint64_t{1} << work_bits) - 1;
}

/// The frame is given up while it works: the others get its share.
void Engine::leave_processor(EndpointId endpoint) {
  advance_processor(endpoint);
  Processor& processor = world_.processors[endpoint];
  --processor.state.tasks;
  await_completion(endpoint);
}

/// Looks again when the first task will be ready, unless that is awaited already.
void Engine::await_completion(EndpointId endpoint) {
  Processor& processor = world_.processors[endpoint];
  std::vector<Task>& tasks = processor.tasks;
  while (!tasks.empty() && !world_.frames.alive(tasks.front().frame, tasks.front().generation)) {
    std::pop_heap(tasks.begin(), tasks.end(), later);
    tasks.pop_back();  // given up
  }
  Instant due = never;
  if (!tasks.empty()) {
    const ProcessorConfig& config = plan_->workloads[workload_of(endpoint)].processor;
    due = completion(config, processor.state, tasks.front().finish);
  }
  if (due == processor.due) return;
  processor.due = due;
  processor.generation = (processor.generation + 1) & event_generation_mask;
  if (due != never) push(due, EventKind::ProcessorDue, endpoint.value, processor.generation);
}

void Engine::on_processor_due(EndpointId endpoint, std::uint32_t generation) {
  if (world_.processors[endpoint].generation != generation) return;  // it came otherwise
  world_.processors[endpoint].due = never;
  advance_processor(endpoint);
  for (;;) {
    Processor& processor = world_.processors[endpoint];
    if (processor.tasks.empty() || !processor.state.has_done(processor.tasks.front().finish)) break;
    std::pop_heap(processor.tasks.begin(), processor.tasks.end(), later);
    const Task task = processor.tasks.back();
    processor.tasks.pop_back();
    if (!world_.frames.alive(task.frame, task.generation)) continue;
    world_.frames[task.frame].on_processor = false;
    --processor.state.tasks;
    run_frame(task.frame);
  }
  await_completion(endpoint);
}

}  // namespace mesh
