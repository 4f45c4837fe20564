// Conformance vectors of the router, the pools and the breakers, on the real engine.
#include <doctest/doctest.h>

#include "tests/support/outcomes.h"
#include "tests/support/pair.h"

namespace mesh {
namespace {

using testing::counter;
using testing::latency_ms;
using testing::outcomes;
using testing::Pair;
using Counter = ClusterCounter;
using Outcomes = std::vector<std::string>;

TEST_CASE("envoy#26: a connect timeout is 503 UF, not 504") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).connect_timeout = milliseconds(200);
  p.down({}, seconds(10), true);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 UF"});
  CHECK(record->requests.details.front() == static_cast<std::uint8_t>(Details::ConnectionTimeout));
  CHECK(counter(*record, Counter::upstream_cx_connect_timeout) == 1);
  CHECK(latency_ms(*record, 0) == doctest::Approx(200).epsilon(0.01));
}

TEST_CASE("envoy#27: without a host the answer is 503 UH and no request is counted") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).hosts.clear();
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 UH"});
  CHECK(counter(*record, Counter::upstream_rq_total) == 0);
  CHECK(counter(*record, Counter::upstream_cx_none_healthy) == 1);
}

TEST_CASE("envoy#28: in maintenance mode the answer is 503 UO, overloaded, before any host") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).maintenance_percent = 100;
  p.retry(RetryOn::FiveXx, 2);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 UO"});
  CHECK(record->requests.details.front() == static_cast<std::uint8_t>(Details::MaintenanceMode));
  CHECK(is_overloaded(Details::MaintenanceMode));
  CHECK(record->attempts.request.empty());
  CHECK(counter(*record, Counter::upstream_rq_maintenance_mode) == 1);
  CHECK(counter(*record, Counter::upstream_rq_5xx) == 1);
  CHECK(counter(*record, Counter::upstream_rq_total) == 0);
}

TEST_CASE("envoy#29: the retry breaker refuses the second retry, the 503 goes through with UO") {
  Pair p(milliseconds(5));
  p.hand.handler_of(p.server).answer.status = 503;
  p.retry(RetryOn::FiveXx, 3);
  p.hand.cluster_of(p.server).breaker.max_retries = 1;
  // Two requests fail together: one of them gets the only retry, the other none.
  const auto record = p.run({0, 0}, milliseconds(8));
  CHECK(outcomes(*record) == Outcomes{"503 UO"});
  CHECK(counter(*record, Counter::upstream_rq_retry) == 1);
  CHECK(counter(*record, Counter::upstream_rq_retry_overflow) == 1);
}

TEST_CASE("envoy#30: the global timeout is 504 UT and nothing is retried") {
  Pair p(seconds(5));
  p.retry(RetryOn::FiveXx, 3);
  p.hand.route_of(p.server).timeout = milliseconds(100);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"504 UT"});
  CHECK(counter(*record, Counter::upstream_rq_retry) == 0);
  CHECK(counter(*record, Counter::upstream_rq_timeout) == 1);
}

TEST_CASE("envoy#31: the per-try timer starts when the pool is ready, not before") {
  Pair p(milliseconds(50));
  p.retry(RetryOn::Reset, 0).per_try_timeout = milliseconds(80);
  p.hand.cluster_of(p.server).breaker.max_connections = 1;
  const auto record = p.run({0, 0, 0});  // the third waits 100 ms for the connection
  CHECK(outcomes(*record) == Outcomes{"200", "200", "200"});
  CHECK(counter(*record, Counter::upstream_rq_per_try_timeout) == 0);
}

TEST_CASE("envoy#32: a per-try timer does not fire after the response has started") {
  Pair p(milliseconds(18));
  p.hand.handler_of(p.server).answer.action = Action::ResetAfterHeaders;
  p.retry(RetryOn::FiveXx, 2).per_try_timeout = milliseconds(20);
  const auto record = p.run({0});  // headers after 18 ms, the reset after 23 ms
  CHECK(outcomes(*record) == Outcomes{"200 UPE"});
  CHECK(counter(*record, Counter::upstream_rq_per_try_timeout) == 0);
}

TEST_CASE("envoy#33: a per-try timeout under retry_on 5xx is retried, and the retry answers") {
  Pair p(milliseconds(1));
  p.hand.answers(p.server, 1, 1, p.answer(200, seconds(5)));
  p.retry(RetryOn::FiveXx, 1).per_try_timeout = milliseconds(50);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(counter(*record, Counter::upstream_rq_per_try_timeout) == 1);
  CHECK(counter(*record, Counter::upstream_rq_retry_success) == 1);
}

TEST_CASE("envoy#34: a retry that finds no host any more is 503 UH") {
  Pair p(milliseconds(50));
  p.retry(RetryOn::Reset, 1).backoff_base = seconds(10);
  p.hand.plan().endpoint_propagation = {};
  p.hand.plan().faults.add({.kind = FaultKind::Crash,
                            .from = Instant{} + milliseconds(10),
                            .workload = p.server,
                            .replicas = 1});
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 UH"});
  CHECK(record->requests.attempts.front() == 2);
  CHECK(counter(*record, Counter::upstream_rq_retry) == 1);
  CHECK(counter(*record, Counter::upstream_cx_none_healthy) == 1);
}

TEST_CASE("envoy#35: the global timeout in the back-off is 504 UT and blames no host") {
  Pair p(milliseconds(1));
  p.hand.handler_of(p.server).answer.status = 503;
  RetryPolicy& retry = p.retry(RetryOn::FiveXx, 1);
  retry.backoff_base = retry.backoff_max = seconds(100);
  p.hand.route_of(p.server).timeout = milliseconds(40);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"504 UT"});
  CHECK(counter(*record, Counter::upstream_rq_timeout) == 0);
  CHECK(latency_ms(*record, 0) == doctest::Approx(40).epsilon(0.001));
}

TEST_CASE("envoy#40: a reset after the headers is not retried, the logged status stays") {
  Pair p(milliseconds(1));
  p.hand.handler_of(p.server).answer.action = Action::ResetAfterHeaders;
  p.retry(RetryOn::FiveXx, 2);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200 UPE"});
  CHECK(counter(*record, Counter::upstream_rq_retry) == 0);
}

TEST_CASE("envoy#41: max stream duration under retry_on reset is retried with a timer of its own") {
  Pair p(milliseconds(400));
  p.hand.cluster_of(p.server).max_stream_duration = milliseconds(500);
  p.hand.answers(p.server, 1, 1, p.answer(200, seconds(5)));
  p.hand.answers(p.server, 3, 9, p.answer(200, seconds(5)));
  p.retry(RetryOn::Reset, 1);
  const auto record = p.run({0, 2000});
  CHECK(outcomes(*record) == Outcomes{"200", "504 URX,UMSDR"});
  CHECK(counter(*record, Counter::upstream_rq_max_duration_reached) == 3);
  CHECK(latency_ms(*record, 0) >= 900);
  CHECK(latency_ms(*record, 1) >= 1000);
  CHECK(counter(*record, Counter::upstream_rq_5xx) == 0);  // no code is charged for it
}

TEST_CASE("envoy#42: x-envoy-expected-rq-timeout-ms shrinks by the time that the first try took") {
  Pair p(milliseconds(1));
  p.hand.answers(p.server, 1, 1, p.answer(503, milliseconds(50)));
  RetryPolicy& retry = p.retry(RetryOn::FiveXx, 1);
  retry.backoff_base = retry.backoff_max = milliseconds(1);  // 0 ms
  p.hand.route_of(p.server).timeout = milliseconds(200);     // as by x-envoy-upstream-rq-timeout-ms
  const auto record = p.run({0});
  REQUIRE(record->picks.size() == 2);
  CHECK(record->picks[0].expected_ms == 200);
  CHECK(record->picks[1].expected_ms == 150);
}

TEST_CASE("envoy#44: one connection, one pending: the third of three at once overflows") {
  Pair p(milliseconds(20));
  p.hand.cluster_of(p.server).breaker = {.max_connections = 1, .max_pending_requests = 1};
  const auto record = p.run({0, 5, 5});
  CHECK(outcomes(*record) == Outcomes{"200", "200", "503 UO"});
  CHECK(counter(*record, Counter::upstream_rq_pending_overflow) == 1);
}

TEST_CASE("envoy#45: at the connection limit a request waits and is served, not refused") {
  Pair p(milliseconds(20));
  p.hand.cluster_of(p.server).breaker.max_connections = 1;
  const auto record = p.run({0, 5});
  CHECK(outcomes(*record) == Outcomes{"200", "200"});
  CHECK(counter(*record, Counter::upstream_cx_overflow) == 1);
  CHECK(counter(*record, Counter::upstream_cx_total) == 1);
  CHECK(latency_ms(*record, 1) == doctest::Approx(35).epsilon(0.01));
}

TEST_CASE("envoy#46: after a connect timeout a retry gets a connection and a timer of its own") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).connect_timeout = milliseconds(200);
  RetryPolicy& retry = p.retry(RetryOn::ConnectFailure, 1);
  retry.backoff_base = retry.backoff_max = milliseconds(1);  // 0 ms
  p.down({}, seconds(10), true);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 URX,UF"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(400).epsilon(0.001));
  CHECK(counter(*record, Counter::upstream_cx_total) == 2);
  CHECK(counter(*record, Counter::upstream_cx_connect_timeout) == 2);
  CHECK(counter(*record, Counter::upstream_rq_pending_failure_eject) == 2);
}

TEST_CASE("envoy#47: with one request per connection it closes after the response") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).max_requests_per_connection = 1;
  const auto record = p.run({0, 10, 20});
  CHECK(counter(*record, Counter::upstream_cx_total) == 3);
  CHECK(counter(*record, Counter::upstream_cx_max_requests) == 3);
  CHECK(counter(*record, Counter::upstream_cx_destroy) == 3);
  CHECK(counter(*record, Counter::upstream_cx_destroy_with_active_rq) == 0);
}

TEST_CASE("envoy#48: HTTP/2 with two streams a connection opens a second for the third request") {
  Pair p(milliseconds(20));
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.protocol = UpstreamProtocol::Http2;
  cluster.max_requests_per_connection = 2;
  const auto record = p.run({0, 0, 0});
  CHECK(counter(*record, Counter::upstream_cx_total) == 2);
  CHECK(outcomes(*record) == testing::times(3, "200"));
}

TEST_CASE("envoy#49: a failed connect fails everything that waits in its pool") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).protocol = UpstreamProtocol::Http2;
  p.hand.plan().network.one_way = milliseconds(1);  // all three wait for the one connection
  p.down({}, seconds(10), false);
  const auto record = p.run({0, 0, 0});
  CHECK(outcomes(*record) == testing::times(3, "503 UF"));
  CHECK(counter(*record, Counter::upstream_rq_pending_failure_eject) == 3);
  CHECK(counter(*record, Counter::upstream_cx_connect_fail) == 1);
}

TEST_CASE("envoy#50: HTTP/2 with one request slot left serves the oldest, the others overflow") {
  Pair p(milliseconds(20));
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.protocol = UpstreamProtocol::Http2;
  cluster.breaker.max_requests = 1;
  const auto record = p.run({0, 0, 0});
  CHECK(outcomes(*record) == Outcomes{"200", "503 UO", "503 UO"});
  CHECK(counter(*record, Counter::upstream_rq_pending_overflow) == 2);
}

TEST_CASE("envoy#51: HTTP/2 at max_requests refuses on a ready connection, at attach") {
  Pair p(milliseconds(20));
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.protocol = UpstreamProtocol::Http2;
  cluster.breaker.max_requests = 1;
  const auto record = p.run({0, 5});
  CHECK(outcomes(*record) == Outcomes{"200", "503 UO"});
  CHECK(record->requests.host.size() == 2);
  for (const std::uint32_t host : record->requests.host) CHECK(EndpointId{host}.valid());
}

TEST_CASE("envoy#52: HTTP/2 pending slots: one queues, the second overflows without a host") {
  Pair p(milliseconds(20));
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.protocol = UpstreamProtocol::Http2;
  cluster.breaker.max_pending_requests = 1;
  p.hand.plan().network.one_way = milliseconds(1);  // connecting takes time
  const auto record = p.run({0, 0});
  CHECK(outcomes(*record) == Outcomes{"200", "503 UO"});
  CHECK_FALSE(EndpointId{record->requests.host.front()}.valid());  // the first row that ended
}

TEST_CASE("envoy#53: an idle HTTP/2 connection that gets GOAWAY is not used again") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).protocol = UpstreamProtocol::Http2;
  p.hand.plan().workloads[p.server].max_connection_age = milliseconds(100);
  const auto record = p.run({0, 50, 200}, milliseconds(250));
  CHECK(outcomes(*record) == testing::times(3, "200"));
  CHECK(counter(*record, Counter::upstream_cx_total) == 2);
  CHECK(counter(*record, Counter::upstream_cx_close_notify) == 1);
}

TEST_CASE(
    "envoy#53: a stream on a connection that gets GOAWAY is answered, new ones go elsewhere") {
  Pair p(milliseconds(100));
  p.hand.cluster_of(p.server).protocol = UpstreamProtocol::Http2;
  p.hand.plan().workloads[p.server].max_connection_age = milliseconds(50);
  const auto record = p.run({0, 60}, milliseconds(105));
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(counter(*record, Counter::upstream_cx_total) == 2);
  CHECK(counter(*record, Counter::upstream_cx_destroy) == 1);
  CHECK(counter(*record, Counter::upstream_cx_destroy_with_active_rq) == 0);
}

TEST_CASE("envoy#54: with a preconnect ratio of 1.5 the first request opens two connections") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).preconnect_ratio = 1.5;
  CHECK(counter(*p.run({0}), Counter::upstream_cx_total) == 2);
}

TEST_CASE("envoy#54: a host that is not healthy gets only the connection that is needed") {
  Pair p(milliseconds(1));
  p.hand.handler_of(p.server).answer.status = 500;
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.preconnect_ratio = 1.5;
  cluster.outlier.emplace();
  cluster.outlier->consecutive_5xx = 1;
  cluster.outlier->max_ejection_percent = 100;
  // The first answer ejects the only host, and closes its two connections; panic picks it again.
  const auto record = p.run({0, 2000}, seconds(4));
  CHECK(outcomes(*record) == testing::times(2, "500"));
  CHECK(counter(*record, Counter::upstream_cx_total) == 3);
}

TEST_CASE("envoy#77: below the threshold all hosts are picked, and lb_healthy_panic counts") {
  Pair p(milliseconds(1), 4);
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.load_balancer.kind = LoadBalancerKind::RoundRobin;
  cluster.panic_threshold_percent = 50;
  cluster.outlier.emplace();
  cluster.outlier->consecutive_5xx = 1;
  cluster.outlier->max_ejection_percent = 100;
  p.hand.answers(p.server, 1, 1, p.answer(500, milliseconds(1)));
  std::vector<int> at;
  for (int i = 0; i < 12; ++i) at.push_back(i * 2000);  // beyond the merge window of each ejection
  const auto record = p.run(at);
  // Three of four are out after three errors: 25 % healthy is panic, and every host is used again.
  CHECK(counter(*record, Counter::lb_healthy_panic) > 0);
  CHECK(counter(*record, Counter::ejections_enforced_total) >= 3);
  CHECK(record->requests.id.size() == 12);
}

TEST_CASE("envoy#78: with threshold 0 and none healthy there is no host and no panic") {
  Pair p(milliseconds(1), 2);
  p.hand.handler_of(p.server).answer.status = 500;
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.panic_threshold_percent = 0;
  cluster.load_balancer.kind = LoadBalancerKind::RoundRobin;
  cluster.outlier.emplace();
  cluster.outlier->consecutive_5xx = 1;
  cluster.outlier->max_ejection_percent = 100;
  const auto record = p.run({0, 2000, 4000, 6000}, seconds(8));
  CHECK(outcomes(*record) == Outcomes{"500", "500", "503 UH", "503 UH"});
  CHECK(counter(*record, Counter::lb_healthy_panic) == 0);
}

TEST_CASE("envoy#93: at max active faults the request goes on unharmed") {
  Pair p(milliseconds(1));
  FaultPolicy& fault = p.hand.route_of(p.server).fault;
  fault.abort_code = 503;
  fault.abort_share = {1'000'000};
  fault.max_active = 0;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(counter(*record, ProxyCounter::fault_faults_overflow) == 1);
  CHECK(counter(*record, ProxyCounter::fault_aborts_injected) == 0);
}

TEST_CASE("envoy#93: a delay holds its place among the active faults until it is over") {
  Pair p(milliseconds(1));
  FaultPolicy& fault = p.hand.route_of(p.server).fault;
  fault.delay = milliseconds(100);
  fault.delay_share = {1'000'000};
  fault.max_active = 1;
  const auto record = p.run({0, 50, 100, 250});
  CHECK(outcomes(*record) == Outcomes{"200 DI", "200", "200 DI", "200 DI"});
  CHECK(counter(*record, ProxyCounter::fault_faults_overflow) == 1);
}

TEST_CASE("envoy#94: a delay of 5 s, then an abort with 503: DI,FI, and no upstream request") {
  Pair p(milliseconds(1));
  FaultPolicy& fault = p.hand.route_of(p.server).fault;
  fault.delay = seconds(5);
  fault.delay_share = {1'000'000};
  fault.abort_code = 503;
  fault.abort_share = {1'000'000};
  p.retry(RetryOn::FiveXx, 2);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 DI,FI"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(5000).epsilon(0.001));
  CHECK(counter(*record, Counter::upstream_rq_total) == 0);
}

}  // namespace
}  // namespace mesh
