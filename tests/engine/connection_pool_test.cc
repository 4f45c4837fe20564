// Pools of a proxy's workers: whose connection serves whom, and in which order.
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

TEST_CASE("connection_pool: workers share the limits but not the connections") {
  struct Row {
    const char* name;
    std::uint32_t concurrency;
    std::uint64_t connections, overflows;
    double second_ms;
  };
  const Row rows[] = {
      {"one worker queues the second request, asking twice for a connection", 1, 1, 2, 40},
      {"a second worker has no connection yet, so it gets one beyond the limit", 2, 2, 1, 20},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Pair p(milliseconds(20));
    p.hand.plan().workloads[p.client].concurrency = row.concurrency;
    p.hand.cluster_of(p.server).breaker.max_connections = 1;
    const auto record = p.run({0, 0});
    CHECK(outcomes(*record) == testing::times(2, "200"));
    CHECK(counter(*record, Counter::upstream_cx_total) == row.connections);
    CHECK(counter(*record, Counter::upstream_cx_overflow) == row.overflows);
    CHECK(latency_ms(*record, 1) == doctest::Approx(row.second_ms).epsilon(0.01));
  }
}

TEST_CASE("connection_pool: an idle connection of another worker is no use") {
  Pair p(milliseconds(5));
  p.hand.plan().workloads[p.client].concurrency = 2;
  const auto record = p.run({0, 50, 100, 150});  // the workers take turns
  CHECK(outcomes(*record) == testing::times(4, "200"));
  CHECK(counter(*record, Counter::upstream_cx_total) == 2);
}

TEST_CASE("connection_pool: every host may have one connection, whatever the limit") {
  Pair p(milliseconds(20), 3);
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.load_balancer.kind = LoadBalancerKind::RoundRobin;
  cluster.breaker.max_connections = 1;
  const auto record = p.run({0, 1, 2, 3}, seconds(1));  // the fourth waits for the first host
  CHECK(outcomes(*record) == testing::times(4, "200"));
  CHECK(counter(*record, Counter::upstream_cx_total) == 3);
  CHECK(counter(*record, Counter::upstream_cx_overflow) == 3);
  CHECK(latency_ms(*record, 3) == doctest::Approx(37).epsilon(0.01));
}

TEST_CASE("connection_pool: who waits longest is served first") {
  Pair p(milliseconds(20));
  p.hand.cluster_of(p.server).breaker.max_connections = 1;
  const auto record = p.run({0, 1, 2, 3});
  for (std::uint64_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    CHECK(latency_ms(*record, i) == doctest::Approx(20 + 19.0 * static_cast<double>(i)));
  }
}

TEST_CASE("connection_pool: of two idle connections the one freed last is used again") {
  Pair p(milliseconds(20));
  p.hand.cluster_of(p.server).idle_timeout = milliseconds(100);
  // Two connections, idle from 20 and 25 ms on. Used again every 30 ms, the second stays young,
  // the first one ages out; in turn neither would.
  const auto record = p.run({0, 5, 50, 80, 110, 140}, milliseconds(150));
  CHECK(counter(*record, Counter::upstream_cx_total) == 2);
  CHECK(counter(*record, Counter::upstream_cx_idle_timeout) == 1);
}

TEST_CASE("connection_pool: the idle timeout of 100 ms counts from the last use") {
  struct Row {
    const char* name;
    std::vector<int> at_ms;  // each takes 20 ms
    int closed_ms;
  };
  const Row rows[] = {
      {"used once", {0}, 120},
      {"used again meanwhile", {0, 60}, 180},
      {"used again twice", {0, 60, 150}, 270},
      {"in use when the first idle time would be over", {0, 110}, 230},
      {"a request of that very nanosecond comes first", {0, 60, 180}, 300},
      {"idle for most of it, again and again", {0, 110, 220, 330}, 450},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (const int late : {0, 1}) {
      CAPTURE(late);
      Pair p(milliseconds(20));
      p.hand.cluster_of(p.server).idle_timeout = milliseconds(100);
      const auto record =
          p.run(row.at_ms, milliseconds(row.closed_ms) + Duration{late == 0 ? -1 : 0});
      CHECK(outcomes(*record) == testing::times(row.at_ms.size(), "200"));
      CHECK(counter(*record, Counter::upstream_cx_total) == 1);
      CHECK(counter(*record, Counter::upstream_cx_idle_timeout) == late);
    }
  }
}

TEST_CASE("connection_pool: after a time-out an HTTP/1 connection is closed, not used again") {
  struct Row {
    const char* name;
    UpstreamProtocol protocol;
    std::uint64_t connections, closed, resets;
  };
  const Row rows[] = {
      {"HTTP/1 can only hang up", UpstreamProtocol::Http1, 2, 1, 0},
      {"HTTP/2 resets the stream", UpstreamProtocol::Http2, 1, 0, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Pair p(milliseconds(1));
    p.hand.answers(p.server, 1, 1, p.answer(200, seconds(5)));
    p.hand.cluster_of(p.server).protocol = row.protocol;
    p.hand.route_of(p.server).timeout = milliseconds(50);
    const auto record = p.run({0, 100});
    CHECK(outcomes(*record) == Outcomes{"504 UT", "200"});
    CHECK(counter(*record, Counter::upstream_cx_total) == row.connections);
    CHECK(counter(*record, Counter::upstream_cx_destroy_local_with_active_rq) == row.closed);
    CHECK(counter(*record, Counter::upstream_rq_tx_reset) == row.resets);
  }
}

TEST_CASE("connection_pool: without a free place in the queue a request is refused at once") {
  Pair p(milliseconds(20));
  p.hand.cluster_of(p.server).breaker.max_pending_requests = 0;
  const auto record = p.run({0, 5});  // no place, so not even a first connection
  CHECK(outcomes(*record) == testing::times(2, "503 UO"));
  CHECK(counter(*record, Counter::upstream_cx_total) == 0);
}

TEST_CASE("connection_pool: who waits gets a new connection for one that a time-out closed") {
  Pair p(milliseconds(1));
  p.hand.answers(p.server, 1, 1, p.answer(200, seconds(5)));
  p.hand.cluster_of(p.server).breaker.max_connections = 1;
  p.hand.route_of(p.server).timeout = milliseconds(50);
  const auto record = p.run({0, 10});
  CHECK(outcomes(*record) == Outcomes{"504 UT", "200"});
  CHECK(latency_ms(*record, 1) == doctest::Approx(41).epsilon(0.01));
}

TEST_CASE("connection_pool: mutual TLS between sidecars costs a round trip more") {
  struct Row {
    const char* name;
    bool client, server;
    double connected_ms;
  };
  const Row rows[] = {
      {"no sidecars", false, false, 10},
      {"the client's alone", true, false, 10},
      {"the server's alone", false, true, 10},
      {"both", true, true, 20},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Pair p(milliseconds(1));
    Plan& plan = p.hand.plan();
    plan.network.same_zone.one_way = milliseconds(5);
    plan.workloads[p.client].has_sidecar = row.client;
    plan.workloads[p.server].has_sidecar = row.server;
    plan.workloads[p.server].receives_through_sidecar = row.server;
    const auto record = p.run({0});
    CHECK(outcomes(*record) == Outcomes{"200"});
    const AttemptTable& attempts = record->attempts;
    CHECK(1e-6 * static_cast<double>(attempts.connected_ns.at(0) - attempts.started_ns.at(0)) ==
          doctest::Approx(row.connected_ms));
  }
}

}  // namespace
}  // namespace mesh
