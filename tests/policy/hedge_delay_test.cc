// The quantile after which a call is sent again.
#include "libmesh/policy/hedge_delay.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

TEST_CASE("hedge_delay: unknown before a hundred calls, then anew with each thousand") {
  HedgeDelay delay;
  for (int i = 1; i <= 99; ++i) delay.add(0.95, milliseconds(i));
  CHECK_FALSE(delay.known());
  delay.add(0.95, milliseconds(100));
  CHECK(delay.known());
  CHECK(as_milliseconds(delay.delay()) == doctest::Approx(95).epsilon(0.02));
  for (int i = 100; i < 999; ++i) delay.add(0.95, milliseconds(7));
  CHECK(as_milliseconds(delay.delay()) == doctest::Approx(95).epsilon(0.02));
  delay.add(0.95, milliseconds(7));
  CHECK(as_milliseconds(delay.delay()) < 60);  // a tenth of the thousand is above 7 ms
  for (int i = 0; i < 1000; ++i) delay.add(0.95, milliseconds(7));
  CHECK(as_milliseconds(delay.delay()) == doctest::Approx(7).epsilon(0.02));
}

}  // namespace
}  // namespace mesh
