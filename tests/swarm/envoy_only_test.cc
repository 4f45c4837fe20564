// Policies that only Envoy's own configuration can set, combined at random.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

#include "libmesh/engine/engine.h"
#include "tests/support/environment.h"
#include "tests/support/hand_plan.h"
#include "tests/support/world_audit.h"

namespace mesh {
namespace {

using testing::from_environment;
using testing::HandPlan;
using testing::WorldAudit;

/// A client that calls a service over HTTP/1, HTTP/2 or TCP; everything else is drawn.
class RandomProxy {
 public:
  explicit RandomProxy(std::uint64_t seed) : random_(seed) {
    client_ = hand_.client("client", upto(2), true, upto(2));
    server_ = hand_.service("server", {.pods = upto(3),
                                       .workers = upto(4),
                                       .queue = one_of({0u, 2u, 100u}),
                                       .time = Distribution(Exponential{ms(12)}),
                                       .sidecar = rarely()});
    Plan& plan = hand_.plan();
    plan.until = Instant{} + seconds(3);
    plan.endpoint_propagation = ms(300);
    plan.network.same_zone.one_way = one_of({Duration{}, microseconds(200)});
    draw_cluster(hand_.cluster_of(server_));
    draw_route(hand_.route_of(server_));
    draw_application();
    plan.loads[hand_.open_load("load", client_, server_, 200)].rate.front().length = seconds(2);
    plan.loads.begin()->timeout = one_of({ms(40), seconds(2)});
  }
  std::shared_ptr<const Plan> build() { return hand_.build(); }

 private:
  std::uint32_t upto(std::uint32_t n) { return 1 + static_cast<std::uint32_t>(random_() % n); }
  template <typename T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[random_() % values.size()];
  }
  bool coin() { return random_() % 2 == 0; }
  bool rarely() { return random_() % 5 == 0; }
  Duration ms(std::uint32_t upper) { return milliseconds(upto(upper)); }

  void draw_cluster(ClusterConfig& config) {
    config.protocol =
        one_of({UpstreamProtocol::Http1, UpstreamProtocol::Http2, UpstreamProtocol::Tcp});
    config.max_concurrent_streams = one_of({1u, 3u, 1024u});
    config.preconnect_ratio = one_of({1.0, 1.3, 3.0});
    config.max_stream_duration = one_of({Duration{}, ms(60)});
    config.maintenance_percent = one_of({0u, 0u, 10u});
    config.connect_timeout = ms(80);
    config.idle_timeout = one_of({Duration{}, ms(50), seconds(10)});
    config.max_connection_duration = one_of({Duration{}, ms(200)});
    config.max_requests_per_connection = one_of({0u, 1u, 5u});
    config.breaker.max_connections = one_of({unlimited, 1u, 4u});
    config.breaker.max_pending_requests = one_of({unlimited, 0u, 3u});
    config.breaker.max_requests = one_of({unlimited, 2u, 20u});
    config.breaker.max_retries = one_of({unlimited, 0u, 2u});
    if (rarely()) config.breaker.retry_budget = RetryBudget{.min_concurrency = upto(3)};
    if (!coin()) return;
    config.outlier.emplace();
    config.outlier->consecutive_5xx = upto(3);
    config.outlier->interval = ms(200);
    config.outlier->base_ejection_time = ms(300);
    config.outlier->max_ejection_percent = 100;
  }

  void draw_route(RoutePlan& route) {
    route.timeout = one_of({Duration{}, ms(60), seconds(1)});
    route.timeout_code = one_of<std::uint16_t>({504, 204});
    route.max_connect_attempts = upto(3);
    if (rarely()) {
      route.fault.delay = ms(30);
      route.fault.delay_share = {500'000};
      route.fault.abort_code = 503;
      route.fault.abort_share = {300'000};
      route.fault.max_active = one_of({0u, 2u, unlimited});
    }
    const bool ends = route.timeout.ns > 0;  // nobody hangs up on a copy
    if (ends && rarely()) route.mirrors = {{hand_.cluster_of(server_).cluster, {500'000}}};
    if (rarely()) return;
    route.retry.emplace();
    RetryPolicy& retry = *route.retry;
    retry.on = static_cast<RetryOn>(random_() % (1u << 10));
    retry.num_retries = static_cast<std::uint32_t>(random_() % 4);
    retry.status_codes = {404};
    retry.headers = {{"x-again"}};
    retry.reset_headers = {{"retry-after"}};
    retry.per_try_timeout = one_of({Duration{}, ms(30)});
    retry.per_try_idle_timeout = one_of({Duration{}, Duration{}, ms(30)});
    retry.hedge_on_per_try_timeout = coin();
    retry.previous_hosts = coin();
    retry.backoff_base = retry.backoff_max = ms(20);
  }

  void draw_application() {
    Plan& plan = hand_.plan();
    plan.workloads[server_].max_connection_age = one_of({Duration{}, ms(150)});
    plan.workloads[server_].cancel = coin();
    HandlerPlan& handler = hand_.handler_of(server_);
    handler.error_rate = one_of({0.0, 0.3});
    handler.error_status = one_of<std::uint16_t>({404, 409, 503});
    handler.first_rule = static_cast<std::uint32_t>(plan.rules.size());
    for (const Action action : {Action::RefuseStream, Action::Reset, Action::Close,
                                Action::ResetAfterHeaders, Action::Hang}) {
      if (coin()) continue;
      RulePlan rule;
      rule.chance = 0.05;
      rule.chance_seed = random_();
      rule.answer = handler.answer;
      rule.answer.action = action;
      plan.rules.push_back(rule);
      ++handler.rules;
    }
    plan.responses.push_back({.headers = {{"x-again", ""}, {"retry-after", "1"}}});
    if (rarely()) handler.answer.response = 1;
    if (rarely()) {
      plan.downs.push_back({Instant{} + ms(1500), Instant{} + seconds(2), coin(), coin(), server_});
    }
    if (rarely()) {
      plan.faults.add({.kind = FaultKind::Crash,
                       .from = Instant{} + ms(1000),
                       .to = Instant{} + ms(1000) + seconds(1),
                       .workload = server_,
                       .replicas = 1});
    }
  }

  std::mt19937_64 random_;
  HandPlan hand_;
  WorkloadId client_, server_;
};

TEST_CASE("swarm: what only Envoy can set breaks no invariant and is all seen") {
  const std::uint64_t first = from_environment("SWARM_FIRST", 1);
  const std::uint64_t count = from_environment("SWARM_COUNT", 1000);
  std::array<std::uint64_t, cluster_counter_count> seen{};
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    const std::shared_ptr<const Plan> plan = RandomProxy(seed).build();
    std::mt19937_64 random(seed);
    Engine engine(plan, seed), again(plan, seed);
    while (engine.world().loop.now() < plan->until) {
      engine.run_events(1 + random() % 300, plan->until);
      const WorldAudit audit(engine);
      for (const std::string& problem : audit.problems()) FAIL_CHECK(problem);
    }
    engine.run_until(plan->until, {});  // the rest of that very nanosecond
    again.run_until(plan->until, {});
    CHECK(engine.world().loop.fingerprint() == again.world().loop.fingerprint());
    const auto record = engine.record();
    for (const ClusterStats& row : record->stats) {
      for (std::size_t c = 0; c < seen.size(); ++c) seen[c] += row.counters[c];
    }
    engine.run_until(plan->until + seconds(30), {});
    // Whoever gives up leaves nothing behind, but a worker that hangs for ever keeps its visit.
    for (const std::string& left : WorldAudit(engine).left_at_rest()) {
      const bool hangs = left.find("visits") != std::string::npos ||
                         left.find("busy workers") != std::string::npos;
      if (!hangs) FAIL_CHECK(left);
    }
  }
  for (const ClusterCounter counter :
       {ClusterCounter::upstream_rq_max_duration_reached,
        ClusterCounter::upstream_rq_maintenance_mode, ClusterCounter::upstream_cx_close_notify,
        ClusterCounter::upstream_rq_per_try_idle_timeout,
        ClusterCounter::upstream_rq_retry_backoff_ratelimited,
        ClusterCounter::upstream_cx_connect_attempts_exceeded, ClusterCounter::upstream_rq_tx_reset,
        ClusterCounter::upstream_rq_timeout}) {
    CAPTURE(to_string(counter));
    CHECK((count < 1000 || seen[static_cast<std::size_t>(counter)] > 0));
  }
}

}  // namespace
}  // namespace mesh
