// Tests of finding the bottleneck.
#include "libmesh/analysis/saturation.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

TEST_CASE("saturation: the most utilised workload comes first") {
  SmallShop shop(RecordOptions{.warmup = SmallShop::at(100)});
  for (std::int64_t ms = 0; ms <= 1000; ms += 100) {
    const bool warm = ms >= 100;
    shop.recorder.sample(SmallShop::at(ms), SmallShop::ingress, 9, 0, 9, 1);
    shop.recorder.sample(SmallShop::at(ms), SmallShop::shop, 3, 0, 2, 1);
    const std::uint32_t queued = ms == 500 ? 11 : 1;
    shop.recorder.sample(SmallShop::at(ms), SmallShop::stock, 8, queued, warm ? 6 : 0, 2);
  }
  shop.recorder.visit_ended({.workload = SmallShop::stock,
                             .endpoint = SmallShop::stock_0,
                             .arrived = SmallShop::at(200),
                             .started = SmallShop::at(230),
                             .ended = SmallShop::at(240),
                             .code = 200});
  shop.recorder.visit_ended({.workload = SmallShop::stock,
                             .endpoint = SmallShop::stock_0,
                             .arrived = SmallShop::at(300),
                             .started = SmallShop::at(300),
                             .ended = SmallShop::at(300),
                             .code = 503,
                             .overflowed = true});
  RunInfo info = SmallShop::info();
  info.warmup = SmallShop::at(100);
  Plan plan;
  for (const std::uint32_t workers : {0u, 4u, 4u}) {
    WorkloadPlan workload;
    workload.workers = workers;
    plan.workloads.add(workload);
  }
  const auto rows = saturation(*shop.finish(info), workers_of(plan));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].workload == SmallShop::stock);
  CHECK(rows[0].utilisation == doctest::Approx(6.0 / 8));  // 2 pods with 4 workers
  CHECK(rows[0].peak_utilisation == doctest::Approx(6.0 / 8));
  CHECK(rows[0].mean_queued == doctest::Approx(2));
  CHECK(rows[0].peak_queued == 11);
  CHECK(rows[0].mean_queue_time_ms == doctest::Approx(30));
  CHECK(rows[0].overflowed == 1);
  CHECK(rows[1].workload == SmallShop::shop);
  CHECK(rows[1].utilisation == doctest::Approx(0.5));
  CHECK(rows[2].workload == SmallShop::ingress);
  CHECK(rows[2].utilisation == 0);  // unlimited
  CHECK(rows[2].mean_busy == doctest::Approx(9));
}

}  // namespace
}  // namespace mesh
