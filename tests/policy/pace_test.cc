// How fast a process works: warm-up, and a piecewise linear function of its state.
#include "libmesh/policy/pace.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

TEST_CASE("pace: a warm-up falls linearly to 1") {
  const WarmUp warm{seconds(10), 5.0};
  CHECK(warm_up_factor(warm, seconds(0)) == 5.0);
  CHECK(warm_up_factor(warm, seconds(5)) == 3.0);
  CHECK(warm_up_factor(warm, seconds(10)) == 1.0);
  CHECK(warm_up_factor(warm, seconds(11)) == 1.0);
  CHECK(warm_up_factor({}, seconds(0)) == 1.0);
}

TEST_CASE("pace: a slowdown is linear between its points and constant beyond them") {
  const Slowdown slowdown{SlowBy::InFlight, {{10, 1.0}, {20, 2.0}, {30, 8.0}}};
  CHECK(slowdown_factor(slowdown, 0) == 1.0);
  CHECK(slowdown_factor(slowdown, 10) == 1.0);
  CHECK(slowdown_factor(slowdown, 15) == 1.5);
  CHECK(slowdown_factor(slowdown, 20) == 2.0);
  CHECK(slowdown_factor(slowdown, 25) == 5.0);
  CHECK(slowdown_factor(slowdown, 30) == 8.0);
  CHECK(slowdown_factor(slowdown, 1000) == 8.0);
  CHECK(slowdown_factor({}, 1000) == 1.0);
}

}  // namespace
}  // namespace mesh
