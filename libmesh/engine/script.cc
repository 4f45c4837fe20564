// Steps of an application: work, sleep, branches, rounds, ways chosen at random.
#include "libmesh/engine/engine.h"

namespace mesh {

void Engine::run_frame(std::uint32_t id) {
  if (carries_ && stops_late(id)) return;
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
      const bool sleeps = step.kind == StepKind::Sleep;
      const Duration time = service_time(visit, step.time, Purpose::StepTime, sleeps);
      if (time.ns == 0) return true;
      if (!sleeps && !world_.processors.empty()) {
        work(id, time);
      } else {
        push(now() + time, EventKind::StepDone, id, world_.frames.generation(id));
      }
      return false;
    }
    case StepKind::Call:
      return !start_call(id, step.call);
    case StepKind::Parallel:
      if (step.branches == 0) return true;
      start_branches(id, step);
      return false;
    case StepKind::Repeat:
      world_.frames[id].waiting = step.times;
      if (!next_round(id, step)) return true;
      start_branch(id, plan_->branches[step.first_branch]);
      return false;
    case StepKind::Choose: {
      const ScriptId chosen = choose(id, step);
      if (plan_->scripts[chosen].count == 0) return true;
      world_.frames[id].waiting = 1;
      start_branch(id, chosen);
      return false;
    }
  }
  return true;
}

/// One uniform draw of the visit.
double Engine::branch_draw(std::uint32_t id) {
  Visit& visit = world_.visits[world_.frames[id].visit];
  return draws_.at(Purpose::Branch, visit.key, visit.steps++).uniform01();
}

ScriptId Engine::choose(std::uint32_t id, const StepPlan& step) {
  const double u = branch_draw(id);
  std::uint32_t way = 0;
  while (u > plan_->shares[step.first_share + way]) ++way;
  return plan_->branches[step.first_branch + way];
}

/// Does the step go round once more? `waiting` of its frame counts the rounds left.
bool Engine::next_round(std::uint32_t id, const StepPlan& step) {
  std::uint32_t& left = world_.frames[id].waiting;
  if (left == 0 || (step.chance < 1.0 && branch_draw(id) >= step.chance)) return false;
  if (step.times != unlimited) --left;
  return true;
}

std::uint32_t Engine::add_branch(std::uint32_t id, ScriptId script_id) {
  const ScriptPlan& script = plan_->scripts[script_id];
  Frame branch;
  branch.visit = world_.frames[id].visit;
  branch.next_step = script.first;
  branch.end_step = script.first + script.count;
  branch.parent = id;
  return world_.frames.insert(branch).slot;
}

/// A single branch, which may end on the spot.
void Engine::start_branch(std::uint32_t id, ScriptId script) {
  const std::uint32_t branch = add_branch(id, script);
  world_.frames[id].first_child = branch;
  run_frame(branch);
}

void Engine::start_branches(std::uint32_t id, const StepPlan& step) {
  std::vector<Handle>& made = world_.branch_buffer;
  const std::size_t base = made.size();
  world_.frames[id].waiting = step.branches;
  world_.frames[id].missing = step.wait_for;
  std::uint32_t previous = nil;
  for (std::uint32_t b = 0; b < step.branches; ++b) {
    const std::uint32_t slot = add_branch(id, plan_->branches[step.first_branch + b]);
    if (previous == nil) {
      world_.frames[id].first_child = slot;
    } else {
      world_.frames[previous].next_sibling = slot;
    }
    previous = slot;
    made.push_back(world_.frames.handle(slot));
  }
  // Branches may end on the spot, with the last of them the whole visit, or with enough of them
  // those that have not begun: run from a copy.
  for (std::uint32_t b = 0; b < step.branches; ++b) {
    const Handle branch = made[base + b];
    if (world_.frames.alive(branch)) run_frame(branch.slot);
  }
  made.resize(base);
}

/// A sequence ended, or failed: its parent goes on when it need not wait for more.
void Engine::frame_done(std::uint32_t id) {
  const Frame& frame = world_.frames[id];
  if (frame.parent == nil) {
    const std::uint32_t visit = frame.visit;
    const std::uint16_t failed = frame.failed;
    world_.frames.erase(id);
    world_.visits[visit].frame = nil;
    return work_done(visit, failed);
  }
  Frame& parent = world_.frames[frame.parent];
  const StepPlan& step = plan_->steps[parent.next_step - 1];
  if (step.kind == StepKind::Repeat) {
    if (frame.failed == 0 && next_round(frame.parent, step)) {
      world_.frames[id].next_step = plan_->scripts[plan_->branches[step.first_branch]].first;
      // Through an event: rounds that take no time must not nest.
      return push(now(), EventKind::StepDone, id, world_.frames.generation(id));
    }
  } else {
    --parent.waiting;
    if (step.wait_for > 0) {
      if (frame.failed == 0) --parent.missing;
      if (parent.missing > 0 && parent.waiting >= parent.missing) return;
    } else if (parent.waiting > 0) {
      return;
    }
  }
  join(frame.parent, step.wait_for > 0 && parent.missing == 0);
}

/// The frame goes on after its branches, those that still run are cancelled; it fails with the
/// first of them that has failed, unless enough have succeeded.
void Engine::join(std::uint32_t id, bool enough) {
  std::uint16_t failed = 0;
  std::uint32_t child = world_.frames[id].first_child;
  world_.frames[id].first_child = nil;
  while (child != nil) {
    if (failed == 0) failed = world_.frames[child].failed;
    const std::uint32_t next = world_.frames[child].next_sibling;
    drop_frames(child);
    child = next;
  }
  if (failed == 0 || enough) return run_frame(id);
  world_.frames[id].failed = failed;
  frame_done(id);
}

/// Ends frames and the calls that they wait for, which their own sidecar sees as hang-ups.
void Engine::drop_frames(std::uint32_t id) {
  const Frame frame = world_.frames[id];
  world_.frames.erase(id);
  if (frame.on_processor) leave_processor(world_.visits[frame.visit].endpoint);
  if (world_.requests.alive(frame.child_request)) on_downstream_gone(frame.child_request.slot);
  if (!world_.guards.calls.empty()) drop_guarded(id);
  for (std::uint32_t child = frame.first_child; child != nil;) {
    const std::uint32_t next = world_.frames[child].next_sibling;
    drop_frames(child);
    child = next;
  }
}

}  // namespace mesh
