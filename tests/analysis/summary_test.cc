// Tests of the summary against the hand-made record.
#include "libmesh/analysis/summary.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

const EdgeSummary& edge_to(const Summary& summary, WorkloadId source, WorkloadId destination) {
  for (const EdgeSummary& e : summary.edges) {
    if (e.edge.source == source && e.edge.destination == destination) return e;
  }
  FAIL("no such edge");
  return summary.edges.front();
}

TEST_CASE("summary: what the users of a load saw") {
  const Summary s = summarize(*testing::small_record());
  REQUIRE(s.loads.size() == 1);
  const Traffic& t = s.loads[0].traffic;
  CHECK(s.measured_s == 1.0);
  CHECK(t.requests == 10);
  CHECK(t.failures == 2);
  CHECK(t.rps == 10.0);
  CHECK(t.goodput_rps == 8.0);
  CHECK(t.error_rate == doctest::Approx(0.2));
  CHECK(t.mean_ms == doctest::Approx((7 * 10 + 40 + 110 + 0) / 10.0));
  CHECK(t.max_ms == doctest::Approx(110));
  CHECK(t.p50_ms == doctest::Approx(10).epsilon(0.1));
  CHECK(t.p90_ms == doctest::Approx(41).epsilon(0.03));
  CHECK(s.all_loads.requests == 10);
  const std::vector<OutcomeCount> expected = {
      {{200, {}}, 8}, {{500, {}}, 1}, {{503, ResponseFlags::from_packed(2)}, 1}};
  CHECK(t.outcomes == expected);
  CHECK(t.outcomes[2].outcome.flags.to_string() == "UH");
}

TEST_CASE("summary: edges with attempts, retries, ejections") {
  const Summary s = summarize(*testing::small_record());
  const EdgeSummary& stock = edge_to(s, SmallShop::shop, SmallShop::stock);
  CHECK(stock.traffic.requests == 9);
  CHECK(stock.attempts == 10);
  CHECK(stock.retries == 1);
  CHECK(stock.ejections == 1);
  CHECK(stock.traffic.failures == 1);
  const EdgeSummary& shop = edge_to(s, SmallShop::ingress, SmallShop::shop);
  CHECK(shop.retries == 0);
  CHECK(shop.ejections == 0);
  const EdgeSummary& nowhere = edge_to(s, SmallShop::ingress, WorkloadId::none());
  CHECK(nowhere.traffic.requests == 1);
  CHECK(nowhere.attempts == 0);
  CHECK(nowhere.retries == 0);
  CHECK(nowhere.traffic.error_rate == 1.0);
}

TEST_CASE("summary: rates leave the warm-up out and are per run") {
  SmallShop shop(RecordOptions{.warmup = SmallShop::at(500)});
  for (int i = 0; i < 10; ++i) shop.good(100 * i);
  RunInfo info = SmallShop::info();
  info.warmup = SmallShop::at(500);
  const auto record = shop.finish(info);
  const Summary one = summarize(*record);
  CHECK(one.measured_s == 0.5);
  CHECK(one.all_loads.requests == 5);
  CHECK(one.all_loads.rps == 10.0);
  const Summary two = summarize(*merge(*record, *record));
  CHECK(two.runs == 2);
  CHECK(two.all_loads.requests == 10);
  CHECK(two.all_loads.rps == 10.0);
}

TEST_CASE("summary: an empty run has zeros") {
  SmallShop shop;
  RunInfo info;
  const Summary s = summarize(*shop.finish(info));
  CHECK(s.all_loads.requests == 0);
  CHECK(s.all_loads.rps == 0);
  CHECK(s.all_loads.error_rate == 0);
  CHECK(s.all_loads.p99_ms == 0);
  CHECK(s.edges.empty());
}

TEST_CASE("summary: what counts as a failure") {
  CHECK(is_failure(0));
  CHECK(is_failure(500));
  CHECK(is_failure(504));
  CHECK_FALSE(is_failure(200));
  CHECK_FALSE(is_failure(404));
  CHECK_FALSE(is_failure(499));
}

}  // namespace
}  // namespace mesh
