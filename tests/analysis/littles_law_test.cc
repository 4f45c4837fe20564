// Tests of Little's law on records made by hand.
#include "libmesh/analysis/littles_law.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

TEST_CASE("littles_law: overlapping visits, sampled often, balance") {
  SmallShop shop;
  // Every 10 ms a visit of 25 ms (5 queued, 20 served): 2.5 present on average, and exactly 2 or 3.
  for (std::int64_t ms = 0; ms < 1000; ms += 10) {
    const Instant arrived = SmallShop::at(ms);
    shop.recorder.visit_ended({.workload = SmallShop::stock,
                               .endpoint = SmallShop::stock_0,
                               .arrived = arrived,
                               .started = arrived + milliseconds(5),
                               .ended = arrived + milliseconds(25),
                               .code = 200});
  }
  for (std::int64_t ms = 0; ms < 1000; ++ms) {
    const auto present = static_cast<std::uint32_t>(ms % 10 < 5 ? 3 : 2);
    shop.recorder.sample(SmallShop::at(ms), SmallShop::stock, present, 0, present, 1);
  }
  const auto rows = littles_law(*shop.finish());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].workload == SmallShop::stock);
  CHECK(rows[0].present == doctest::Approx(2.5));
  CHECK(rows[0].arrivals_per_s == doctest::Approx(100));
  CHECK(rows[0].time_s == doctest::Approx(0.025));
  CHECK(rows[0].expected() == doctest::Approx(rows[0].present));
}

TEST_CASE("littles_law: samples of the warm-up do not count, nor do workloads without visits") {
  SmallShop shop(RecordOptions{.warmup = SmallShop::at(500)});
  for (std::int64_t ms = 0; ms < 1000; ms += 100) {
    shop.recorder.sample(SmallShop::at(ms), SmallShop::shop, ms < 500 ? 100 : 2, 0, 1, 1);
    shop.recorder.sample(SmallShop::at(ms), SmallShop::ingress, 1, 0, 1, 1);
  }
  for (int i = 5; i < 10; ++i) shop.good(100 * i);
  RunInfo info = SmallShop::info();
  info.warmup = SmallShop::at(500);
  const auto rows = littles_law(*shop.finish(info));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].workload == SmallShop::shop);
  CHECK(rows[0].present == doctest::Approx(2));
  CHECK(rows[0].arrivals_per_s == doctest::Approx(10));
}

}  // namespace
}  // namespace mesh
