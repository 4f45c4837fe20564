// Conformance vectors of the TCP proxy, on the real engine.
#include <doctest/doctest.h>

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

struct Sessions : Pair {
  explicit Sessions(Duration time, std::uint32_t pods = 1) : Pair(time, pods) {
    hand.cluster_of(server).protocol = UpstreamProtocol::Tcp;
    hand.cluster_of(server).connect_timeout = milliseconds(200);
  }
};

TEST_CASE("envoy#99: three connect attempts: a timeout, two refusals, then UF,URX") {
  Sessions p(milliseconds(1), 3);
  p.hand.cluster_of(p.server).load_balancer.kind = LoadBalancerKind::RoundRobin;
  p.hand.route_of(p.server).max_connect_attempts = 3;
  p.down({}, milliseconds(150), true);
  p.down(milliseconds(150), seconds(10), false);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"0 UF,URX"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(200).epsilon(0.001));  // 0 ms between attempts
  CHECK(record->requests.attempts.front() == 3);
  CHECK(
      std::set<std::uint32_t>(record->attempts.host.begin(), record->attempts.host.end()).size() ==
      3);
  CHECK(counter(*record, Counter::upstream_cx_connect_timeout) == 1);
  CHECK(counter(*record, Counter::upstream_cx_connect_fail) == 3);
  CHECK(counter(*record, Counter::upstream_cx_connect_attempts_exceeded) == 1);
}

TEST_CASE("envoy#99: one attempt is the default, so a single refusal is UF,URX") {
  Sessions p(milliseconds(1));
  p.down({}, seconds(10), false);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"0 UF,URX"});
  CHECK(counter(*record, Counter::upstream_rq_retry) == 0);
}

TEST_CASE("envoy#100: TCP at max connections is closed with UO, no host is asked for") {
  Sessions p(milliseconds(1));
  p.hand.cluster_of(p.server).breaker.max_connections = 0;
  p.hand.cluster_of(p.server).hosts.clear();  // no UH either: the balancer is not consulted
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"0 UO"});
  CHECK(counter(*record, Counter::upstream_cx_overflow) == 1);
  CHECK(counter(*record, Counter::upstream_cx_none_healthy) == 0);
  CHECK(counter(*record, Counter::upstream_cx_total) == 0);
}

TEST_CASE("tcp: a session has a connection of its own that ends with it") {
  Sessions p(milliseconds(20));
  const auto record = p.run({0, 5, 100});
  CHECK(outcomes(*record) == testing::times(3, "200"));
  CHECK(counter(*record, Counter::upstream_cx_total) == 3);
  CHECK(counter(*record, Counter::upstream_cx_destroy) == 3);
  CHECK(counter(*record, Counter::upstream_cx_http1_total) == 0);
  CHECK(counter(*record, Counter::upstream_rq_completed) == 0);  // no codes in TCP
}

TEST_CASE("tcp: the connection limit refuses what HTTP would let wait") {
  Sessions p(milliseconds(20));
  p.hand.cluster_of(p.server).breaker.max_connections = 2;
  const auto record = p.run({0, 5, 10, 30});
  CHECK(outcomes(*record) == Outcomes{"200", "200", "0 UO", "200"});
}

TEST_CASE("tcp: max_requests does not limit sessions") {
  Sessions p(milliseconds(20));
  p.hand.cluster_of(p.server).breaker.max_requests = 1;
  CHECK(outcomes(*p.run({0, 5})) == testing::times(2, "200"));
}

TEST_CASE("tcp: without a host the session is closed with UH") {
  Sessions p(milliseconds(1));
  p.hand.cluster_of(p.server).hosts.clear();
  CHECK(outcomes(*p.run({0})) == Outcomes{"0 UH"});
}

TEST_CASE("tcp: a session without a byte is closed after the idle timeout, without a flag") {
  Sessions p(seconds(5));
  p.hand.cluster_of(p.server).idle_timeout = milliseconds(300);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"0"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(300).epsilon(0.001));
  CHECK(record->requests.details.front() == static_cast<std::uint8_t>(Details::TcpSessionIdle));
}

TEST_CASE("tcp: an application that hangs up ends the session, the client gets no answer") {
  Sessions p(milliseconds(10));
  p.hand.handler_of(p.server).answer.action = Action::Close;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"0"});
  CHECK(counter(*record, Counter::upstream_cx_destroy_remote_with_active_rq) == 1);
}

TEST_CASE("tcp: connect failures eject a host, a successful connect clears the count") {
  Sessions p(milliseconds(1));
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.outlier.emplace();
  cluster.outlier->consecutive_5xx = 2;
  cluster.outlier->max_ejection_percent = 100;
  p.down({}, milliseconds(50), false);
  p.down(milliseconds(150), milliseconds(250), false);
  const auto record = p.run({0, 100, 200});  // refused, served, refused
  CHECK(outcomes(*record) == Outcomes{"0 UF,URX", "200", "0 UF,URX"});
  CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) == 0);
}

}  // namespace
}  // namespace mesh
