// Steps of an application: work, sleep, calls through its sidecar, branches.
#include "libmesh/engine/engine.h"

namespace mesh {

void Engine::run_frame(std::uint32_t id) {
  while (world_.frames[id].next_step < world_.frames[id].end_step) {
    const StepPlan& step = plan_->steps[world_.frames[id].next_step++];
    if (!run_step(id, step)) return;
  }
  frame_done(id);
}

/// True when the step took no time and the next one may follow.
bool Engine::run_step(std::uint32_t id, const StepPlan& step) {
  switch (step.kind) {
    case StepKind::Work:
    case StepKind::Sleep: {
      Visit& visit = world_.visits[world_.frames[id].visit];
      const Duration time = service_time(visit, step.time, Purpose::StepTime);
      if (time.ns == 0) return true;
      push(now() + time, EventKind::StepDone, id, world_.frames.generation(id));
      return false;
    }
    case StepKind::Call:
      start_call(id, step.call);
      return false;
    case StepKind::Parallel:
      if (step.branches == 0) return true;
      start_branches(id, step);
      return false;
  }
  return true;
}

/// The application calls through the sidecar of its own pod.
void Engine::start_call(std::uint32_t id, CallId call_id) {
  const CallPlan& call = plan_->calls[call_id];
  Visit& visit = world_.visits[world_.frames[id].visit];
  world_.frames[id].call = call_id;
  const std::uint64_t key = scramble(visit.key + (static_cast<std::uint64_t>(++visit.calls) << 32));
  const std::uint32_t workers = plan_->workloads[workload_of(visit.endpoint)].concurrency;
  const std::uint32_t slot = open_request({.kind = Origin::Call,
                                           .origin = world_.frames.handle(id),
                                           .key = key,
                                           .root = root_of(visit),
                                           .parent = visit.request,
                                           .proxy = visit.endpoint,
                                           .worker = static_cast<std::uint16_t>(key % workers),
                                           .request = call.request});
  world_.frames[id].child_request = world_.requests.handle(slot);
  world_.requests[slot].downstream_timer = arm(call_lanes_[call_id], TimerKind::DownstreamTimeout,
                                               slot, world_.requests.generation(slot));
  enter_filters(slot);
}

void Engine::call_answered(std::uint32_t id, std::uint16_t code) {
  Frame& frame = world_.frames[id];
  frame.child_request = Handle::none();
  const CallPlan& call = plan_->calls[frame.call];
  const bool failed = code == 0 || code >= 400;
  if (failed && !call.ignore_error) {
    frame.failed = call.status_on_error != 0 ? call.status_on_error : code != 0 ? code : 500;
    return frame_done(id);
  }
  run_frame(id);
}

void Engine::start_branches(std::uint32_t id, const StepPlan& step) {
  std::vector<std::uint32_t>& made = world_.branch_buffer;
  const std::size_t base = made.size();
  world_.frames[id].waiting = step.branches;
  std::uint32_t previous = nil;
  for (std::uint32_t b = 0; b < step.branches; ++b) {
    const ScriptPlan& script = plan_->scripts[plan_->branches[step.first_branch + b]];
    Frame branch;
    branch.visit = world_.frames[id].visit;
    branch.next_step = script.first;
    branch.end_step = script.first + script.count;
    branch.parent = id;
    const std::uint32_t slot = world_.frames.insert(branch).slot;
    if (previous == nil) {
      world_.frames[id].first_child = slot;
    } else {
      world_.frames[previous].next_sibling = slot;
    }
    previous = slot;
    made.push_back(slot);
  }
  // Branches may end on the spot, and with the last of them the whole visit: run from a copy.
  for (std::uint32_t b = 0; b < step.branches; ++b) run_frame(made[base + b]);
  made.resize(base);
}

/// A sequence ended, or failed: its parent goes on when all branches have.
void Engine::frame_done(std::uint32_t id) {
  const Frame& frame = world_.frames[id];
  if (frame.parent == nil) {
    const std::uint32_t visit = frame.visit;
    const std::uint16_t failed = frame.failed;
    world_.frames.erase(id);
    world_.visits[visit].frame = nil;
    return work_done(visit, failed);
  }
  if (--world_.frames[frame.parent].waiting > 0) return;
  const std::uint32_t parent_id = frame.parent;
  Frame& parent = world_.frames[parent_id];
  std::uint16_t failed = 0;
  for (std::uint32_t child = parent.first_child; child != nil;) {
    if (failed == 0) failed = world_.frames[child].failed;
    const std::uint32_t next = world_.frames[child].next_sibling;
    world_.frames.erase(child);
    child = next;
  }
  parent.first_child = nil;
  if (failed == 0) return run_frame(parent_id);
  parent.failed = failed;
  frame_done(parent_id);
}

/// Ends frames and the calls that they wait for, which their own sidecar sees as hang-ups.
void Engine::drop_frames(std::uint32_t id) {
  const Frame frame = world_.frames[id];
  world_.frames.erase(id);
  if (world_.requests.alive(frame.child_request)) on_downstream_gone(frame.child_request.slot);
  for (std::uint32_t child = frame.first_child; child != nil;) {
    const std::uint32_t next = world_.frames[child].next_sibling;
    drop_frames(child);
    child = next;
  }
}

}  // namespace mesh
