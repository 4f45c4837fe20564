// Tests of the names of facts.
#include "libmesh/telemetry/facts.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace mesh {
namespace {

TEST_CASE("facts: details are spelled as Envoy's access log spells them") {
  struct Row {
    Details details;
    const char* text;
  };
  const Row rows[] = {
      {Details::None, "-"},
      {Details::ViaUpstream, "via_upstream"},
      {Details::RouteNotFound, "route_not_found"},
      {Details::DirectResponse, "direct_response"},
      {Details::ClusterNotFound, "cluster_not_found"},
      {Details::NoHealthyUpstream, "no_healthy_upstream"},
      {Details::Overflow, "upstream_reset_before_response_started{overflow}"},
      {Details::ConnectionTimeout, "upstream_reset_before_response_started{connection_timeout}"},
      {Details::RemoteReset, "upstream_reset_before_response_started{remote_reset}"},
      {Details::ResponseTimeout, "response_timeout"},
      {Details::PerTryTimeout, "upstream_per_try_timeout"},
      {Details::FaultAbort, "fault_filter_abort"},
      {Details::DownstreamDisconnect, "downstream_remote_disconnect"},
      {Details::ResetAfterResponseStarted, "upstream_reset_after_response_started{protocol_error}"},
      {Details::RequestPayloadTooLarge, "request_payload_too_large"},
      {Details::RefusedStream,
       "upstream_reset_before_response_started{remote_refused_stream_reset}"},
      {Details::TcpSessionIdle, "tcp_session_idle_timeout"},
  };
  for (const Row& row : rows) CHECK(to_string(row.details) == row.text);
}

TEST_CASE("facts: counters have Envoy's names, ejections below their scope") {
  CHECK(to_string(ClusterCounter::upstream_cx_total) == "upstream_cx_total");
  CHECK(to_string(ClusterCounter::upstream_rq_pending_overflow) == "upstream_rq_pending_overflow");
  CHECK(to_string(ClusterCounter::upstream_rq_5xx) == "upstream_rq_5xx");
  CHECK(to_string(ClusterCounter::lb_healthy_panic) == "lb_healthy_panic");
  CHECK(to_string(ClusterCounter::ejections_overflow) == "outlier_detection.ejections_overflow");
  CHECK(to_string(ClusterCounter::ejections_success_rate) ==
        "outlier_detection.ejections_success_rate");
}

TEST_CASE("facts: every value has a name of its own") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < details_count; ++i) {
    names.insert(std::string(to_string(static_cast<Details>(i))));
  }
  CHECK(names.size() == details_count);
  names.clear();
  for (std::size_t i = 0; i < event_note_count; ++i) {
    names.insert(std::string(to_string(static_cast<EventNote>(i))));
  }
  CHECK(names.size() == event_note_count);
  names.clear();
  for (std::size_t i = 0; i < proxy_counter_count; ++i) {
    names.insert(std::string(to_string(static_cast<ProxyCounter>(i))));
  }
  CHECK(names.size() == proxy_counter_count);
  names.clear();
  for (std::size_t i = 0; i < cluster_counter_count; ++i) {
    names.insert(std::string(to_string(static_cast<ClusterCounter>(i))));
  }
  CHECK(names.size() == cluster_counter_count);
  CHECK(names.count("") == 0);
}

}  // namespace
}  // namespace mesh
