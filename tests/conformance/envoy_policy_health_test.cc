// Envoy's own cases of priorities, panic, localities, health checks (envoy.md §16, 70–92).
#include <doctest/doctest.h>

#include <vector>

#include "libmesh/policy/health_check.h"
#include "libmesh/policy/locality.h"
#include "libmesh/policy/panic.h"
#include "libmesh/policy/zone_aware.h"

using namespace mesh;

namespace {

PriorityTable assess(const std::vector<PriorityHosts>& hosts, PriorityConfig config = {}) {
  PriorityTable table;
  assess_priorities(config, hosts, {}, table);
  return table;
}

std::vector<int> loads(const PriorityTable& table) {
  std::vector<int> out;
  for (const PriorityShare& share : table.share) out.push_back(share.healthy);
  return out;
}

using Loads = std::vector<int>;
using Panic = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("envoy#70: P0 and P1 half healthy: 70/30; with factor 100: 50/50") {
  const std::vector<PriorityHosts> hosts(2, PriorityHosts{4, 2, 0, 0});
  CHECK(loads(assess(hosts)) == Loads{70, 30});
  CHECK(loads(assess(hosts, {.overprovisioning_percent = 100})) == Loads{50, 50});
}

TEST_CASE("envoy#71: P0 1 of 4, P1 2 of 2: 35/65, no panic") {
  const PriorityTable table = assess({{4, 1, 0, 0}, {2, 2, 0, 0}});
  CHECK(loads(table) == Loads{35, 65});
  CHECK(table.panic == Panic{0, 0});
}

TEST_CASE("envoy#72: P0 and P1 1 of 4: 50/50, both in panic") {
  const PriorityTable table = assess({{4, 1, 0, 0}, {4, 1, 0, 0}});
  CHECK(loads(table) == Loads{50, 50});
  CHECK(table.panic == Panic{1, 1});
}

TEST_CASE("envoy#73: P0 4 hosts of which 3 excluded, P1 1 of 5: 100/0, no panic") {
  const PriorityTable table = assess({{4, 1, 0, 3}, {5, 1, 0, 0}});
  CHECK(loads(table) == Loads{100, 0});
  CHECK(table.panic == Panic{0, 0});
}

TEST_CASE("envoy#74: P0 0 of 5, P1 2 of 6, P2 1 of 3, all in panic: 37/42/21") {
  const PriorityTable table = assess({{5, 0, 0, 0}, {6, 2, 0, 0}, {3, 1, 0, 0}});
  CHECK(loads(table) == Loads{37, 42, 21});
  CHECK(table.panic == Panic{1, 1, 1});
}

TEST_CASE("envoy#75: three priorities 1 of 4 each: 35/35/30, no panic") {
  const PriorityTable table = assess(std::vector<PriorityHosts>(3, {4, 1, 0, 0}));
  CHECK(loads(table) == Loads{35, 35, 30});
  CHECK(table.panic == Panic{0, 0, 0});
}

TEST_CASE("envoy#76: weighted health, P0 weight 6 of 10, factor 100: 60/40") {
  const std::vector<PriorityHosts> counts = {{2, 1, 0, 0}, {2, 1, 0, 0}};
  const std::vector<PriorityHosts> weights = {{10, 6, 0, 0}, {10, 5, 0, 0}};
  PriorityTable table;
  assess_priorities({.overprovisioning_percent = 100}, counts, weights, table);
  CHECK(loads(table) == Loads{60, 40});
}

TEST_CASE("envoy#77 (decision): 2 of 6 healthy panics, 4 of 6 does not") {
  CHECK(assess({{6, 2, 0, 0}}).panic == Panic{1});
  CHECK(assess({{6, 4, 0, 0}}).panic == Panic{0});
}

TEST_CASE("envoy#78: threshold 0 and nobody healthy: no panic, so no host") {
  const PriorityTable table = assess({{6, 0, 0, 0}}, {.panic_threshold_percent = 0});
  CHECK(table.panic == Panic{0});
  CHECK(loads(table) == Loads{100});  // to a priority whose healthy set is empty
}

TEST_CASE("envoy#82: own zone 20 % upstream, 33.33 % local: 60 % stays") {
  const std::vector<ZoneHosts> zones = {{1, 1}, {2, 1}, {2, 1}};
  ZonePlan plan;
  plan_zones(
      {.min_cluster_size = 3},
      {.zones = zones, .has_own_zone = true, .local_zones = 3, .local_hosts = 3, .own_hosts = 1},
      plan);
  REQUIRE(plan.routing == ZoneRouting::Residual);
  CHECK(plan.local_share == 6'000);
  const auto zone = [&](std::vector<std::uint64_t> words) {
    std::size_t used = 0;
    return choose_zone(plan, [&] { return words.at(used++); });
  };
  CHECK(zone({100}) == 0);
  CHECK(zone({9999, 2}) == 1);
}

TEST_CASE("envoy#89: localities of weight 1 (5 hosts) and 2 (1 host): picks of the first in 100") {
  const int expected[] = {33, 33, 29, 22, 12, 0};
  for (std::uint32_t lost = 0; lost <= 5; ++lost) {
    CAPTURE(lost);
    const std::vector<LocalityHosts> localities = {{.weight = 1, .hosts = 5, .eligible = 5 - lost},
                                                   {.weight = 2, .hosts = 1, .eligible = 1}};
    LocalitySchedule schedule(localities, default_overprovisioning_percent, 0);
    int first = 0;
    for (int i = 0; i < 100; ++i) first += *schedule.pick() == 0 ? 1 : 0;
    CHECK(first == expected[lost]);
  }
}

TEST_CASE("envoy#90 (transitions): a bad status fails at once, two successes bring it back") {
  const HealthCheckConfig config{.unhealthy_threshold = 2, .healthy_threshold = 2};
  HealthCheckState state{.failed = false, .first_check = false};
  CHECK(on_check_result(config, state, CheckResult::BadStatus) == HealthTransition::Changed);
  CHECK(state.failed);
  CHECK(on_check_result(config, state, CheckResult::Success) == HealthTransition::ChangePending);
  CHECK(state.failed);
  CHECK(on_check_result(config, state, CheckResult::Success) == HealthTransition::Changed);
  CHECK_FALSE(state.failed);
}

TEST_CASE("envoy#91 (transitions): a dropped connection fails the host at the second time") {
  const HealthCheckConfig config{.unhealthy_threshold = 2, .healthy_threshold = 2};
  HealthCheckState state{.failed = false, .first_check = false};
  CHECK(on_check_result(config, state, CheckResult::ConnectError) ==
        HealthTransition::ChangePending);
  CHECK_FALSE(state.failed);
  CHECK(on_check_result(config, state, CheckResult::ConnectError) == HealthTransition::Changed);
  CHECK(state.failed);
}

TEST_CASE(
    "envoy#92: intervals 1/2/3/4/5 s (normal, unhealthy, its edge, healthy edge, no traffic)") {
  const HealthCheckConfig config{.interval = seconds(1),
                                 .unhealthy_threshold = 3,
                                 .healthy_threshold = 3,
                                 .no_traffic_interval = seconds(5),
                                 .unhealthy_interval = seconds(2),
                                 .unhealthy_edge_interval = seconds(3),
                                 .healthy_edge_interval = seconds(4)};
  HealthCheckState state;
  const auto after = [&](CheckResult result, bool traffic = true) {
    const HealthTransition transition = on_check_result(config, state, result);
    const auto no_words = []() -> std::uint64_t { return 0; };
    return next_check(config, is_success(result), transition, traffic, no_words).ns / seconds(1).ns;
  };
  CHECK(after(CheckResult::Success, false) == 5);
  CHECK(after(CheckResult::Success) == 1);
  CHECK(after(CheckResult::BadStatus) == 2);
  for (const int s : {4, 4, 1}) CHECK(after(CheckResult::Success) == s);
  for (const int s : {3, 3, 2}) CHECK(after(CheckResult::ConnectError) == s);
}
