// Cost of a hop through the real engine: M/M/1, features off, everything on, the canonical run.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "libmesh/engine/simulation.h"
#include "tests/support/hand_plan.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}  // namespace

// Not inlined: g++ would warn of a free() whose malloc() it cannot see.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}

namespace mesh {
namespace {

using testing::HandPlan;

/// Runs `plan` in slices of one simulated second after a warm-up, and reports per hop.
void run_slices(benchmark::State& state, const std::shared_ptr<const Plan>& plan, double hops_per_s,
                Duration warmup = seconds(5)) {
  Simulation run(plan, 1);
  Instant until = Instant{} + warmup;
  run.run_until(until);
  const std::uint64_t events = run.events();
  const std::uint64_t allocated = allocations.load();
  const Instant from = until;
  for (auto _ : state) {
    until = until + seconds(1);
    run.run_until(until);
  }
  const double simulated = as_seconds(elapsed(from, until));
  const double hops = hops_per_s * simulated;
  state.counters["hops"] = benchmark::Counter(hops, benchmark::Counter::kIsRate);
  state.counters["ns_per_hop"] =
      benchmark::Counter(hops * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["events_per_hop"] = static_cast<double>(run.events() - events) / hops;
  state.counters["allocations_per_event"] = static_cast<double>(allocations.load() - allocated) /
                                            static_cast<double>(run.events() - events);
  state.counters["x_real_time"] = benchmark::Counter(simulated, benchmark::Counter::kIsRate);
}

void bm_mm1(benchmark::State& state) {
  HandPlan hand;
  const WorkloadId client = hand.client("client");
  const WorkloadId server =
      hand.service("server", {.time = Distribution(Exponential{milliseconds(1)})});
  hand.open_load("load", client, server, 900);
  hand.plan().network.same_zone.one_way = {};
  run_slices(state, hand.build(), 900, seconds(100));
}
BENCHMARK(bm_mm1)->Name("engine/mm1");

/// The `hop8` stick: two choices of 10 endpoints, 4 workers each, Exp(10 ms) at 80 %, one timeout.
std::shared_ptr<const Plan> minimal_hop() {
  HandPlan hand;
  const WorkloadId client = hand.client("client");
  const WorkloadId server = hand.service("server", {.pods = 10, .workers = 4});
  hand.route_of(server).timeout = seconds(1);
  hand.plan().network.same_zone.one_way = microseconds(250);
  hand.open_load("load", client, server, 3200);
  return hand.build();
}
void bm_minimal_hop(benchmark::State& state) {
  run_slices(state, minimal_hop(), 3200);
}
BENCHMARK(bm_minimal_hop)->Name("engine/hop/minimal");

/// The `full` stick: any of 10 x 10 proxies to any of 10 services with pools, limits, 0.5 % errors
/// under retries, outlier cells, jitter on every leg, route and per-try timeouts.
void full_hop(HandPlan& hand) {
  std::vector<WorkloadId> services;
  for (int s = 0; s < 10; ++s) {
    services.push_back(
        hand.service("s" + std::to_string(s), {.pods = 10, .workers = 4, .sidecar = true}));
  }
  Plan& plan = hand.plan();
  for (HandlerPlan& handler : plan.handlers) handler.error_rate = 0.005;
  plan.network.same_zone = {.one_way = microseconds(150), .jitter = microseconds(15)};
  plan.sidecar_cost = hand.distribution(Distribution(Exponential{microseconds(70)}));
  for (const WorkloadId s : services) {
    RoutePlan& route = hand.route_of(s);
    route.timeout = seconds(1);
    route.retry.emplace();
    route.retry->on = RetryOn::FiveXx;
    route.retry->num_retries = 2;
    route.retry->per_try_timeout = milliseconds(400);
    route.retry->previous_hosts = true;
    route.retry->host_selection_attempts = 5;
    ClusterConfig& cluster = hand.cluster_of(s);
    cluster.breaker = {.max_connections = 1024,
                       .max_pending_requests = 1024,
                       .max_requests = 1024,
                       .retry_budget = RetryBudget{}};
    cluster.outlier.emplace();
    cluster.outlier->max_ejection_percent = 50;
    cluster.outlier->enforcing_success_rate = 0;
    cluster.outlier->enforcing_local_origin_success_rate = 0;
  }
  for (const WorkloadId entry : services) {
    const LoadId load = hand.open_load("load", entry, services[0], 3200);
    std::vector<WeightedTemplate> mix;
    for (std::size_t i = 0; i < services.size(); ++i) {
      mix.push_back({hand.request_to(services[i]),
                     static_cast<double>(i + 1) / static_cast<double>(services.size())});
    }
    plan.loads[load].requests = mix;
  }
}
void bm_full_hop(benchmark::State& state) {
  HandPlan hand;
  full_hop(hand);
  run_slices(state, hand.build(), 32000, seconds(10));
}
BENCHMARK(bm_full_hop)->Name("engine/hop/full");

/// The same with every filter in front of the router, none of which refuses much: a rate limit, the
/// fault filter, admission control, adaptive concurrency.
void bm_filters_hop(benchmark::State& state) {
  HandPlan hand;
  full_hop(hand);
  Plan& plan = hand.plan();
  plan.rate_limits.push_back({.enabled = {1'000'000},
                              .enforced = {1'000'000},
                              .fallback = plan.buckets.add({"bucket", {1000, 1000, seconds(1)}})});
  plan.admission_controls.push_back({"admission", {}});
  plan.concurrency_limits.push_back({"concurrency", {.min_concurrency = 500}});
  const FilterSetId filters = plan.filter_sets.add({{{FilterKind::RateLimit, 0},
                                                     {FilterKind::AdmissionControl, 0},
                                                     {FilterKind::AdaptiveConcurrency, 0}},
                                                    1});
  for (RoutePlan& route : plan.routes) {
    route.filters = filters;
    route.fault.abort_share = route.fault.delay_share = {100};
    route.fault.abort_code = 503;
    route.fault.delay = milliseconds(5);
  }
  run_slices(state, hand.build(), 32000, seconds(10));
}
BENCHMARK(bm_filters_hop)->Name("engine/hop/filters");

/// 10 services x 10 pods, 1,000 requests/s, 10 hops per request: a gateway calls s0, which calls
/// the nine others.
std::shared_ptr<const Plan> canonical() {
  HandPlan hand;
  const WorkloadId gateway = hand.client("gateway", 1, true, 2);
  std::vector<WorkloadId> services;
  for (int s = 0; s < 10; ++s) {
    services.push_back(hand.service("s" + std::to_string(s),
                                    {.pods = 10,
                                     .workers = s == 0 ? 64u : 8u,
                                     .queue = 1024,
                                     .time = Distribution(Lognormal{milliseconds(2), 1.0}),
                                     .sidecar = true,
                                     .concurrency = 2}));
  }
  hand.calls(services[0], {services.begin() + 1, services.end()});
  hand.plan().sidecar_cost = hand.distribution(Distribution(Constant{microseconds(200)}));
  hand.plan().network.same_zone.one_way = microseconds(125);
  for (const WorkloadId s : services) {
    RoutePlan& route = hand.route_of(s);
    route.timeout = seconds(15);
    route.retry.emplace();
    route.retry->on = RetryOn::ConnectFailure | RetryOn::RefusedStream;
    route.retry->num_retries = 2;
    hand.cluster_of(s).outlier.emplace();
    hand.cluster_of(s).outlier->enforcing_success_rate = 0;
    hand.cluster_of(s).outlier->enforcing_local_origin_success_rate = 0;
  }
  hand.open_load("users", gateway, services[0], 1000);
  return hand.build();
}
void bm_canonical(benchmark::State& state) {
  run_slices(state, canonical(), 10'000);
}
BENCHMARK(bm_canonical)->Name("engine/canonical");

}  // namespace
}  // namespace mesh
