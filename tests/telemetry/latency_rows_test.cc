// Tests of latency histograms by row against a map of all facts.
#include "libmesh/telemetry/latency_rows.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <tuple>

namespace mesh {
namespace {

using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

void check_equal(const LatencySeries& series, const std::map<Key, std::uint64_t>& shadow) {
  REQUIRE(series.row.size() == shadow.size());
  std::size_t i = 0;
  for (const auto& [key, count] : shadow) {
    REQUIRE(Key{series.bucket[i], series.row[i], series.bin[i]} == key);
    REQUIRE(series.count[i] == count);
    i += 1;
  }
}

TEST_CASE("latency_rows: totals and series agree with a list of all facts") {
  for (const std::uint32_t backwards : {0u, 3u}) {  // also facts that are out of order
    CAPTURE(backwards);
    std::mt19937_64 random(5 + backwards);
    LatencyRows rows;
    rows.reserve_rows(2);
    std::map<Key, std::uint64_t> series;
    std::vector<Histogram> totals(6);
    for (std::uint32_t step = 0; step < 5'000; ++step) {
      const auto row = static_cast<std::uint32_t>(random() % 5);
      const std::uint32_t bucket =
          step / 200 + (backwards > 0 ? static_cast<std::uint32_t>(random() % backwards) : 0);
      const Duration value{static_cast<std::int64_t>(random() >> (24 + random() % 40))};
      const bool total = random() % 4 != 0;
      rows.add(row, bucket, value, total);
      series[{bucket, row, Histogram::bin_of(value)}] += 1;
      if (total) totals[row].add(value);
      if (step % 1000 == 0) check_equal(rows.series(), series);  // asking changes nothing
    }
    check_equal(rows.series(), series);
    CHECK(rows.totals(6) == totals);
    rows.clear();
    check_equal(rows.series(), {});
  }
}

}  // namespace
}  // namespace mesh
