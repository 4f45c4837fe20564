// Answers whose body takes its time: what they hold, what ends them.
#include <doctest/doctest.h>

#include "libmesh/engine/engine.h"
#include "tests/support/outcomes.h"
#include "tests/support/pair.h"

namespace mesh {
namespace {

using testing::counter;
using testing::latency_ms;
using testing::outcomes;
using testing::Pair;
using Outcomes = std::vector<std::string>;

/// A service that answers after 1 ms and then sends for `length`.
Pair streaming(std::uint16_t status, Duration length, std::uint32_t workers = 0) {
  Pair p(milliseconds(1), 1, workers);
  AnswerPlan& answer = p.hand.handler_of(p.server).answer;
  answer.status = status;
  answer.stream = p.hand.distribution(Distribution(Constant{length}));
  return p;
}

TEST_CASE("streams: an upgraded request lasts as long as its stream, under no timeout") {
  Pair p = streaming(101, seconds(30));
  p.hand.route_of(p.server).timeout = seconds(2);
  RetryPolicy& retry = p.retry(RetryOn::GatewayError, 2);
  retry.per_try_timeout = seconds(1);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"101"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(30'001.0));
  CHECK(counter(*record, ClusterCounter::upstream_rq_1xx) == 1);
  CHECK(counter(*record, ClusterCounter::upstream_rq_timeout) == 0);
}

TEST_CASE("streams: before its 101 an upgrade is under the timeouts") {
  Pair p = streaming(101, seconds(30));
  p.hand.handler_of(p.server).answer.time = p.hand.distribution(Distribution(Constant{seconds(5)}));
  p.hand.route_of(p.server).timeout = seconds(2);
  CHECK(outcomes(*p.run({0})) == Outcomes{"504 UT"});
}

TEST_CASE("streams: a body that is too long is cut by the route timeout, its status stays") {
  Pair p = streaming(200, seconds(30));
  p.hand.route_of(p.server).timeout = seconds(2);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200 UT"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(2000.0));
}

TEST_CASE("streams: a stream holds its request slot, its connection and its worker") {
  Pair breaker = streaming(101, seconds(10));
  breaker.hand.cluster_of(breaker.server).breaker.max_requests = 1;
  CHECK(outcomes(*breaker.run({0, 5000, 11'000})) == Outcomes{"101", "503 UO", "101"});

  Pair pool = streaming(101, seconds(10));
  pool.hand.cluster_of(pool.server).breaker.max_connections = 1;
  const auto waiting = pool.run({0, 5000});
  CHECK(outcomes(*waiting) == Outcomes{"101", "101"});
  CHECK(latency_ms(*waiting, 1) == doctest::Approx(15'002.0));       // until the first one's end
  CHECK(counter(*waiting, ClusterCounter::upstream_cx_total) == 2);  // upgraded ones serve no more

  Pair worker = streaming(200, seconds(10), 1);
  const auto queued = worker.run({0, 5000});
  CHECK(latency_ms(*queued, 1) == doctest::Approx(15'002.0));
  CHECK(counter(*queued, ClusterCounter::upstream_cx_total) == 2);
}

TEST_CASE("streams: a plain body leaves its connection for the next request") {
  Pair p = streaming(200, milliseconds(100));
  const auto record = p.run({0, 500});
  CHECK(outcomes(*record) == Outcomes{"200", "200"});
  CHECK(counter(*record, ClusterCounter::upstream_cx_total) == 1);
}

TEST_CASE("streams: max_stream_duration ends an upgraded stream") {
  Pair p = streaming(101, seconds(30));
  p.hand.route_of(p.server).max_stream_duration = seconds(3);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"101 UMSDR"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(3000.0));
}

TEST_CASE("streams: who hangs up ends the application's work on it") {
  Pair p = streaming(101, seconds(30), 1);
  p.hand.requests_at(p.client, p.server, {0, 3000});
  p.hand.plan().loads[LoadId{0}].timeout = seconds(2);
  Simulation simulation(p.hand.build(), 1);
  simulation.run_until(Instant{} + seconds(60));
  // The second one finds the worker free, and opens.
  const auto record = simulation.record();
  CHECK(counter(*record, ClusterCounter::upstream_rq_1xx) == 2);
}

TEST_CASE("streams: a crash breaks them, behind a sidecar and without") {
  for (const bool sidecar : {false, true}) {
    CAPTURE(sidecar);
    Pair p = streaming(101, seconds(30));
    Plan& plan = p.hand.plan();
    plan.workloads[p.server].receives_through_sidecar = sidecar;
    FaultPlan crash;
    crash.kind = FaultKind::Crash;
    crash.from = Instant{} + seconds(2);
    crash.to = Instant{} + seconds(3);
    crash.workload = p.server;
    crash.replicas = 1;
    plan.faults.add(crash);
    const auto record = p.run({0});
    REQUIRE(record->requests.id.size() == 1);
    CHECK(record->requests.code[0] == 101);
    CHECK(!ResponseFlags::from_packed(record->requests.flags[0]).empty());
    CHECK(latency_ms(*record, 0) == doctest::Approx(2000.0).epsilon(0.01));
    CHECK(record->info.requests_in_flight == 0);
  }
}

TEST_CASE("streams: a receiving sidecar passes them on") {
  Pair p = streaming(101, seconds(5));
  Plan& plan = p.hand.plan();
  plan.workloads[p.server].receives_through_sidecar = true;
  ClusterConfig limits;
  limits.cluster = plan.clusters.add("inbound|8080||");
  limits.breaker.max_requests = 1;
  const ClusterConfigId config = plan.cluster_configs.add(limits);
  p.hand.requests_at(p.client, p.server, {0, 1000, 7000});
  auto built = std::make_shared<Plan>(*p.hand.build());
  built->versions.front().proxies[p.server].inbound = config;
  Simulation simulation(built, 1);
  simulation.run_until(Instant{} + seconds(60));
  const auto record = simulation.record();
  const RequestTable& t = record->requests;
  Outcomes own;
  const Outcomes all = outcomes(*record);
  std::vector<std::size_t> order(t.id.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[t.id[i]] = i;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (t.inbound[order[i]] == 0) own.push_back(all[i]);
  }
  CHECK(own == Outcomes{"101", "503", "101"});  // the slot at the receiver is held, then free
  CHECK(record->info.requests_in_flight == 0);
}

TEST_CASE("streams: a copy of the world streams on by itself") {
  Pair p = streaming(101, seconds(5));
  p.hand.requests_at(p.client, p.server, {0, 1000});
  Engine one(p.hand.build(), 1);
  one.run_until(Instant{} + milliseconds(2500), {});
  Engine fork = one;
  one.run_until(Instant{} + seconds(60), {});
  fork.run_until(Instant{} + seconds(60), {});
  CHECK(outcomes(*one.record()) == Outcomes{"101", "101"});
  CHECK(one.world().loop.fingerprint() == fork.world().loop.fingerprint());
}

}  // namespace
}  // namespace mesh
