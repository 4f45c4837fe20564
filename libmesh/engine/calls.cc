// Calls of an application, and how applications and users try again.
#include "libmesh/engine/engine.h"

namespace mesh {

/// The application calls through the sidecar of its own pod; false when it does not wait.
bool Engine::start_call(std::uint32_t id, CallId call_id) {
  const CallPlan& call = plan_->calls[call_id];
  world_.frames[id].call = call_id;
  if (call.retry != no_retry) {
    world_.frames[id].retries = 0;
    world_.frames[id].pause = {};
    bring_tokens(call.retry,
                 bucket_key(world_.visits[world_.frames[id].visit].endpoint.value, call_id.value));
  }
  send_call(id);
  return call.waits;
}

/// One try of the call, unless its guards refuse it.
void Engine::send_call(std::uint32_t id) {
  const CallPlan& call = plan_->calls[world_.frames[id].call];
  if (call.guard != no_guard && !admit_call(id)) return;
  const EndpointId pod = world_.visits[world_.frames[id].visit].endpoint;
  Duration learned{};
  if (!world_.active_faults.empty() && !resolves(pod, call.service, learned)) {
    if (!call.waits) return;
    return push(now() + learned, EventKind::NameUnknown, id, world_.frames.generation(id));
  }
  const Handle sent = send_copy(id, call.waits ? Origin::Call : Origin::Detached);
  if (call.waits) world_.frames[id].child_request = sent;
  if (call.guard != no_guard && plan_->guards[call.guard].hedges) arm_hedge(id);
}

Handle Engine::send_copy(std::uint32_t id, Origin kind) {
  const CallId call_id = world_.frames[id].call;
  const CallPlan& call = plan_->calls[call_id];
  Visit& visit = world_.visits[world_.frames[id].visit];
  const std::uint64_t key = scramble(visit.key + (static_cast<std::uint64_t>(++visit.calls) << 32));
  const std::uint32_t workers = plan_->workloads[workload_of(visit.endpoint)].concurrency;
  const std::uint32_t slot =
      open_request({.kind = kind,
                    .origin = call.waits ? world_.frames.handle(id) : Handle::none(),
                    .key = key,
                    .root = root_of(visit),
                    .parent = visit.request,
                    .proxy = visit.endpoint,
                    .worker = static_cast<std::uint16_t>(key % workers),
                    .request = call.request});
  const Handle sent = world_.requests.handle(slot);
  if (call.guard != no_guard || carries_) {
    limit_copy(id, slot);
  } else {
    world_.requests[slot].downstream_timer =
        arm(call_lanes_[call_id], TimerKind::DownstreamTimeout, slot, sent.generation);
  }
  enter_filters(slot);
  return sent;
}

void Engine::on_call_again(std::uint32_t id, std::uint32_t generation) {
  if (world_.frames.alive(id, generation)) send_call(id);
}

void Engine::call_answered(std::uint32_t id, std::uint16_t code) {
  Frame& frame = world_.frames[id];
  const CallPlan& call = plan_->calls[frame.call];
  if (call.guard != no_guard && !guarded_answered(id, code)) return;
  frame.child_request = Handle::none();
  const bool failed = code == 0 || code >= 400;
  if (call.retry != no_retry) {
    note_try(call.retry, code,
             bucket_key(world_.visits[frame.visit].endpoint.value, frame.call.value));
  }
  if (failed && call.retry != no_retry) {
    const Visit& visit = world_.visits[frame.visit];
    const std::uint64_t key = scramble(visit.key + bucket_key(frame.call.value, visit.calls));
    if (may_retry(call.retry, code, {frame.retries, frame.pause}, key,
                  bucket_key(visit.endpoint.value, frame.call.value))) {
      return push(now() + frame.pause, EventKind::CallAgain, id, world_.frames.generation(id));
    }
  }
  call_over(id, code);
}

/// The script goes on with what the last try came to, or was refused with.
void Engine::call_over(std::uint32_t id, std::uint16_t code) {
  Frame& frame = world_.frames[id];
  const CallPlan& call = plan_->calls[frame.call];
  const bool failed = code == 0 || code >= 400;
  if (failed && !call.ignore_error) {
    frame.failed = call.status_on_error != 0 ? call.status_on_error : code != 0 ? code : 500;
    return frame_done(id);
  }
  run_frame(id);
}

void Engine::bring_tokens(std::uint32_t retry, std::uint64_t bucket) {
  const CallRetryPlan& plan = plan_->retries[retry];
  if (plan.limited) first_try(plan.budget, world_.call_tokens.of(bucket), now());
}

/// What a try has come to, for budgets that count it.
void Engine::note_try(std::uint32_t retry, std::uint16_t code, std::uint64_t bucket) {
  const CallRetryPlan& plan = plan_->retries[retry];
  if (!plan.limited || plan.budget.law == BudgetLaw::Tries) return;
  note_outcome(plan.budget, world_.call_tokens.of(bucket), now(), plan.on.contains(code));
}

/// All users of a load have one bucket.
void Engine::bring_tokens(LoadId load, std::uint32_t retry) {
  bring_tokens(retry, bucket_key(nil, load.value));
}

/// Is the outcome tried again? Then the retry is counted, paid, and its pause drawn.
bool Engine::may_retry(std::uint32_t retry, std::uint16_t code, Tries tries, std::uint64_t key,
                       std::uint64_t bucket) {
  const CallRetryPlan& plan = plan_->retries[retry];
  if (tries.retries >= plan.attempts || !plan.on.contains(code)) return false;
  if (plan.limited && !pay_retry(plan.budget, world_.call_tokens.of(bucket), now())) return false;
  ++tries.retries;
  Draw draw = draws_.at(Purpose::CallBackoff, key, tries.retries);
  tries.pause = plan.drawn ? plan_->distributions[plan.pause].sample(draw, tries.retries - 1)
                           : call_backoff(plan.backoff, tries.retries, tries.pause, draw);
  return true;
}

/// Arrivals that come back when they fail are users for as long as they stay.
std::uint32_t Engine::add_user(LoadId load, std::uint64_t number) {
  std::uint32_t slot = nil;
  if (world_.free_users.empty()) {
    slot = static_cast<std::uint32_t>(world_.users.size());
    world_.users.emplace_back();
  } else {
    slot = world_.free_users.back();
    world_.free_users.pop_back();
  }
  world_.users[slot] = {
      .load = load, .number = static_cast<std::uint32_t>(number), .asked = number};
  return slot;
}

/// The user learns how its request ended, and comes back, thinks, or goes.
void Engine::user_answered(std::uint32_t slot, std::uint16_t code) {
  User& user = world_.users[slot];
  const LoadPlan& load = plan_->loads[user.load];
  if (load.retry != no_retry) note_try(load.retry, code, bucket_key(nil, user.load.value));
  if ((code == 0 || code >= 400) && load.retry != no_retry &&
      may_retry(load.retry, code, {user.retries, user.pause}, load_key(user.load, user.asked),
                bucket_key(nil, user.load.value))) {
    if (now() + user.pause < load.stop) {
      return push(now() + user.pause, EventKind::UserDue, slot, 1);
    }
  }
  if (!load.closed) return world_.free_users.push_back(slot);
  if (load.pace.ns > 0) {
    user.due = user.due + load.pace;
    if (now() < load.stop) push(std::max(user.due, now()), EventKind::UserDue, slot);
    return;
  }
  const std::uint64_t key = load_key(user.load, user.number);
  const Duration think = plan_->distributions[load.think].sample(
      draws_.at(Purpose::ThinkTime, key, user.sent), user.sent);
  if (now() + think < load.stop) push(now() + think, EventKind::UserDue, slot);
}

void Engine::on_user_again(std::uint32_t slot) {
  send(world_.users[slot].load, world_.users[slot].asked, Origin::User, {slot, 0});
}

}  // namespace mesh
