// Words of services and users ask for no memory once a run is warm.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "libmesh/engine/simulation.h"
#include "tests/words/small_scenario.h"

namespace {

std::size_t allocations = 0;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations += 1;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations += 1;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}

namespace mesh {
namespace {

/// A minute of the plan after it has run for a while.
void check_warm_run(Plan plan, std::uint64_t least_events) {
  plan.record = {.bucket = hours(2)};
  Simulation run(std::make_shared<const Plan>(std::move(plan)), 1);
  run.run_until(Instant{} + seconds(200));
  const std::uint64_t events = run.events();
  const std::size_t before = allocations;
  run.run_until(Instant{} + seconds(260));
  CHECK(run.events() - events > least_events);
  CHECK(allocations - before < 10);
}

TEST_CASE("words: a warm run of every word allocates no more than its high-water marks ask") {
  const std::string retry =
      "retry: {backoff: {law: decorrelated, base: 1ms, max: 9ms}, budget: {burst: 50}}";
  Plan plan =
      *testing::SmallScenario{
          .server =
              "{workers: 6, sidecar: outbound, cpu: {cores: 2, limit: 1800m}, time: 1ms, "
              "queue: {order: adaptive, patience: 40ms, codel: 5ms, shedLate: 1ms}, script: ["
              "{repeat: {chance: 50%, times: 3, script: [{work: 1ms}]}}, "
              "{choose: [{script: [{sleep: 1ms}]}, {script: []}]}, "
              "{parallel: {wait: any, branches: [{call: store}, {work: 3ms}]}}, "
              "{call: {service: store, wait: false}}, {call: {service: store, timeout: 5ms, " +
              retry + "}}]}",
          .load = "open: {rate: 400}, timeout: 60ms, " + retry,
          .store =
              "{time: {exponential: {mean: 2ms}}, workers: unlimited, sidecar: false, "
              "errorRate: 5%}",
          .until = "1h"}
           .plan();
  check_warm_run(std::move(plan), 100'000);
}

TEST_CASE("words: a warm run of stores allocates no more than its high-water marks ask") {
  testing::SmallScenario scenario{
      .server =
          "{workers: unlimited, sidecar: false, limiter: {gradient2: {initial: 40}}, script: ["
          "{cache: {name: near, key: {zipf: {exponent: 1.3}}, miss: [{cache: {name: far, key: "
          "same, coalesce: true, miss: [{with: {pool: db, do: [{call: store}]}}]}}]}}, "
          "{publish: mail}]}",
      .load = "open: {rate: 400}, timeout: 20ms",
      .store =
          "{time: {exponential: {mean: 2ms}}, workers: unlimited, sidecar: false, "
          "errorRate: 5%}",
      .until = "1h"};
  scenario.stores =
      "caches: [{name: near, entries: 50, policy: lfu, ttl: {exponential: {mean: 5s}}}, {name: "
      "far, entries: 200}]\n    pools: [{name: db, size: 1, wait: 9ms}]\n    topics: [{name: "
      "mail, consumer: store, redeliverAfter: 30ms}]";
  Plan plan = *scenario.plan();
  check_warm_run(std::move(plan), 50'000);
}

}  // namespace
}  // namespace mesh
