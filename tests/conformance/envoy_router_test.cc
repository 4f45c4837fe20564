// Conformance vectors of the router with its timers, faults, panic, on the real engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

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

TEST_CASE("envoy#29: a retry holds its place until it is answered, not until it is sent") {
  Pair p(milliseconds(1));
  p.hand.answers(p.server, 1, 1, p.answer(503, milliseconds(1)));
  p.hand.answers(p.server, 2, 2, p.answer(200, milliseconds(200)));  // the retry of the first
  p.hand.answers(p.server, 3, 3, p.answer(503, milliseconds(1)));
  p.retry(RetryOn::FiveXx, 1);
  p.hand.cluster_of(p.server).breaker.max_retries = 1;
  const auto record = p.run({0, 100});
  CHECK(outcomes(*record) == Outcomes{"200", "503 UO"});
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

TEST_CASE("envoy#33: a per-try timeout and its retry tell of one timeout, then of one success") {
  for (const std::uint32_t threshold : {1u, 2u}) {
    CAPTURE(threshold);
    Pair p(milliseconds(1));
    p.hand.answers(p.server, 1, 1, p.answer(200, seconds(5)));
    p.hand.answers(p.server, 3, 3, p.answer(200, seconds(5)));
    p.retry(RetryOn::FiveXx, 1).per_try_timeout = milliseconds(50);
    OutlierConfig& outlier = p.hand.cluster_of(p.server).outlier.emplace();
    outlier.consecutive_5xx = threshold;
    const auto record = p.run({0, 1000});
    CHECK(outcomes(*record) == testing::times(2, "200"));
    // Two in a row never come about: a success is between the timeouts.
    CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) ==
          (threshold == 1 ? 2 : 0));
  }
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
  p.hand.cluster_of(p.server).outlier.emplace().consecutive_5xx = 2;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"504 UT"});
  CHECK(counter(*record, Counter::upstream_rq_timeout) == 0);
  CHECK(latency_ms(*record, 0) == doctest::Approx(40).epsilon(0.001));
  CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) == 0);  // one error, not two
}

TEST_CASE("envoy#40: a reset after the headers is not retried, the logged status stays") {
  Pair p(milliseconds(1));
  p.hand.handler_of(p.server).answer.action = Action::ResetAfterHeaders;
  p.retry(RetryOn::FiveXx, 2);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200 UPE"});
  CHECK(counter(*record, Counter::upstream_rq_retry) == 0);
}

TEST_CASE("envoy#40: a reset after the headers tells of a success, then of a failed host") {
  for (const std::uint32_t threshold : {1u, 2u}) {
    CAPTURE(threshold);
    Pair p(milliseconds(1));
    p.hand.handler_of(p.server).answer.action = Action::ResetAfterHeaders;
    p.hand.cluster_of(p.server).outlier.emplace().consecutive_5xx = threshold;
    const auto record = p.run({0, 100, 200});
    CHECK(outcomes(*record) == testing::times(3, "200 UPE"));
    CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) ==
          (threshold == 1 ? 3 : 0));
  }
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

TEST_CASE("envoy#77: with 2 of 6 healthy all hosts are picked in turn, until the others are back") {
  Pair p(milliseconds(1), 6);
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.load_balancer.kind = LoadBalancerKind::RoundRobin;
  cluster.panic_threshold_percent = 50;
  cluster.outlier.emplace();
  cluster.outlier->consecutive_5xx = 1;
  cluster.outlier->max_ejection_percent = 67;  // four of six
  p.hand.answers(p.server, 1, 1, p.answer(500, milliseconds(1)));
  // Four errors eject four hosts, each beyond the merge window of the one before; six requests meet
  // the panic; the tick at 40 s brings all back.
  const auto record =
      p.run({0, 2000, 4000, 6000, 8000, 8100, 8200, 8300, 8400, 8500, 45000, 45100});
  CHECK(counter(*record, Counter::ejections_enforced_total) == 4);
  CHECK(counter(*record, Counter::lb_healthy_panic) == 6);
  std::set<std::uint32_t> in_panic;
  const AttemptTable& attempts = record->attempts;
  for (std::size_t i = 4; i < 10; ++i) in_panic.insert(attempts.host.at(i));
  CHECK(in_panic.size() == 6);
  const auto noted = [&](EventNote what) {
    return std::count_if(record->events.begin(), record->events.end(),
                         [what](const Noted& note) { return note.what == what; });
  };
  CHECK(noted(EventNote::PanicStart) == 1);
  CHECK(noted(EventNote::PanicEnd) == 1);
  CHECK(outcomes(*record).back() == "200");
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
