// Tests of counts by (row, outcome) against a map of all facts.
#include "libmesh/telemetry/outcome_cells.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <tuple>
#include <utility>

namespace mesh {
namespace {

using TableKey = std::pair<std::uint32_t, std::uint32_t>;
using SeriesKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

struct Shadow {
  std::map<TableKey, std::pair<std::uint64_t, std::uint64_t>> totals;
  std::map<SeriesKey, std::uint64_t> series;
};

void check_equal(const OutcomeCells& cells, const Shadow& shadow) {
  const OutcomeTable table = cells.table();
  REQUIRE(table.row.size() == shadow.totals.size());
  std::size_t i = 0;
  for (const auto& [key, cell] : shadow.totals) {
    REQUIRE(TableKey{table.row[i], table.outcome[i]} == key);
    REQUIRE(table.count[i] == cell.first);
    REQUIRE(table.latency_sum_ns[i] == cell.second);
    i += 1;
  }
  const OutcomeSeries series = cells.series();
  REQUIRE(series.row.size() == shadow.series.size());
  i = 0;
  for (const auto& [key, count] : shadow.series) {
    REQUIRE(SeriesKey{series.bucket[i], series.row[i], series.outcome[i]} == key);
    REQUIRE(series.count[i] == count);
    i += 1;
  }
}

TEST_CASE("outcome_cells: agree with a map when buckets rise, waver or jump") {
  for (const std::uint32_t spread : {1u, 2u, 5u, 400u}) {
    CAPTURE(spread);
    std::mt19937_64 random(spread);
    OutcomeCells cells;
    Shadow shadow;
    for (std::uint32_t step = 0; step < 8'000; ++step) {
      const auto row = static_cast<std::uint32_t>(random() % 7);
      const auto outcome = static_cast<std::uint32_t>(random() % 4);
      const auto bucket = step / 100 + static_cast<std::uint32_t>(random() % spread);
      const Duration latency{static_cast<std::int64_t>(random() % 1'000'000)};
      const bool total = random() % 5 != 0;
      cells.add(row, outcome, bucket, latency, total);
      shadow.series[{bucket, row, outcome}] += 1;
      if (total) {
        auto& cell = shadow.totals[{row, outcome}];
        cell.first += 1;
        cell.second += static_cast<std::uint64_t>(latency.ns);
      }
    }
    check_equal(cells, shadow);
  }
}

TEST_CASE("outcome_cells: a fact without a bucket enters totals only") {
  OutcomeCells cells;
  cells.add(3, 1, OutcomeCells::no_bucket, milliseconds(2), true);
  cells.add(3, 1, 7, milliseconds(4), true);
  cells.add(3, 1, OutcomeCells::no_bucket, milliseconds(6), true);
  Shadow shadow;
  shadow.totals[{3, 1}] = {3, 12'000'000};
  shadow.series[{7, 3, 1}] = 1;
  check_equal(cells, shadow);
  cells.clear();
  check_equal(cells, {});
}

}  // namespace
}  // namespace mesh
