// Answers whose body takes its time: upgraded connections, long downloads, event streams.
#include "libmesh/engine/engine.h"

namespace mesh {

/// The headers set out; the worker is kept until the body has ended.
void Engine::start_stream(std::uint32_t id, std::uint16_t code, std::uint32_t duration) {
  announce_stream(id, code);
  Visit& visit = world_.visits[id];
  const Duration time = service_time(visit, duration, Purpose::StreamTime);
  visit.frame = world_.frames.add().slot;  // a script without steps: its end is the body's
  world_.frames[visit.frame].visit = id;
  push(now() + time, EventKind::StepDone, visit.frame, world_.frames.generation(visit.frame));
}

/// What the caller is told of an answer that goes on.
void Engine::announce_stream(std::uint32_t id, std::uint16_t code) {
  answer(id, code, Action::Respond);
  Visit& visit = world_.visits[id];
  visit.streaming = true;
  Attempt* attempt = world_.attempts.find(visit.attempt);
  if (attempt != nullptr && attempt->state == AttemptState::Active) attempt->streams = true;
}

/// The end of the body, or its breaking off, follows the headers.
void Engine::end_stream(std::uint32_t id, bool properly) {
  const Visit& visit = world_.visits[id];
  const Handle handle = visit.attempt;
  Attempt* attempt = world_.attempts.find(handle);
  if (attempt == nullptr || attempt->state != AttemptState::Active) return;
  attempt->stream_ended = properly;
  push(now() + way_back(visit, *attempt), EventKind::ReachesCaller, handle.slot, handle.generation);
}

/// The caller's proxy has the headers. An upgraded stream is under no timeout any more (`envoy.md`
/// §1.3); a receiving sidecar passes on what it has.
void Engine::stream_opened(std::uint32_t id) {
  const Attempt& attempt = world_.attempts[id];
  Request& request = world_.requests[attempt.request];
  if (attempt.code == 101) disarm(request.route_timer);
  if (request.kind != Origin::Inbound || !world_.visits.alive(request.origin)) return;
  announce_stream(request.origin.slot, attempt.code);
}

/// The body has ended. A connection that was upgraded serves nobody else.
void Engine::stream_over(std::uint32_t id) {
  const Attempt attempt = world_.attempts[id];
  stream_done(id, attempt.code == 101 && !world_.connections[attempt.connection].http2);
  end_attempt(id, Details::ViaUpstream);
  finish(attempt.request, attempt.code, Details::ViaUpstream);
}

}  // namespace mesh
