// Retries of the engine: conditions beyond statuses, back-off that the answer asks for, budget.
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

/// A service whose first answer is bad, with these headers.
struct FirstBad : Pair {
  explicit FirstBad(std::uint16_t status, ResponseHeaders headers = {}) : Pair(milliseconds(1)) {
    AnswerPlan bad = answer(status, milliseconds(1));
    bad.response = static_cast<std::uint32_t>(hand.plan().responses.size());
    hand.plan().responses.push_back({.headers = std::move(headers)});
    hand.answers(server, 1, 1, bad);
  }
};

TEST_CASE("retries: Retry-After gives the length of the back-off, exponential without it") {
  struct Row {
    const char* name;
    ResponseHeaders headers;
    double from_ms, to_ms;
    std::uint64_t ratelimited;
  };
  const Row rows[] = {
      {"no header", {}, 2, 28, 0},
      {"two seconds", {{"Retry-After", "2"}}, 2002, 3003, 1},
      {"nothing to wait for", {{"retry-after", "0"}}, 2, 28, 0},
      {"longer than allowed", {{"retry-after", "301"}}, 2, 28, 0},
      {"no number", {{"retry-after", "soon"}}, 2, 28, 0},
      {"the second header, as the first is absent", {{"x-reset-at", "10"}}, 10002, 15003, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    FirstBad p(503, row.headers);
    p.retry(RetryOn::FiveXx, 1).reset_headers = {{"Retry-After", ResetHeaderFormat::Seconds},
                                                 {"X-Reset-At", ResetHeaderFormat::UnixTimestamp}};
    const auto record = p.run({0});
    CHECK(outcomes(*record) == Outcomes{"200"});
    CHECK(latency_ms(*record, 0) >= row.from_ms);
    CHECK(latency_ms(*record, 0) < row.to_ms);
    CHECK(counter(*record, Counter::upstream_rq_retry_backoff_ratelimited) == row.ratelimited);
    CHECK(counter(*record, Counter::upstream_rq_retry_backoff_exponential) == 1 - row.ratelimited);
  }
}

TEST_CASE("retries: envoy#3 through the router: x-envoy-overloaded does not stop a retry") {
  FirstBad p(503, {{"x-envoy-overloaded", "true"}});
  p.retry(RetryOn::FiveXx, 1);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(counter(*record, Counter::upstream_rq_retry) == 1);
}

TEST_CASE("retries: only answers can ask for a back-off, a reset is retried exponentially") {
  FirstBad p(503, {{"retry-after", "100"}});
  p.hand.plan().rules.back().answer.action = Action::Close;
  p.retry(RetryOn::FiveXx, 1).reset_headers = {{"retry-after", ResetHeaderFormat::Seconds}};
  CHECK(latency_ms(*p.run({0}), 0) < 28);
}

TEST_CASE("retries: a configured header makes an answer retriable") {
  struct Row {
    const char* name;
    ResponseHeaders headers;
    const char* outcome;
  };
  const Row rows[] = {
      {"present", {{"X-Again", "anything"}}, "200"},
      {"absent", {}, "404"},
      {"the exact value", {{"x-busy", "yes"}}, "200"},
      {"another value", {{"x-busy", "no"}}, "404"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    FirstBad p(404, row.headers);
    p.retry(RetryOn::RetriableHeaders, 1).headers = {{"x-again"}, {"x-busy", "yes"}};
    CHECK(outcomes(*p.run({0})) == Outcomes{row.outcome});
  }
}

TEST_CASE("retries: a refused stream is retried under refused-stream, a reset is not") {
  struct Row {
    const char* name;
    Action action;
    UpstreamProtocol protocol;
    const char* outcome;
    Details details;
  };
  const Row rows[] = {
      {"refused", Action::RefuseStream, UpstreamProtocol::Http2, "200", Details::ViaUpstream},
      {"reset", Action::Reset, UpstreamProtocol::Http2, "503 UR", Details::RemoteReset},
      {"HTTP/1 cannot refuse", Action::RefuseStream, UpstreamProtocol::Http1, "503 UC",
       Details::ConnectionTermination},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    FirstBad p(200);
    p.hand.cluster_of(p.server).protocol = row.protocol;
    p.hand.plan().rules.back().answer.action = row.action;
    p.retry(RetryOn::RefusedStream, 1);
    const auto record = p.run({0});
    CHECK(outcomes(*record) == Outcomes{row.outcome});
    CHECK(record->requests.details.front() == static_cast<std::uint8_t>(row.details));
  }
}

TEST_CASE("retries: a stream that is refused for good is 503 UR with its own details") {
  Pair p(milliseconds(1));
  p.hand.cluster_of(p.server).protocol = UpstreamProtocol::Http2;
  p.hand.handler_of(p.server).answer.action = Action::RefuseStream;
  p.retry(RetryOn::RefusedStream, 1);
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"503 URX,UR"});
  CHECK(record->requests.details.front() == static_cast<std::uint8_t>(Details::RefusedStream));
  CHECK(counter(*record, Counter::upstream_rq_rx_reset) == 2);
  CHECK(counter(*record, Counter::upstream_cx_total) == 1);
}

TEST_CASE("retries: a reset of one HTTP/2 stream leaves the others, one stream at a time or not") {
  for (const std::uint32_t streams : {1u, 2u}) {
    CAPTURE(streams);
    FirstBad p(200);
    ClusterConfig& cluster = p.hand.cluster_of(p.server);
    cluster.protocol = UpstreamProtocol::Http2;
    cluster.max_concurrent_streams = streams;
    p.hand.plan().rules.back().answer.action = Action::Reset;
    const auto record = p.run({0, 10});
    CHECK(outcomes(*record) == Outcomes{"503 UR", "200"});
    CHECK(counter(*record, Counter::upstream_cx_total) == 1);
  }
}

TEST_CASE(
    "retries: of ten failures at once a budget lets those be retried for which load is left") {
  struct Row {
    double percent;
    std::uint64_t retries;
  };
  // Decision k sees the 10 - k streams that are still active, and the retries scheduled so far.
  for (const Row& row : {Row{20, 1}, Row{50, 3}, Row{100, 5}}) {
    CAPTURE(row.percent);
    Pair p(milliseconds(5));
    p.hand.handler_of(p.server).answer.status = 503;
    RetryPolicy& retry = p.retry(RetryOn::FiveXx, 1);
    retry.backoff_base = retry.backoff_max = seconds(1);
    p.hand.cluster_of(p.server).breaker.retry_budget =
        RetryBudget{.percent = row.percent, .min_concurrency = 1};
    const auto record = p.run(std::vector<int>(10, 0), milliseconds(6));
    CHECK(counter(*record, Counter::upstream_rq_retry) == row.retries);
    CHECK(counter(*record, Counter::upstream_rq_retry_overflow) == 10 - row.retries);
    CHECK(outcomes(*record) == testing::times(10 - row.retries, "503 UO"));
  }
}

TEST_CASE("retries: a success is what follows a retry and is not retried, even a 404") {
  struct Row {
    const char* name;
    std::uint16_t first, second;
    std::uint64_t successes;
  };
  const Row rows[] = {
      {"good at once", 200, 200, 0},
      {"good after a retry", 503, 200, 1},
      {"no 5xx after a retry", 503, 404, 1},
      {"bad again", 503, 503, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Pair p(milliseconds(1));
    p.hand.answers(p.server, 1, 1, p.answer(row.first, milliseconds(1)));
    p.hand.answers(p.server, 2, 2, p.answer(row.second, milliseconds(1)));
    p.retry(RetryOn::FiveXx, 1);
    CHECK(counter(*p.run({0}), Counter::upstream_rq_retry_success) == row.successes);
  }
}

TEST_CASE("retries: previous_hosts remembers a host that refused, and one that answered") {
  for (const bool refuses : {true, false}) {
    CAPTURE(refuses);
    Pair p(milliseconds(1), 2);
    RetryPolicy& retry = p.retry(RetryOn::ConnectFailure | RetryOn::FiveXx, 1);
    retry.previous_hosts = true;
    retry.host_selection_attempts = 30;
    p.hand.cluster_of(p.server).load_balancer.kind = LoadBalancerKind::Random;
    if (refuses) {  // one of the two
      p.hand.plan().endpoint_propagation = seconds(1000);
      p.hand.plan().faults.add(
          {.kind = FaultKind::Crash, .from = Instant{}, .workload = p.server, .replicas = 1});
    } else {
      p.hand.handler_of(p.server).answer.status = 503;
    }
    std::vector<int> at;
    for (int i = 0; i < 40; ++i) at.push_back(1 + 100 * i);
    const auto record = p.run(at);
    if (refuses) {
      CHECK(outcomes(*record) == testing::times(40, "200"));
      CHECK(counter(*record, Counter::upstream_rq_retry) > 5);
    } else {
      CHECK(outcomes(*record) == testing::times(40, "503 URX"));
      const std::vector<std::uint32_t>& hosts = record->attempts.host;
      for (std::size_t i = 0; i < hosts.size(); i += 2) CHECK(hosts[i] != hosts[i + 1]);
    }
  }
}

TEST_CASE("retries: envoy#15 through the router: a failed retry gives back its place, then asks") {
  Pair p(milliseconds(1));
  p.hand.answers(p.server, 1, 2, p.answer(503, milliseconds(1)));
  p.retry(RetryOn::FiveXx, 2);
  p.hand.cluster_of(p.server).breaker.max_retries = 1;
  const auto record = p.run({0});
  CHECK(outcomes(*record) == Outcomes{"200"});
  CHECK(counter(*record, Counter::upstream_rq_retry) == 2);
  CHECK(counter(*record, Counter::upstream_rq_retry_overflow) == 0);
}

TEST_CASE("retries: reset-before-request retries what no host has seen, and only that") {
  FirstBad sent(200);
  sent.hand.plan().rules.back().answer.action = Action::Close;
  sent.retry(RetryOn::ResetBeforeRequest, 1);
  CHECK(outcomes(*sent.run({0})) == Outcomes{"503 UC"});

  Pair unsent(milliseconds(1));
  RetryPolicy& retry = unsent.retry(RetryOn::ResetBeforeRequest, 1);
  retry.backoff_base = retry.backoff_max = milliseconds(1);  // 0 ms
  unsent.hand.cluster_of(unsent.server).connect_timeout = milliseconds(100);
  unsent.down({}, milliseconds(50), true);
  CHECK(outcomes(*unsent.run({0})) == Outcomes{"200"});
}

}  // namespace
}  // namespace mesh
