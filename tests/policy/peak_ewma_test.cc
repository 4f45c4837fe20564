// A moving average that follows peaks at once and forgets them slowly.
#include "libmesh/policy/peak_ewma.h"

#include <doctest/doctest.h>

#include <cmath>

namespace mesh {
namespace {

constexpr double ms = 1e6;

TEST_CASE("peak_ewma: a peak counts in full, what is below decays towards it") {
  const Duration decay = seconds(10);
  PeakEwma host;
  host.observe(decay, Instant{}, 100 * ms);
  CHECK(host.cost_ns == doctest::Approx(100 * ms));
  host.observe(decay, Instant{} + seconds(1), 2000 * ms);
  CHECK(host.cost_ns == doctest::Approx(2000 * ms));
  host.observe(decay, Instant{} + seconds(11), 100 * ms);
  const double left = std::exp(-1.0);
  CHECK(host.cost_ns == doctest::Approx(2000 * ms * left + 100 * ms * (1 - left)));
}

TEST_CASE("peak_ewma: load is the cost times those under way and one; an unknown host gets one") {
  const Duration decay = seconds(10);
  PeakEwma host;
  CHECK(host.load(decay, Instant{}, 0) == 0);
  CHECK(host.load(decay, Instant{}, 1) > 1e13);
  host.observe(decay, Instant{}, 100 * ms);
  CHECK(host.load(decay, Instant{}, 0) == doctest::Approx(100 * ms));
  CHECK(host.load(decay, Instant{}, 4) == doctest::Approx(500 * ms));
  // Without traffic it becomes attractive again.
  CHECK(host.load(decay, Instant{} + seconds(20), 0) == doctest::Approx(100 * ms * std::exp(-2.0)));
}

}  // namespace
}  // namespace mesh
