// What an attempt came to: an answer, or a reset.
#include "libmesh/engine/engine.h"
#include "libmesh/policy/grpc_status.h"
#include "libmesh/policy/hedging.h"
#include "libmesh/policy/reset_reason.h"

namespace mesh {

namespace {

Details detail_of(ResetReason reason) {
  switch (reason) {
    case ResetReason::LocalConnectionFailure:
    case ResetReason::RemoteConnectionFailure:
      return Details::ConnectionFailure;
    case ResetReason::ConnectionTimeout:
      return Details::ConnectionTimeout;
    case ResetReason::ConnectionTermination:
      return Details::ConnectionTermination;
    case ResetReason::Overflow:
      return Details::Overflow;
    case ResetReason::ProtocolError:
      return Details::ProtocolError;
    case ResetReason::RemoteReset:
    case ResetReason::ConnectError:
      return Details::RemoteReset;
    case ResetReason::RemoteRefusedStream:
      return Details::RefusedStream;
    case ResetReason::LocalReset:
    case ResetReason::LocalRefusedStream:
    case ResetReason::OverloadManager:
      return Details::LocalReset;
  }
  return Details::LocalReset;
}

}  // namespace

void Engine::on_reaches_caller(std::uint32_t id) {
  const Attempt& attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  Request& request = world_.requests[slot];
  const std::uint32_t cluster = request.proxy_cluster;
  if (request.session) return session_over(id);
  if (attempt.code == 0 || attempt.response_started) {
    return attempt.stream_ended ? stream_over(id) : closed_by_peer(id, attempt.reset);
  }
  const std::uint16_t code = attempt.code;
  const RetryPolicy* policy = retry_policy(request);
  const ResponsePlan& response = plan_->responses[attempt.response];
  // The decision sees this stream still active, as Envoy's does; then the connection is free for
  // whoever waits in the pool; only then does the caller get its answer.
  const bool wanted =
      request.retries_enabled &&
      wants_retry(*policy, {.code = attempt.code,
                            .grpc_status_in_headers = response.grpc_status,
                            .envoy_ratelimited = response.envoy_ratelimited,
                            .retriable_header = !policy->headers.empty() &&
                                                has_retriable_header(*policy, response.headers)});
  const bool retrying = !attempt.retried && retry(slot, {wanted, code, &response});
  // A bad answer waits while another try may still bring a good one (`envoy.md` §1.7).
  const bool dropped = retrying || (wanted && others_may_answer(request, id));
  if (!report_weights_.empty()) note_load_report(cluster, attempt.host_index, attempt.response);
  if (response.fails_health) world_.detections.push_back({cluster, attempt.host_index, {}, true});
  const std::uint16_t seen = code_for_outlier(request, code, response);
  if ((attempt.resets_later || attempt.streams) && !dropped) {
    return response_starts(id, cluster, seen);
  }
  if (response.connection_close) going_away(attempt.connection);
  stream_done(id, attempt.resets_later || attempt.streams);
  report(cluster, attempt.host_index, HostResult::ExternalCode, seen);
  end_attempt(id, Details::ViaUpstream);
  if (dropped) return;
  if (world_.requests[slot].first_attempt != nil) abandon_attempts(slot, Details::HedgeLost);
  charge_code(world_.proxy_clusters[cluster], code);
  finish(slot, code, Details::ViaUpstream);
}

bool Engine::others_may_answer(const Request& request, std::uint32_t id) const {
  const bool alone = request.first_attempt == id && world_.attempts[id].next == nil;
  return is_withheld(
      {.awaiting_headers = alone ? 0u : 1u, .pending_retries = request.retry_scheduled ? 1u : 0u});
}

/// Headers are with the caller, the body is not: it flows, or the peer resets 5 ms later. Nothing
/// is retried any more, other tries are given up.
void Engine::response_starts(std::uint32_t id, std::uint32_t cluster, std::uint16_t code) {
  constexpr Duration body_time = milliseconds(5);
  Attempt& attempt = world_.attempts[id];
  attempt.response_started = true;
  // The end of the connection inside a body of known length is a protocol error (`envoy.md` §4.6).
  const bool http2 = world_.connections[attempt.connection].http2;
  attempt.reset = http2 ? ResetReason::RemoteReset : ResetReason::ProtocolError;
  disarm(attempt.per_try);
  charge_code(world_.proxy_clusters[cluster], attempt.code);
  if (attempt.streams) {
    stream_opened(id);
  } else {
    push(now() + body_time, EventKind::ReachesCaller, id, world_.attempts.generation(id));
  }
  report(cluster, attempt.host_index, HostResult::ExternalCode, code);
  Request& request = world_.requests[attempt.request];
  release_retry(request);
  request.retry_scheduled = false;
  for (std::uint32_t other = request.first_attempt; other != nil;) {
    const std::uint32_t next = world_.attempts[other].next;
    if (other != id) abandon_attempt(other, Details::HedgeLost);
    other = next;
  }
}

/// A gRPC status in the headers of the answer to a gRPC request counts as its HTTP equivalent
/// (`envoy.md` §1.5.1).
std::uint16_t Engine::code_for_outlier(const Request& request, std::uint16_t code,
                                       const ResponsePlan& response) const {
  if (response.grpc_status < 0 || !plan_->templates[request.request].grpc) return code;
  return http_status_of(static_cast<std::uint32_t>(response.grpc_status));
}

void Engine::upstream_reset(std::uint32_t id, ResetReason reason) {
  const Attempt attempt = world_.attempts[id];
  const std::uint32_t slot = attempt.request;
  const std::uint32_t cluster = world_.requests[slot].proxy_cluster;
  if (world_.requests[slot].session) return session_reset(id, reason, detail_of(reason));
  if (is_reported_to_outlier(reason)) {
    report(cluster, attempt.host_index, HostResult::LocalOriginConnectFailed, 0);
  }
  if (reason == ResetReason::ProtocolError) {
    count(world_.proxy_clusters[cluster], ClusterCounter::upstream_cx_protocol_error);
  }
  if (attempt.response_started) {  // the logged status stays, nothing is retried any more
    const Details details = reason == ResetReason::ProtocolError
                                ? Details::ResetAfterResponseStarted
                                : Details::RemoteResetAfterResponseStarted;
    end_attempt(id, details);
    world_.requests[slot].flags.set(flag_of(reason));
    return finish(slot, attempt.code, details);
  }
  end_attempt(id, detail_of(reason));
  Request& request = world_.requests[slot];
  if (!attempt.retried && retry_reset(slot, reason)) return;
  const std::uint16_t code = status_of(reason);
  charge_code(world_.proxy_clusters[cluster], code);
  if (request.first_attempt != nil || request.retry_scheduled) return;  // another try may answer
  request.flags.set(flag_of(reason));
  reply_locally(slot, code, detail_of(reason));
}

}  // namespace mesh
