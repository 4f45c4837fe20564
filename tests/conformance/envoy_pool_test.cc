// Conformance vectors of connection pools, on the real engine.
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

TEST_CASE("envoy#48: a connection that connects has room for as many as it may have streams") {
  for (const int one_way_ms : {0, 5}) {  // ready at once, or while all three wait
    CAPTURE(one_way_ms);
    Pair p(milliseconds(20));
    p.hand.plan().network.same_zone.one_way = milliseconds(one_way_ms);
    ClusterConfig& cluster = p.hand.cluster_of(p.server);
    cluster.protocol = UpstreamProtocol::Http2;
    cluster.max_concurrent_streams = 2;
    const auto record = p.run({0, 1, 2, 50});  // the last finds both connections free
    CHECK(counter(*record, Counter::upstream_cx_total) == 2);
    CHECK(outcomes(*record) == testing::times(4, "200"));
  }
}

TEST_CASE("envoy#48: a connection that connects has room for as many as it may still serve") {
  Pair p(milliseconds(20));
  p.hand.plan().network.same_zone.one_way = milliseconds(5);
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.protocol = UpstreamProtocol::Http2;
  cluster.max_requests_per_connection = 2;
  const auto record = p.run({0, 0, 0});
  CHECK(counter(*record, Counter::upstream_cx_total) == 2);
  for (std::uint64_t i = 0; i < 3; ++i) {  // nobody waits until a connection has used itself up
    CHECK(latency_ms(*record, i) == doctest::Approx(40).epsilon(0.01));
  }
}

TEST_CASE("envoy#49: a failed connect fails everything that waits in its pool") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).protocol = UpstreamProtocol::Http2;
  p.hand.plan().network.same_zone.one_way =
      milliseconds(1);  // all three wait for the one connection
  p.down({}, seconds(10), false);
  const auto record = p.run({0, 0, 0});
  CHECK(outcomes(*record) == testing::times(3, "503 UF"));
  CHECK(counter(*record, Counter::upstream_rq_pending_failure_eject) == 3);
  CHECK(counter(*record, Counter::upstream_cx_connect_fail) == 1);
  CHECK(record->requests.id == std::vector<std::uint64_t>{2, 1, 0});  // the newest first
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
  p.hand.plan().network.same_zone.one_way = milliseconds(1);  // connecting takes time
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

}  // namespace
}  // namespace mesh
