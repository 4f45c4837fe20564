// Windows and jitters of the two back-off strategies.
#include "libmesh/policy/backoff.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

TEST_CASE("backoff: configured intervals become whole milliseconds, at least one") {
  struct Row {
    Duration interval;
    std::uint32_t window;
  };
  for (const Row row : {Row{Duration{0}, 1}, Row{microseconds(300), 1}, Row{milliseconds(25), 25},
                        Row{microseconds(25'900), 25}, Row{seconds(10'000'000), 4'294'967'295}}) {
    CAPTURE(row.interval.ns);
    CHECK(backoff_window_ms(row.interval) == row.window);
  }
}

TEST_CASE("backoff: the window doubles while below half of the maximum, then is the maximum") {
  struct Row {
    std::uint32_t base, max;
    std::vector<std::uint32_t> windows;
  };
  const Row rows[] = {{25, 250, {25, 50, 100, 200, 250, 250}},
                      {100, 1200, {100, 200, 400, 800, 1200, 1200}},
                      {1, 10, {1, 2, 4, 8, 10, 10}},
                      {10, 10, {10, 10, 10}},
                      {7, 15, {7, 15, 15}},   // 7 is not below floor(15/2)
                      {6, 15, {6, 12, 15}}};  // 6 is
  for (const Row& row : rows) {
    CAPTURE(row.base);
    CAPTURE(row.max);
    std::uint32_t window = row.base;
    for (const std::uint32_t expected : row.windows) {
      CHECK(window == expected);
      jittered_backoff(window, row.max, 0);
    }
  }
}

TEST_CASE("backoff: the delay is the word modulo the window, never the window itself") {
  std::uint32_t window = 25;
  CHECK(jittered_backoff(window, 250, 24) == milliseconds(24));
  window = 25;
  CHECK(jittered_backoff(window, 250, 25) == milliseconds(0));
  window = 25;
  CHECK(jittered_backoff(window, 250, ~0ull) == milliseconds(static_cast<int>(~0ull % 25)));
}

TEST_CASE("backoff: a lower bound gets up to half of itself on top") {
  CHECK(jittered_lower_bound(seconds(2), 0) == seconds(2));
  CHECK(jittered_lower_bound(seconds(2), 999) == milliseconds(2999));
  CHECK(jittered_lower_bound(seconds(2), 1000) == seconds(2));
  CHECK(jittered_lower_bound(milliseconds(3), 5) == milliseconds(3));  // half of 3 is 1
  CHECK(jittered_lower_bound(milliseconds(1), 77) == milliseconds(1));
  CHECK(jittered_lower_bound(Duration{0}, 77) == Duration{0});
}
