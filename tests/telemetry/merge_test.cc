// Tests of the sum of two records against one recorder that saw both histories.
#include <doctest/doctest.h>

#include <numeric>

#include "libmesh/telemetry/run_record.h"
#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

std::shared_ptr<const RunRecord> shop_of(int good, int failed, int refused, bool refused_first) {
  SmallShop shop;
  if (refused_first) shop.refused(0);
  for (int i = 0; i < good; ++i) shop.good(10 * i);
  for (int i = 0; i < failed; ++i) shop.failed(1000 + 10 * i);
  for (int i = 0; i < refused; ++i) shop.refused(2000 + i);
  return shop.finish();
}

std::uint64_t total(const std::vector<std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// The count of a load's requests that ended with `code`.
std::uint64_t ended_with(const RunRecord& record, std::uint16_t code) {
  std::uint64_t sum = 0;
  const OutcomeTable& t = record.requests_by_load;
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    if (record.outcomes[t.outcome[i]].code == code) sum += t.count[i];
  }
  return sum;
}

TEST_CASE("merge: counts, histograms and series add; rows are matched by meaning, not by number") {
  const auto a = shop_of(5, 2, 1, false);
  const auto b = shop_of(3, 0, 4, true);  // another order of edges and outcomes
  REQUIRE(a->edges != b->edges);
  const auto sum = merge(*a, *b);
  CHECK(ended_with(*sum, 200) == 8);
  CHECK(ended_with(*sum, 500) == 2);
  CHECK(ended_with(*sum, 503) == 6);
  CHECK(total(sum->requests_by_edge.count) ==
        total(a->requests_by_edge.count) + total(b->requests_by_edge.count));
  CHECK(total(sum->series_by_load.count) == 16);
  CHECK(total(sum->latency_series_by_load.count) == 16);
  Histogram load = a->latency_by_load[0];
  load.merge(b->latency_by_load[0]);
  CHECK(sum->latency_by_load[0] == load);
  for (std::size_t i = 0; i < sum->edges.size(); ++i) {
    const Edge& edge = sum->edges[i];
    Histogram expected;
    for (const auto& part : {a, b}) {
      for (std::size_t k = 0; k < part->edges.size(); ++k) {
        if (part->edges[k] == edge) expected.merge(part->latency_by_edge[k]);
      }
    }
    CHECK(sum->latency_by_edge[i] == expected);
  }
  CHECK(sum->requests.id.size() == a->requests.id.size() + b->requests.id.size());
  for (std::size_t i = 0; i < b->requests.id.size(); ++i) {
    const std::size_t k = a->requests.id.size() + i;
    CHECK(sum->edges[sum->requests.edge[k]] == b->edges[b->requests.edge[i]]);
  }
  CHECK(sum->info.runs == 2);
  CHECK(sum->info.requests_created == a->info.requests_created + b->info.requests_created);
}

TEST_CASE("merge: with an empty run nothing but the number of runs changes") {
  const auto a = shop_of(5, 2, 1, false);
  SmallShop nothing;
  RunInfo info = SmallShop::info();
  const auto empty = nothing.recorder.finish(info, {});
  RunRecord sum = *merge(*a, *empty);
  CHECK(sum.info.runs == 2);
  sum.info.runs = 1;
  CHECK(sum.hash() == a->hash());
}

TEST_CASE("merge: is associative") {
  const auto a = shop_of(2, 1, 0, false), b = shop_of(1, 0, 2, true), c = shop_of(0, 3, 1, false);
  CHECK(merge(*merge(*a, *b), *c)->hash() == merge(*a, *merge(*b, *c))->hash());
}

TEST_CASE("merge: counters of a (proxy, cluster) add") {
  SmallShop one, two;
  ClusterStats x{SmallShop::shop_0, SmallShop::to_stock, {}};
  x.counters[2] = 5;
  x.connections_active = 2;
  x.ejections_active = 1;
  ClusterStats y{SmallShop::ingress_0, SmallShop::to_shop, {}};
  y.counters[0] = 1;
  const auto sum = merge(*one.recorder.finish(SmallShop::info(), {x}),
                         *two.recorder.finish(SmallShop::info(), {x, y}));
  REQUIRE(sum->stats.size() == 2);
  CHECK(sum->stats[0].proxy == SmallShop::ingress_0);
  CHECK(sum->stats[1].counters[2] == 10);
  CHECK(sum->stats[1].connections_active == 4);
  CHECK(sum->stats[1].ejections_active == 2);
}

TEST_CASE("merge: counters of a proxy add") {
  RunRecord a = *testing::small_record(), b = a;
  a.proxies = {{EndpointId{0}, {1, 2}}, {EndpointId{2}, {5}}};
  b.proxies = {{EndpointId{1}, {7}}, {EndpointId{2}, {1}}};
  const auto sum = merge(a, b);
  REQUIRE(sum->proxies.size() == 3);
  CHECK(sum->proxies[0].counters[1] == 2);
  CHECK(sum->proxies[1].counters[0] == 7);
  CHECK(sum->proxies[2].counters[0] == 6);
}

TEST_CASE("merge: the first end that was not the horizon is kept") {
  SmallShop one, two;
  RunInfo limited = SmallShop::info();
  limited.ended_by = EndedBy::Limit;
  limited.limit = "queue of stock-v1";
  const auto sum = merge(*one.finish(), *two.finish(limited));
  CHECK(sum->info.ended_by == EndedBy::Limit);
  CHECK(sum->info.limit == "queue of stock-v1");
}

TEST_CASE("merge: records of other names or buckets are refused") {
  const auto a = shop_of(1, 0, 0, false);
  RunRecord renamed = *a, coarser = *a;
  renamed.names.loads[LoadId{0}] = "others";
  coarser.bucket = seconds(10);
  CHECK(can_merge(*a, *a));
  CHECK_FALSE(can_merge(*a, renamed));
  CHECK_FALSE(can_merge(*a, coarser));
}

}  // namespace
}  // namespace mesh
