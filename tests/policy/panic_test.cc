// When a proxy stops looking at health.
#include "libmesh/policy/panic.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

namespace {

PriorityTable assess(const PriorityConfig& config, const std::vector<PriorityHosts>& hosts) {
  PriorityTable table;
  assess_priorities(config, hosts, {}, table);
  return table;
}

}  // namespace

TEST_CASE("panic: one priority of ten hosts") {
  struct Row {
    const char* name;
    std::uint32_t healthy, degraded, threshold;
    bool panic;
  };
  const Row rows[] = {
      {"8 healthy: availability 100, no panic", 8, 0, 50, false},
      {"5 healthy: 50 is not below 50", 5, 0, 50, false},
      {"4 healthy: panic", 4, 0, 50, true},
      {"degraded ones count as well", 3, 2, 50, false},
      {"nobody", 0, 0, 50, true},
      {"8 healthy under a threshold of 90: availability is 100 all the same", 8, 0, 90, false},
      {"7 healthy under a threshold of 90: 98", 7, 0, 90, true},
      {"disabled", 4, 0, 0, false},
      {"disabled, nobody", 0, 0, 0, false},
      {"a threshold above 100 is 100", 7, 0, 200, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const PriorityTable table =
        assess({.panic_threshold_percent = row.threshold}, {{10, row.healthy, row.degraded, 0}});
    CHECK(table.panic[0] == (row.panic ? 1 : 0));
    if (row.degraded == 0) CHECK(table.share[0] == PriorityShare{100, 0});
  }
}

TEST_CASE("panic: excluded hosts leave the ratio") {
  CHECK(is_below_panic_threshold({10, 4, 0, 0}, 50));
  CHECK_FALSE(is_below_panic_threshold({10, 4, 0, 2}, 50));
  CHECK(is_below_panic_threshold({2, 0, 0, 2}, 50));
  CHECK_FALSE(is_below_panic_threshold({2, 0, 0, 2}, 0));
}

TEST_CASE("panic: a priority can panic alone, its load stays") {
  // P0: 1 of 10 = 14; P1: 5 of 10 = 70; total 84.
  const PriorityTable table = assess({}, {{10, 1, 0, 0}, {10, 5, 0, 0}});
  CHECK(table.panic == std::vector<std::uint8_t>{1, 0});
  CHECK(table.share == std::vector<PriorityShare>{{17, 0}, {83, 0}});
}

TEST_CASE("panic: when all panic the load goes by number of hosts") {
  const PriorityTable table = assess({}, {{1, 0, 0, 0}, {0, 0, 0, 0}, {2, 0, 0, 0}});
  CHECK(table.panic == std::vector<std::uint8_t>{1, 1, 1});
  CHECK(table.share == std::vector<PriorityShare>{{34, 0}, {0, 0}, {66, 0}});
  // The rest of the rounding goes to the first priority that has a host.
  CHECK(assess({}, {{}, {3, 0, 0, 0}, {3, 0, 0, 0}, {3, 0, 0, 0}}).share ==
        std::vector<PriorityShare>{{0, 0}, {34, 0}, {33, 0}, {33, 0}});
  // Without any host somebody must be named.
  CHECK(assess({}, {{}, {}}).share == std::vector<PriorityShare>{{100, 0}, {0, 0}});
}

TEST_CASE("panic: disabled and nothing available sends everything to priority 0") {
  const PriorityTable table = assess({.panic_threshold_percent = 0}, {{3, 0, 0, 0}, {3, 0, 0, 0}});
  CHECK(table.share == std::vector<PriorityShare>{{100, 0}, {0, 0}});
  CHECK(table.panic == std::vector<std::uint8_t>{0, 0});
}

TEST_CASE("panic: weights change the load, panic counts heads") {
  const std::vector<PriorityHosts> counts = {{10, 3, 0, 0}, {10, 10, 0, 0}};
  const std::vector<PriorityHosts> weights = {{100, 60, 0, 0}, {100, 5, 0, 0}};
  PriorityTable table;
  assess_priorities({.overprovisioning_percent = 100}, counts, weights, table);
  CHECK(table.available == std::vector<Availability>{{60, 0}, {5, 0}});
  CHECK(table.panic == std::vector<std::uint8_t>{1, 0});  // 3 of 10, total 65
}

TEST_CASE("panic: a table keeps its memory from one assessment to the next") {
  PriorityTable table;
  const std::vector<PriorityHosts> hosts(4, PriorityHosts{4, 1, 0, 0});
  assess_priorities({}, hosts, {}, table);
  const auto* before = table.share.data();
  assess_priorities({}, hosts, {}, table);
  CHECK(table.share.data() == before);
}
