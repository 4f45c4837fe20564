// Every counter and gauge of a cluster after short histories, by Envoy's names.
#include <doctest/doctest.h>

#include "tests/support/outcomes.h"
#include "tests/support/pair.h"

namespace mesh {
namespace {

using testing::counter;
using testing::outcomes;
using testing::Pair;
using testing::statistics;
using Statistics = std::map<std::string, std::uint64_t>;

std::string difference(const Statistics& ours, const Statistics& expected) {
  std::string text;
  for (const auto& [name, value] : ours) {
    const auto found = expected.find(name);
    const std::uint64_t wanted = found == expected.end() ? 0 : found->second;
    if (value != wanted) {
      text += " " + name + ": " + std::to_string(value) + ", not " + std::to_string(wanted);
    }
  }
  for (const auto& [name, value] : expected) {
    if (!ours.contains(name)) text += " " + name + ": 0, not " + std::to_string(value);
  }
  return text;
}

struct Row {
  const char* name;
  void (*prepare)(Pair&);
  std::vector<int> at_ms;
  Duration until;
  Statistics expected;
};

TEST_CASE("statistics: every counter and gauge after short histories") {
  const Row rows[] = {
      {"one good request",
       [](Pair&) {},
       {0},
       seconds(1),
       {{"upstream_cx_total", 1},
        {"upstream_cx_http1_total", 1},
        {"upstream_cx_active", 1},
        {"upstream_rq_total", 1},
        {"upstream_rq_pending_total", 1},
        {"upstream_rq_completed", 1},
        {"upstream_rq_2xx", 1},
        {"membership_total", 1},
        {"membership_healthy", 1}}},
      {"one connection, one pending, a third is refused; looked at in the middle",
       [](Pair& p) {
         p.hand.cluster_of(p.server).breaker = {.max_connections = 1, .max_pending_requests = 1};
       },
       {0, 2, 4},
       milliseconds(6),
       {{"upstream_cx_total", 1},
        {"upstream_cx_http1_total", 1},
        {"upstream_cx_active", 1},
        {"upstream_cx_overflow", 1},
        {"upstream_rq_total", 1},
        {"upstream_rq_active", 1},
        {"upstream_rq_pending_total", 2},
        {"upstream_rq_pending_active", 1},
        {"upstream_rq_pending_overflow", 1},
        {"upstream_rq_completed", 1},
        {"upstream_rq_5xx", 1},
        {"circuit_breakers.default.cx_open", 1},
        {"circuit_breakers.default.rq_pending_open", 1},
        {"membership_total", 1},
        {"membership_healthy", 1}}},
      {"a retry in its back-off at a limit of one",
       [](Pair& p) {
         p.hand.handler_of(p.server).answer.status = 503;
         RetryPolicy& retry = p.retry(RetryOn::FiveXx, 1);
         retry.backoff_base = retry.backoff_max = seconds(100);
         p.hand.cluster_of(p.server).breaker.max_retries = 1;
       },
       {0},
       milliseconds(100),
       {{"upstream_cx_total", 1},
        {"upstream_cx_http1_total", 1},
        {"upstream_cx_active", 1},
        {"upstream_rq_total", 1},
        {"upstream_rq_pending_total", 1},
        {"upstream_rq_retry", 1},
        {"upstream_rq_retry_backoff_exponential", 1},
        {"retries_active", 1},
        {"circuit_breakers.default.rq_retry_open", 1},
        {"membership_total", 1},
        {"membership_healthy", 1}}},
      {"a host that is ejected",
       [](Pair& p) {
         p.hand.handler_of(p.server).answer.status = 503;
         p.hand.cluster_of(p.server).outlier.emplace();
         p.hand.cluster_of(p.server).outlier->consecutive_5xx = 1;
         p.hand.cluster_of(p.server).outlier->max_ejection_percent = 100;
       },
       {0},
       milliseconds(100),
       {{"upstream_cx_total", 1},
        {"upstream_cx_http1_total", 1},
        {"upstream_cx_destroy", 1},
        {"upstream_cx_destroy_local", 1},
        {"upstream_rq_total", 1},
        {"upstream_rq_pending_total", 1},
        {"upstream_rq_completed", 1},
        {"upstream_rq_5xx", 1},
        {"outlier_detection.ejections_total", 1},
        {"outlier_detection.ejections_enforced_total", 1},
        {"outlier_detection.ejections_detected_consecutive_5xx", 1},
        {"outlier_detection.ejections_enforced_consecutive_5xx", 1},
        {"outlier_detection.ejections_consecutive_5xx", 1},
        {"outlier_detection.ejections_active", 1},
        {"membership_total", 1}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Pair p(milliseconds(20));
    row.prepare(p);
    CHECK(difference(statistics(*p.run(row.at_ms, row.until)), row.expected) == "");
  }
}

TEST_CASE("statistics: envoy#44 shows its pending breaker open while one request waits") {
  Pair p(milliseconds(20));
  p.hand.cluster_of(p.server).breaker = {.max_connections = 1, .max_pending_requests = 1};
  CHECK(statistics(*p.run({0, 5}, milliseconds(10)))["circuit_breakers.default.rq_pending_open"] ==
        1);
}

TEST_CASE("statistics: at the limit of pools a further host is as good as none") {
  Pair p(milliseconds(20), 2);
  ClusterConfig& cluster = p.hand.cluster_of(p.server);
  cluster.load_balancer.kind = LoadBalancerKind::RoundRobin;
  cluster.breaker.max_connection_pools = 1;
  cluster.idle_timeout = milliseconds(5);
  const auto record = p.run({0, 5, 10, 60});  // the second goes to the other host
  CHECK(outcomes(*record) == std::vector<std::string>{"200", "503 UH", "200", "200"});
  CHECK(counter(*record, ClusterCounter::upstream_cx_pool_overflow) == 1);
  CHECK(counter(*record, ClusterCounter::upstream_cx_none_healthy) == 0);
}

}  // namespace
}  // namespace mesh
