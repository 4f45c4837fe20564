// Messages to a topic: delivered at least once, again after a pause, given up in the end.
#include "libmesh/engine/engine.h"

namespace mesh {

void Engine::publish(std::uint32_t id, std::uint32_t topic) {
  Visit& visit = world_.visits[world_.frames[id].visit];
  const std::uint64_t key =
      scramble(visit.key + (static_cast<std::uint64_t>(++visit.calls) << 32) + 0x746f706963u);
  const TopicPlan& plan = plan_->topics[topic];
  Topic& state = world_.stores.topics[topic];
  recorder_.tally(now(), plan.store, StoreEvent::Publish);
  if (state.kept >= plan.limit) return recorder_.tally(now(), plan.store, StoreEvent::Lose);
  ++state.kept;
  const std::uint32_t message =
      world_.stores.messages
          .insert({.topic = topic, .key = key, .root = root_of(visit), .parent = visit.request})
          .slot;
  line_up(message);
}

/// Behind the others, then as many as may be in flight are sent.
void Engine::line_up(std::uint32_t message) {
  const std::uint32_t topic = world_.stores.messages[message].topic;
  Topic& state = world_.stores.topics[topic];
  world_.stores.messages[message].next = nil;
  (state.waiting.back == nil ? state.waiting.front
                             : world_.stores.messages[state.waiting.back].next) = message;
  state.waiting.back = message;
  deliver_messages(topic);
}

void Engine::deliver_messages(std::uint32_t topic) {
  while (world_.stores.topics[topic].in_flight < plan_->topics[topic].in_flight) {
    Topic& state = world_.stores.topics[topic];
    const std::uint32_t message = state.waiting.front;
    if (message == nil) return;
    state.waiting.front = world_.stores.messages[message].next;
    if (state.waiting.front == nil) state.waiting.back = nil;
    ++state.in_flight;
    deliver_message(message);
  }
}

void Engine::deliver_message(std::uint32_t slot) {
  Message& message = world_.stores.messages[slot];
  const TopicPlan& plan = plan_->topics[message.topic];
  recorder_.tally(now(), plan.store, StoreEvent::Deliver);
  if (message.deliveries > 0) recorder_.tally(now(), plan.store, StoreEvent::Redeliver);
  const std::uint64_t key = scramble(message.key + message.deliveries++);
  const EndpointId broker = plan_->workloads[plan.broker].first_endpoint;
  const std::uint32_t workers = plan_->workloads[plan.broker].concurrency;
  const std::uint32_t request = open_request({.kind = Origin::Message,
                                              .origin = world_.stores.messages.handle(slot),
                                              .key = key,
                                              .root = message.root,
                                              .parent = message.parent,
                                              .proxy = broker,
                                              .worker = static_cast<std::uint16_t>(key % workers),
                                              .request = plan_->calls[plan.call].request});
  world_.requests[request].downstream_timer =
      arm(call_lanes_[plan.call], TimerKind::DownstreamTimeout, request,
          world_.requests.generation(request));
  enter_filters(request);
}

/// The consumer has answered, or the delivery has failed.
void Engine::message_answered(std::uint32_t slot, std::uint16_t code) {
  const Message message = world_.stores.messages[slot];
  const TopicPlan& plan = plan_->topics[message.topic];
  Topic& state = world_.stores.topics[message.topic];
  --state.in_flight;
  const bool taken = code != 0 && code < 400;
  const bool again =
      !taken && (plan.redeliveries == unlimited || message.deliveries <= plan.redeliveries);
  if (again) {
    push(now() + plan.after, EventKind::MessageDue, slot, world_.stores.messages.generation(slot));
  } else {
    recorder_.tally(now(), plan.store, taken ? StoreEvent::Acknowledge : StoreEvent::DeadLetter);
    --state.kept;
    world_.stores.messages.erase(slot);
  }
  deliver_messages(message.topic);
}

}  // namespace mesh
