// Timers of the engine that no vector speaks of.
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

TEST_CASE("timeouts: of a try's two timers the shorter one ends it") {
  struct Row {
    const char* name;
    int per_try_ms, idle_ms;
    double ends_ms;
    Details details;
  };
  const Row rows[] = {
      {"no idle timeout", 80, 0, 80, Details::PerTryTimeout},
      {"only an idle timeout", 0, 60, 60, Details::PerTryIdleTimeout},
      {"idle is shorter", 80, 60, 60, Details::PerTryIdleTimeout},
      {"per try is shorter", 80, 90, 80, Details::PerTryTimeout},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Pair p(seconds(5));
    RetryPolicy& policy = p.retry(RetryOn::ConnectFailure, 1);
    policy.per_try_timeout = milliseconds(row.per_try_ms);
    policy.per_try_idle_timeout = milliseconds(row.idle_ms);
    const auto record = p.run({0});
    CHECK(outcomes(*record) == Outcomes{"504 UT"});
    CHECK(latency_ms(*record, 0) == doctest::Approx(row.ends_ms).epsilon(0.001));
    CHECK(record->requests.details.front() == static_cast<std::uint8_t>(row.details));
    const bool idle = row.details == Details::PerTryIdleTimeout;
    CHECK(counter(*record, Counter::upstream_rq_per_try_idle_timeout) == (idle ? 1 : 0));
    CHECK(counter(*record, Counter::upstream_rq_per_try_timeout) == (idle ? 0 : 1));
  }
}

TEST_CASE("timeouts: an alternative answer turns a timeout into 204") {
  Pair p(seconds(5));
  p.hand.route_of(p.server).timeout = milliseconds(50);
  p.hand.route_of(p.server).timeout_code = 204;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"204 UT"});
  CHECK(counter(*record, Counter::upstream_rq_2xx) == 1);
}

TEST_CASE("timeouts: a global timeout after the headers leaves the status that was sent") {
  Pair p(milliseconds(18));
  p.hand.handler_of(p.server).answer.action = Action::ResetAfterHeaders;  // the reset after 23 ms
  p.hand.route_of(p.server).timeout = milliseconds(20);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200 UT"});
  CHECK(counter(*record, Counter::upstream_rq_timeout) == 1);
  CHECK(counter(*record, Counter::upstream_rq_5xx) == 0);
  CHECK(counter(*record, Counter::upstream_rq_completed) == 1);
}

TEST_CASE("timeouts: max stream duration is no code to charge and blames no host") {
  Pair p(seconds(5));
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.max_stream_duration = milliseconds(50);
  cluster.outlier.emplace();
  cluster.outlier->consecutive_5xx = 1;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"504 UMSDR"});
  CHECK(counter(*record, Counter::upstream_rq_completed) == 0);
  CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) == 0);
}

TEST_CASE(
    "timeouts: an application ends an old connection while it is idle, or says so in HTTP/2") {
  for (const UpstreamProtocol protocol : {UpstreamProtocol::Http1, UpstreamProtocol::Http2}) {
    CAPTURE(static_cast<int>(protocol));
    Pair p(milliseconds(1));
    p.hand.cluster_of(p.server).protocol = protocol;
    p.hand.plan().workloads[p.server].max_connection_age = milliseconds(100);
    const auto record = p.run({0, 200}, milliseconds(250));
    CHECK(outcomes(*record) == testing::times(2, "200"));
    CHECK(counter(*record, Counter::upstream_cx_total) == 2);
    const bool http2 = protocol == UpstreamProtocol::Http2;
    CHECK(counter(*record, Counter::upstream_cx_close_notify) == (http2 ? 1 : 0));
    CHECK(counter(*record, Counter::upstream_cx_destroy_remote) == (http2 ? 0 : 1));
  }
}

TEST_CASE("timeouts: who ends a connection first, the proxy or the application") {
  for (const int proxys_ms : {50, 150}) {
    CAPTURE(proxys_ms);
    Pair p(milliseconds(1));
    p.hand.cluster_of(p.server).max_connection_duration = milliseconds(proxys_ms);
    p.hand.plan().workloads[p.server].max_connection_age = milliseconds(100);
    const auto record = p.run({0}, milliseconds(300));
    CHECK(counter(*record, Counter::upstream_cx_max_duration_reached) == (proxys_ms == 50 ? 1 : 0));
    CHECK(counter(*record, Counter::upstream_cx_destroy) == 1);
  }
}

TEST_CASE("mirrors: what no host was found for is not mirrored, what the pool refused is") {
  struct Row {
    const char* name;
    bool hosts;
    const char* outcome;
    std::uint64_t copies;
  };
  for (const Row& row : {Row{"no host", false, "503 UH", 0}, Row{"refused", true, "503 UO", 1}}) {
    CAPTURE(row.name);
    Pair p(milliseconds(1));
    const WorkloadId shadow = p.hand.service("shadow", {.workers = 0});
    p.hand.route_of(p.server).mirrors = {{p.hand.cluster_of(shadow).cluster, {1'000'000}}};
    if (!row.hosts) p.hand.cluster_of(p.server).hosts.clear();
    p.hand.cluster_of(p.server).breaker.max_pending_requests = 0;
    const auto record = p.run({0});
    std::uint64_t copies = 0;
    for (const std::uint8_t mirror : record->requests.mirror) copies += mirror;
    CHECK(copies == row.copies);
    CHECK(outcomes(*record).front() == row.outcome);
  }
}

TEST_CASE("timeouts: no host is blamed for a request that the timeout finds still waiting") {
  struct Row {
    const char* name;
    bool connects;
    std::uint64_t blamed;
  };
  for (const Row& row :
       {Row{"its connection is still being made", false, 0}, Row{"it is with the host", true, 1}}) {
    CAPTURE(row.name);
    Pair p(seconds(5));
    p.hand.route_of(p.server).timeout = milliseconds(50);
    p.hand.cluster_of(p.server).outlier.emplace().consecutive_5xx = 1;
    if (!row.connects) p.down({}, seconds(10), true);
    const auto record = p.run({0}, seconds(1));
    CHECK(outcomes(*record) == Outcomes{"504 UT"});
    CHECK(counter(*record, Counter::upstream_rq_timeout) == 1);
    CHECK(counter(*record, Counter::upstream_rq_cancelled) == 1 - row.blamed);
    CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) == row.blamed);
  }
}

}  // namespace
}  // namespace mesh
