// Ten thousand small clusters with random policies: limits of ejection, picks, conservation.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
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

/// One client and one service whose every policy is drawn.
class RandomPolicies {
 public:
  explicit RandomPolicies(std::uint64_t seed) : random_(seed) {
    client_ = hand_.client("client", upto(2), true, upto(2));
    server_ = hand_.service("server", {.pods = upto(12),
                                       .workers = upto(2),
                                       .queue = one_of({0u, 2u, 100u}),
                                       .time = Distribution(Exponential{milliseconds(10)})});
    Plan& plan = hand_.plan();
    plan.clusters_made_at = Instant{} - milliseconds(random_() % 1000);
    plan.until = Instant{} + seconds(2);
    for (std::uint32_t e = 0; e < plan.endpoints.size(); ++e) {
      plan.endpoints[EndpointId{e}].address = "10.0.0." + std::to_string(e + 1);
    }
    draw_cluster(hand_.cluster_of(server_));
    draw_route(hand_.route_of(server_));
    HandlerPlan& handler = hand_.handler_of(server_);
    handler.error_rate = one_of({0.0, 0.1, 0.5, 1.0});
    handler.error_status = one_of<std::uint16_t>({404, 500, 503});
    const LoadId load = hand_.open_load("load", client_, server_, 150);
    plan.loads[load].rate.front().length = seconds(2);
  }
  std::shared_ptr<const Plan> build() { return hand_.build(); }

 private:
  std::uint32_t upto(std::uint32_t n) { return 1 + static_cast<std::uint32_t>(random_() % n); }
  template <typename T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[random_() % values.size()];
  }
  bool coin() { return random_() % 2 == 0; }

  void draw_cluster(ClusterConfig& config) {
    config.load_balancer.kind =
        one_of({LoadBalancerKind::RoundRobin, LoadBalancerKind::LeastRequest,
                LoadBalancerKind::Random, LoadBalancerKind::RingHash, LoadBalancerKind::Maglev});
    config.load_balancer.minimum_ring_size = 64;
    config.load_balancer.table_size = 101;
    config.panic_threshold_percent = one_of({0u, 30u, 50u, 100u});
    const std::uint32_t priorities = upto(3);
    const auto hosts = static_cast<std::uint32_t>(config.hosts.size());
    for (std::uint32_t h = 0; h < hosts; ++h) {
      config.hosts[h].weight = upto(3);
      config.hosts[h].priority = static_cast<std::uint16_t>(h * priorities / hosts);
      if (h > 0 && config.hosts[h].priority > config.hosts[h - 1].priority + 1) {
        config.hosts[h].priority = static_cast<std::uint16_t>(config.hosts[h - 1].priority + 1);
      }
    }
    CircuitBreakerConfig& breaker = config.breaker;
    if (coin()) breaker.max_connections = upto(4);
    if (coin()) breaker.max_pending_requests = upto(8) - 1;
    if (coin()) breaker.max_requests = upto(8);
    if (coin()) breaker.max_retries = upto(4) - 1;
    if (coin()) config.max_requests_per_connection = upto(4);
    draw_outlier(config.outlier.emplace());
  }
  void draw_outlier(OutlierConfig& outlier) {
    outlier.interval = milliseconds(one_of({100, 300, 1000}));
    outlier.base_ejection_time = milliseconds(one_of({50, 200, 900}));
    outlier.max_ejection_time = milliseconds(one_of({900, 2000}));
    outlier.max_ejection_time_jitter = milliseconds(one_of({0, 100}));
    outlier.max_ejection_percent = one_of({0u, 10u, 25u, 34u, 50u, 100u});
    outlier.always_eject_one_host = random_() % 4 == 0;
    outlier.split_external_local_origin_errors = coin();
    outlier.consecutive_5xx = upto(6) - 1;
    outlier.consecutive_gateway_failure = upto(6) - 1;
    outlier.consecutive_local_origin_failure = upto(6) - 1;
    outlier.enforcing_consecutive_5xx = one_of({0u, 50u, 100u});
    outlier.enforcing_consecutive_gateway_failure = one_of({0u, 50u, 100u});
    outlier.success_rate_minimum_hosts = upto(4);
    outlier.success_rate_request_volume = upto(10);
    outlier.success_rate_stdev_factor = one_of({0u, 1000u, 1900u});
    outlier.enforcing_success_rate = one_of({0u, 100u});
    outlier.failure_percentage_threshold = one_of({10u, 50u, 85u});
    outlier.failure_percentage_minimum_hosts = upto(4);
    outlier.failure_percentage_request_volume = upto(10);
    outlier.enforcing_failure_percentage = one_of({0u, 100u});
    outlier.enforcing_failure_percentage_local_origin = one_of({0u, 100u});
  }
  void draw_route(RoutePlan& route) {
    route.timeout = milliseconds(one_of({0, 30, 500}));
    if (coin()) return;
    RetryPolicy& retry = route.retry.emplace();
    retry.on = one_of({RetryOn::FiveXx, RetryOn::GatewayError, RetryOn::ConnectFailure});
    retry.num_retries = upto(4) - 1;
    retry.per_try_timeout = milliseconds(one_of({0, 15, 100}));
    retry.previous_hosts = coin();
    retry.host_selection_attempts = upto(4) - 1;
  }

  std::mt19937_64 random_;
  HandPlan hand_;
  WorkloadId client_, server_;
};

/// What the balancers of one proxy have been told: which hosts, and whether a priority panics.
struct Told {
  std::vector<bool> unhealthy;  // by host
  std::vector<bool> panic;      // by priority
};

Told told(const World& world, const ProxyCluster& cluster, const ClusterConfig& config) {
  const std::size_t priorities = config.hosts.back().priority + 1u;
  Told out{std::vector<bool>(config.hosts.size()), std::vector<bool>(priorities)};
  std::vector<std::uint32_t> all(priorities), healthy(priorities);
  for (std::size_t h = 0; h < config.hosts.size(); ++h) {
    out.unhealthy[h] = world.outlier_cells[cluster.first_outlier + h].told_unhealthy;
    ++all[config.hosts[h].priority];
    healthy[config.hosts[h].priority] += out.unhealthy[h] ? 0 : 1;
  }
  std::uint32_t available = 0;  // percent, with Envoy's overprovisioning of 140 %
  for (std::size_t p = 0; p < priorities; ++p) {
    available += std::min(100u, 140 * healthy[p] / all[p]);
  }
  for (std::size_t p = 0; p < priorities; ++p) {
    out.panic[p] = available < 100 && 100.0 * healthy[p] / all[p] < config.panic_threshold_percent;
  }
  return out;
}

struct Seen {
  std::uint64_t picks = 0, in_panic = 0, of_ejected_not_told = 0, ejections = 0, overflows = 0;
};

void check_limit(const World& world, const ProxyCluster& cluster, const ClusterConfig& config) {
  const auto hosts = static_cast<std::uint32_t>(config.hosts.size());
  std::uint32_t ejected = 0;
  for (std::uint32_t h = 0; h < hosts; ++h) {
    ejected += world.outlier_cells[cluster.first_outlier + h].state.ejected ? 1 : 0;
  }
  REQUIRE(cluster.ejected == ejected);
  const std::uint32_t allowed = config.outlier->max_ejection_percent * hosts / 100;
  const std::uint32_t at_least = config.outlier->always_eject_one_host ? 1 : 0;
  REQUIRE(ejected <= std::max(allowed, at_least));
}

/// Runs event by event; every pick is held against what its balancer knew before the event.
void follow(Engine& engine, Seen& seen) {
  const World& world = engine.world();
  const ClusterConfig& config = engine.plan().cluster_configs[ClusterConfigId{0}];
  std::vector<Told> before;
  std::vector<std::uint32_t> newest;  // generation of the latest attempt seen in a slot
  do {
    for (std::uint32_t slot = 0; slot < world.attempts.slot_count(); ++slot) {
      if (!world.attempts.live_at(slot)) continue;
      if (slot >= newest.size()) newest.resize(slot + 1, nil);
      if (newest[slot] == world.attempts.generation(slot)) continue;
      newest[slot] = world.attempts.generation(slot);
      const Attempt& attempt = world.attempts[slot];
      const std::uint32_t id = world.requests[attempt.request].proxy_cluster;
      ++seen.picks;
      if (id >= before.size()) continue;  // the first pick of a proxy: everything was well
      const bool panic = before[id].panic[config.hosts[attempt.host_index].priority];
      seen.in_panic += panic ? 1 : 0;
      const ProxyCluster& cluster = world.proxy_clusters[id];
      const OutlierCell& cell = world.outlier_cells[cluster.first_outlier + attempt.host_index];
      seen.of_ejected_not_told += cell.state.ejected && !cell.told_unhealthy ? 1 : 0;
      const bool refused = before[id].unhealthy[attempt.host_index] && !panic;
      REQUIRE(!refused);
    }
    before.clear();
    for (const ProxyCluster& cluster : world.proxy_clusters) {
      check_limit(world, cluster, config);
      before.push_back(told(world, cluster, config));
    }
  } while (engine.run_events(1, engine.plan().until) > 0);
}

TEST_CASE("swarm: random policies never eject too many, pick the ejected or lose a request") {
  const std::uint64_t first = from_environment("SWARM_FIRST", 1);
  const std::uint64_t count = 10 * from_environment("SWARM_COUNT", 1000);
  Seen seen;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    const auto plan = RandomPolicies(seed).build();
    Engine engine(plan, seed);
    follow(engine, seen);
    engine.run_until(plan->until + minutes(5), {});
    for (const std::string& left : WorldAudit(engine).left_at_rest()) FAIL_CHECK(left);
    const RunInfo info = engine.record()->info;
    REQUIRE(info.requests_in_flight == 0);
    for (const ProxyCluster& cluster : engine.world().proxy_clusters) {
      const auto counted = [&cluster](ClusterCounter counter) {
        return cluster.counters[static_cast<std::size_t>(counter)];
      };
      seen.ejections += counted(ClusterCounter::ejections_enforced_total);
      seen.overflows += counted(ClusterCounter::ejections_overflow);
    }
  }
  CHECK(seen.picks > 100 * count);
  CHECK(seen.in_panic > count);
  CHECK(seen.of_ejected_not_told > count / 10);
  CHECK(seen.ejections > count / 2);
  CHECK(seen.overflows > count);
}

}  // namespace
}  // namespace mesh
