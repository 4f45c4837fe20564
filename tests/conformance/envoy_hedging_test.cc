// Conformance vectors of hedging on per-try timeouts, on the real engine.
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

/// A route that hedges after 50 ms, to a service whose first two answers are given.
struct Hedged : Pair {
  Hedged(std::uint16_t first, Duration first_time, std::uint16_t second, Duration second_time)
      : Pair(seconds(10)) {
    hand.answers(server, 1, 1, answer(first, first_time));
    hand.answers(server, 2, 2, answer(second, second_time));
    RetryPolicy& policy = retry(RetryOn::FiveXx, 1);
    policy.per_try_timeout = milliseconds(50);
    policy.hedge_on_per_try_timeout = true;
  }
};

TEST_CASE("envoy#36: hedged, the first try answers after all, the second is reset") {
  Hedged p(200, milliseconds(100), 200, seconds(5));
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(100).epsilon(0.001));
  CHECK(record->requests.attempts.front() == 2);
  CHECK(counter(*record, Counter::upstream_rq_total) == 2);
  CHECK(counter(*record, Counter::upstream_rq_per_try_timeout) == 0);
  CHECK(counter(*record, Counter::upstream_cx_destroy_local_with_active_rq) == 1);
  CHECK(counter(*record, Counter::upstream_rq_2xx) == 1);
  CHECK(counter(*record, Counter::upstream_rq_completed) == 1);
}

TEST_CASE("envoy#36: hedged, the second try is the faster one") {
  Hedged p(200, seconds(5), 200, milliseconds(10));
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(latency_ms(*record, 0) >= 60);
  CHECK(latency_ms(*record, 0) < 86);
  CHECK(counter(*record, Counter::upstream_rq_retry_success) == 1);
}

TEST_CASE("envoy#37: hedged, a 500 of the second try is withheld while the first may answer") {
  Hedged p(200, milliseconds(200), 500, milliseconds(1));
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200 URX"});  // the flag of the try that could not be retried
  CHECK(latency_ms(*record, 0) == doctest::Approx(200).epsilon(0.001));
  CHECK(counter(*record, Counter::upstream_rq_retry_limit_exceeded) == 1);
  CHECK(counter(*record, Counter::upstream_rq_5xx) == 0);
}

TEST_CASE("envoy#37: hedged, a reset of the second try is withheld as well") {
  Hedged p(200, milliseconds(200), 200, milliseconds(1));
  p.hand.plan().rules.back().answer.action = Action::Close;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200 URX"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(200).epsilon(0.001));
}

TEST_CASE("envoy#38: hedged, the global timeout ends both tries and blames the second one only") {
  for (const std::uint32_t threshold : {2u, 3u}) {
    CAPTURE(threshold);
    Hedged p(200, seconds(5), 200, seconds(5));
    RoutePlan& route = p.hand.route_of(p.server);
    route.retry->per_try_timeout = milliseconds(120);
    route.timeout = milliseconds(200);
    ClusterConfig& cluster = p.hand.cluster_of(p.server);
    cluster.outlier.emplace();
    cluster.outlier->consecutive_5xx = threshold;
    const auto record = p.run({0});
    CHECK(outcomes(*record) == Outcomes{"504 UT"});
    CHECK(latency_ms(*record, 0) == doctest::Approx(200).epsilon(0.001));
    CHECK(counter(*record, Counter::upstream_rq_timeout) == 2);
    CHECK(counter(*record, Counter::upstream_rq_5xx) == 2);  // each try is charged
    // Two timeouts reach outlier detection, not three.
    CHECK(counter(*record, Counter::ejections_detected_consecutive_5xx) == (threshold == 2));
  }
}

TEST_CASE("envoy#39: hedged, two bad answers: the client gets the one that came last") {
  Hedged p(503, milliseconds(200), 503, milliseconds(1));
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 URX"});
  CHECK(latency_ms(*record, 0) == doctest::Approx(200).epsilon(0.001));
  CHECK(counter(*record, Counter::upstream_rq_retry) == 1);
  CHECK(counter(*record, Counter::upstream_rq_retry_limit_exceeded) == 1);
  CHECK(counter(*record, Counter::upstream_rq_5xx) == 1);
}

TEST_CASE("hedging: a bad first answer is withheld while the hedged retry waits in its back-off") {
  Hedged p(503, milliseconds(51), 200, milliseconds(1));
  RetryPolicy& retry = *p.hand.route_of(p.server).retry;
  retry.backoff_base = retry.backoff_max = seconds(20);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(latency_ms(*record, 0) > 1000);
}

TEST_CASE("hedging: without a policy that retries the slow try just goes on") {
  Hedged p(200, milliseconds(100), 200, milliseconds(1));
  p.hand.route_of(p.server).retry->on = RetryOn::None;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(counter(*record, Counter::upstream_rq_total) == 1);
}

TEST_CASE("hedging: the retry breaker refuses a hedge, the slow try goes on") {
  Hedged p(200, milliseconds(100), 200, milliseconds(1));
  p.hand.cluster_of(p.server).breaker.max_retries = 0;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200 UO"});
  CHECK(counter(*record, Counter::upstream_rq_total) == 1);
}

TEST_CASE("hedging: a hedge that the retry breaker refuses has used up its try all the same") {
  Hedged p(503, milliseconds(100), 200, milliseconds(1));
  p.hand.cluster_of(p.server).breaker.max_retries = 0;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 UO,URX"});
  CHECK(counter(*record, Counter::upstream_rq_retry_overflow) == 1);
  CHECK(counter(*record, Counter::upstream_rq_retry_limit_exceeded) == 1);
}

TEST_CASE("hedging: on HTTP/2 the loser is one reset stream, the connection stays") {
  Hedged p(200, milliseconds(100), 200, seconds(5));
  p.hand.cluster_of(p.server).protocol = UpstreamProtocol::Http2;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(counter(*record, Counter::upstream_rq_tx_reset) == 1);
  CHECK(counter(*record, Counter::upstream_cx_total) == 1);
  CHECK(counter(*record, Counter::upstream_cx_destroy_with_active_rq) == 0);
}

}  // namespace
}  // namespace mesh
