// The weight of a host that has just become healthy.
#include "libmesh/policy/slow_start.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("slow_start: the factor grows from the minimum to one") {
  struct Row {
    const char* name;
    double aggression, min_percent;
    std::int64_t age_ms;
    double factor;
  };
  const Row rows[] = {
      {"at once: the minimum", 1.0, 10, 0, 0.1},
      {"linear: a tenth after a tenth", 1.0, 10, 6'000, 0.1},
      {"linear: half after half", 1.0, 10, 30'000, 0.5},
      {"linear: the last millisecond", 1.0, 10, 59'999, 59'999.0 / 60'000},
      {"after the window", 1.0, 10, 60'000, 1.0},
      {"long after the window", 1.0, 10, 600'000, 1.0},
      {"aggression 2 starts faster: sqrt(1/4)", 2.0, 10, 15'000, 0.5},
      {"aggression 0.5 starts slower: (1/2)^2", 0.5, 10, 30'000, 0.25},
      {"no minimum: a millisecond at least", 1.0, 0, 0, 1.0 / 60'000},
      {"an impossible aggression counts as 1", 0.0, 10, 30'000, 0.5},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const SlowStartConfig config{
        .window = seconds(60), .aggression = row.aggression, .min_weight_percent = row.min_percent};
    CHECK(slow_start_factor(config, milliseconds(row.age_ms)) ==
          doctest::Approx(row.factor).epsilon(1e-12));
  }
}

TEST_CASE("slow_start: no window, no effect") {
  CHECK(slow_start_factor({}, Duration{0}) == 1.0);
  CHECK_FALSE(in_slow_start({}, Duration{0}));
}

TEST_CASE("slow_start: the balancer leaves it a millisecond after the newest host's window") {
  const SlowStartConfig config{.window = seconds(60)};
  CHECK(in_slow_start(config, seconds(60)));
  CHECK_FALSE(in_slow_start(config, milliseconds(60'001)));
}
