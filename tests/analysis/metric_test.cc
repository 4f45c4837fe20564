// Tests of metrics by name and of the texts that name edges.
#include "libmesh/analysis/metric.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

TEST_CASE("metric: every name has a value and a unit for all loads, one load and one edge") {
  const auto record = testing::small_record();
  struct Row {
    const char* metric;
    double all, edge;
    const char* unit;
  };
  const Row rows[] = {
      {"max", 110, 100, "ms"},
      {"mean", 22, (7 * 4 + 29 + 100) / 9.0, "ms"},
      {"rps", 10, 9, "1/s"},
      {"goodput", 8, 8, "1/s"},
      {"error_rate", 0.2, 1 / 9.0, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.metric);
    const auto all = evaluate(*record, row.metric);
    const auto load = evaluate(*record, row.metric, "", "buyers");
    const auto edge = evaluate(*record, row.metric, "shop->stock");
    REQUIRE(all.has_value());
    REQUIRE(load.has_value());
    REQUIRE(edge.has_value());
    CHECK(all->value == doctest::Approx(row.all));
    CHECK(load->value == doctest::Approx(row.all));
    CHECK(edge->value == doctest::Approx(row.edge));
    CHECK(all->unit == row.unit);
  }
  for (const std::string_view metric : metric_names()) {
    CAPTURE(metric);
    CHECK(evaluate(*record, metric).has_value());
    CHECK(evaluate(*record, metric, "ingress->shop").has_value());
  }
  CHECK(evaluate(*record, "p50")->value <= evaluate(*record, "p90")->value);
  CHECK(evaluate(*record, "p99")->value <= evaluate(*record, "p999")->value);
}

TEST_CASE("metric: retries are those of an edge or of all, per run") {
  const auto record = testing::small_record();
  CHECK(evaluate(*record, "retries")->value == 1);
  CHECK(evaluate(*record, "retries", "shop->stock")->value == 1);
  CHECK(evaluate(*record, "retries", "ingress->shop")->value == 0);
  CHECK_FALSE(evaluate(*record, "retries", "", "buyers").has_value());
  CHECK(evaluate(*merge(*record, *record), "retries")->value == 1);
}

TEST_CASE("metric: replications give a mean with an interval") {
  std::vector<std::shared_ptr<const RunRecord>> runs;
  for (int good = 1; good <= 3; ++good) {
    testing::SmallShop shop;
    for (int i = 0; i < 2 * good; ++i) shop.good(100 * i);
    runs.push_back(shop.finish());
  }
  const auto rps = evaluate_runs(runs, "rps", "", "buyers");
  REQUIRE(rps.has_value());
  CHECK(rps->mean == doctest::Approx(4));
  CHECK(rps->count == 3);
  CHECK(rps->half_width == doctest::Approx(4.9684).epsilon(1e-4));  // 4.3027 * 2 / sqrt(3)
  CHECK_FALSE(evaluate_runs(runs, "rps", "shop->moon").has_value());
  CHECK_FALSE(evaluate_runs({}, "rps").has_value());
}

TEST_CASE("metric: what is unknown has no value") {
  const auto record = testing::small_record();
  CHECK_FALSE(evaluate(*record, "p42").has_value());
  CHECK_FALSE(evaluate(*record, "p99", "shop->nowhere").has_value());
  CHECK_FALSE(evaluate(*record, "p99", "nobody->stock").has_value());
  CHECK_FALSE(evaluate(*record, "p99", "", "sellers").has_value());
}

TEST_CASE("metric: texts that name edges") {
  RunRecord record = *testing::small_record();
  record.names.workloads[WorkloadId{0}] = "istio-ingressgateway";
  struct Row {
    const char* text;
    std::size_t edges;
  };
  const Row rows[] = {
      {"ingress->shop", 2},  // the host that was found and the one that was not
      {"istio-ingressgateway->shop", 2},
      {"istio-ingressgateway.istio-system->shop.default", 2},
      {"ingress->shop-v1", 1},
      {"ingress -> shop.default.svc.cluster.local", 2},
      {"shop-v1->stock", 1},
      {"shop->stock-v1.default", 1},
      {"*->stock", 1},
      {"shop->*", 1},
      {"shop->", 1},
      {"shop", 1},
      {"*->*", 3},
      {"sho->stock", 0},
      {"shop->sto", 0},
      {"stock->shop", 0},
      {"shop.other->stock", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(matching_edges(record, row.text).size() == row.edges);
  }
}

TEST_CASE("metric: edges as text") {
  const auto record = testing::small_record();
  CHECK(edge_text(*record, record->edges[0]) ==
        "shop-v1->stock.default.svc.cluster.local->stock-v1");
  CHECK(edge_text(*record, Edge{}) == "-->-->-");
}

}  // namespace
}  // namespace mesh
