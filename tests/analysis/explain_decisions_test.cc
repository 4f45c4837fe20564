// Tests of picks and retries in words.
#include "libmesh/analysis/explain_decisions.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;
using Lines = std::vector<std::string>;

HostPicked of_two(PickedBy by) {
  return {.host = SmallShop::stock_0, .by = by, .hosts = 2, .members = 2, .idle = 1};
}

TEST_CASE("explain_decisions: why this host") {
  struct Row {
    const char* name;
    void (*change)(HostPicked&);
    std::vector<HostCompared> compared;
    const char* expected;
  };
  const HostCompared first{.host = SmallShop::stock_0, .active = 2};
  const HostCompared second{.host = SmallShop::stock_1, .active = 5};
  const Row rows[] = {
      {"round robin",
       [](HostPicked& p) { p.by = PickedBy::RoundRobin; },
       {},
       "round robin over 2 hosts"},
      {"by weight",
       [](HostPicked& p) {
         p.by = PickedBy::RoundRobin;
         p.scheduled = true;
       },
       {},
       "round robin by weight over 2 hosts"},
      {"at random", [](HostPicked& p) { p.by = PickedBy::Random; }, {}, "one of 2 hosts at random"},
      {"two choices",
       [](HostPicked&) {},
       {first, second},
       "least request of 2 hosts drew stock-v1-0 (2 active) against stock-v1-1 (5 active)"},
      {"the same host twice",
       [](HostPicked&) {},
       {first, first},
       "least request of 2 hosts drew stock-v1-0 twice (2 active)"},
      {"three choices",
       [](HostPicked&) {},
       {first, second, first},
       "least request of 2 hosts drew stock-v1-0 (2 active), stock-v1-1 (5 active), "
       "stock-v1-0 (2 active)"},
      {"some are out",
       [](HostPicked& p) { p.members = 3; },
       {second, first},
       "least request of 2 of 3 hosts drew stock-v1-1 (5 active) against stock-v1-0 (2 active)"},
      {"one is left",
       [](HostPicked& p) {
         p.hosts = 1;
         p.members = 3;
       },
       {},
       "the only one of 3 hosts"},
      {"panic",
       [](HostPicked& p) {
         p.by = PickedBy::Maglev;
         p.panic = true;
       },
       {},
       "Maglev over 2 hosts, in panic: unhealthy ones, too"},
      {"priority, tried before, weight",
       [](HostPicked& p) {
         p.by = PickedBy::RingHash;
         p.priority = 1;
         p.tried = 2;
         p.weight = 20;
         p.weights = 100;
       },
       {},
       "ring hash over 2 hosts, priority 1; 2 tried before; the cluster has weight 20 of 100"},
      {"nobody",
       [](HostPicked& p) { p.host = EndpointId::none(); },
       {},
       "no host: none of 2 may be picked"},
      {"nobody at all",
       [](HostPicked& p) {
         p.host = EndpointId::none();
         p.members = 0;
       },
       {},
       "no host: the cluster has no endpoints"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    HostPicked pick = of_two(PickedBy::LeastRequest);
    row.change(pick);
    const Lines lines = pick_lines(*testing::small_record(), pick, row.compared);
    REQUIRE(!lines.empty());
    CHECK(lines.front() == row.expected);
  }
}

TEST_CASE("explain_decisions: limits, the pool, timers; what says nothing is left out") {
  struct Row {
    const char* name;
    void (*change)(HostPicked&);
    Lines expected;
  };
  const Row rows[] = {
      {"no limit, an idle connection, no timer", [](HostPicked&) {}, {}},
      {"limits",
       [](HostPicked& p) {
         p.connections = {1, 1};
         p.pending = {3, 4};
         p.busy = 1;
         p.idle = 0;
       },
       {"limits: connections 1 of 1 (full), pending 3 of 4; connections of worker 0 to it: 0 idle, "
        "1 busy, 0 connecting"}},
      {"a limit, no connection yet",
       [](HostPicked& p) {
         p.requests = {0, 9};
         p.idle = 0;
       },
       {"limits: requests 0 of 9; worker 0 has no connection to it"}},
      {"no limit, but nothing idle",
       [](HostPicked& p) {
         p.idle = 0;
         p.connecting = 2;
       },
       {"connections of worker 0 to it: 0 idle, 0 busy, 2 connecting"}},
      {"timers",
       [](HostPicked& p) {
         p.timeout = p.timeout_left = milliseconds(200);
         p.per_try = milliseconds(50);
         p.expected_ms = 50;
       },
       {"timers: 200 ms in all, 50 ms for this try; x-envoy-expected-rq-timeout-ms: 50"}},
      {"later",
       [](HostPicked& p) {
         p.timeout = seconds(1);
         p.timeout_left = milliseconds(740);
       },
       {"timers: 1 s in all, 740 ms left"}},
      {"per try alone",
       [](HostPicked& p) { p.per_try = milliseconds(50); },
       {"timers: 50 ms for this try"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    HostPicked pick = of_two(PickedBy::OwnApplication);  // which is no choice
    row.change(pick);
    CHECK(pick_lines(*testing::small_record(), pick, {}) == row.expected);
  }
}

TEST_CASE("explain_decisions: what is tight") {
  HostPicked pick = of_two(PickedBy::Random);
  CHECK_FALSE(is_tight(pick));
  pick.pending = {3, 4};
  CHECK_FALSE(is_tight(pick));
  pick.pending = {4, 4};
  CHECK(is_tight(pick));
  pick = of_two(PickedBy::Random);
  pick.idle = 0;
  CHECK_FALSE(is_tight(pick));  // the very first connection
  pick.busy = 1;
  CHECK(is_tight(pick));
}

TEST_CASE("explain_decisions: whether it is tried again, and when") {
  struct Row {
    RetryDecided decision;
    const char* expected;
    Details outcome = Details::ViaUpstream;
  };
  const Row rows[] = {
      {{.decision = RetryDecision::NotWanted}, "no retry: no condition of the policy holds"},
      {{.decision = RetryDecision::NotWanted},
       "no retry: an overflow is never tried again",
       Details::Overflow},
      {{.decision = RetryDecision::LimitExceeded}, "no retry: none is left (URX)"},
      {{.decision = RetryDecision::Overflow, .retries = {3, 3}}, "no retry: 3 of 3 are out (UO)"},
      {{.decision = RetryDecision::Retried,
        .backoff = milliseconds(19),
        .window = milliseconds(25),
        .remaining = 1},
       "retry after a back-off of 19 ms, drawn from 0 to 25 ms; 1 more left"},
      {{.decision = RetryDecision::Retried,
        .asked = true,
        .backoff = milliseconds(2190),
        .window = seconds(2),
        .retries = {1, 3}},
       "retry after a back-off of 2.19 s, as the answer asks for 2 s; the last one; 1 of 3 are "
       "out"},
  };
  for (const Row& row : rows) CHECK(decision_text(row.decision, row.outcome) == row.expected);
}

}  // namespace
}  // namespace mesh
