// Arithmetic of instants and durations.
#include "libmesh/base/time.h"

#include <doctest/doctest.h>

namespace mesh {

TEST_CASE("time: units agree with each other") {
  CHECK(hours(1) == minutes(60));
  CHECK(minutes(1) == seconds(60));
  CHECK(seconds(1) == milliseconds(1'000));
  CHECK(milliseconds(1) == microseconds(1'000));
  CHECK(microseconds(1) == nanoseconds(1'000));
  CHECK(as_seconds(milliseconds(1'500)) == doctest::Approx(1.5));
  CHECK(as_milliseconds(microseconds(250)) == doctest::Approx(0.25));
}

TEST_CASE("time: whole milliseconds are cut, as Envoy's timers count") {
  CHECK(whole_milliseconds(microseconds(25'999)) == 25);
  CHECK(whole_milliseconds(microseconds(999)) == 0);
}

TEST_CASE("time: elapsed and added times undo each other") {
  const Instant start{milliseconds(3).ns};
  CHECK(elapsed(start, start + seconds(2)) == seconds(2));
  CHECK(start + seconds(2) - seconds(2) == start);
  CHECK(start < never);
}

}  // namespace mesh
