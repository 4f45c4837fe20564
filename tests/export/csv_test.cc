// Tests of CSV tables: goldens, quoting, shape.
#include "libmesh/export/csv.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/golden.h"
#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

/// A plain reader of RFC 4180.
std::vector<std::vector<std::string>> parse(const std::string& csv) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    const char c = csv[i];
    if (quoted && c == '"' && i + 1 < csv.size() && csv[i + 1] == '"') {
      rows.back().back() += csv[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\r') {
      REQUIRE(csv.at(++i) == '\n');
      rows.emplace_back(1);
    } else {
      rows.back().back() += c;
    }
  }
  CHECK_FALSE(quoted);
  CHECK(rows.back() == std::vector<std::string>{""});  // after the last line end
  rows.pop_back();
  return rows;
}

std::shared_ptr<const RunRecord> record_with_stats() {
  SmallShop shop;
  shop.good(0);
  shop.retried(100);
  shop.failed(200);
  shop.refused(900);
  shop.recorder.note({.at = SmallShop::at(400), .what = EventNote::FaultStart});
  shop.recorder.sample(SmallShop::at(500), SmallShop::stock, 3, 1, 2, 2);
  ClusterStats stats{SmallShop::shop_0, SmallShop::to_stock, {}};
  stats.counters[static_cast<std::size_t>(ClusterCounter::upstream_rq_total)] = 5;
  RunInfo info = SmallShop::info();
  info.requests_created = shop.next_id;
  auto record = std::make_shared<RunRecord>(*shop.recorder.finish(info, {stats}));
  record->names.stores.add("cache pages");
  record->stores = {{0, 2}, {0, 0}, {0, 1}, {5, 7}};  // 5 hits, then 7 misses
  return record;
}

TEST_CASE("csv: golden of every table") {
  const auto record = record_with_stats();
  std::string text;
  for (const std::string_view table : csv_tables()) {
    text += "# " + std::string(table) + "\n";
    for (const char c : to_csv(*record, table)) {
      if (c != '\r') text += c;  // goldens have plain line ends
    }
  }
  testing::check_golden("export_csv.txt", text);
}

TEST_CASE("csv: every row has as many fields as the header") {
  const auto record = record_with_stats();
  for (const std::string_view table : csv_tables()) {
    CAPTURE(table);
    const auto rows = parse(to_csv(*record, table));
    REQUIRE(rows.size() > 1);
    for (const auto& row : rows) CHECK(row.size() == rows.front().size());
  }
  CHECK(to_csv(*record, "nonsense").empty());
}

TEST_CASE("csv: names with commas, quotes and line ends survive") {
  RunRecord record = *record_with_stats();
  const std::string nasty = "a \"load\", of\r\ntwo lines";
  record.names.loads[LoadId{0}] = nasty;
  const auto rows = parse(to_csv(record, "loads"));
  for (std::size_t i = 1; i < rows.size(); ++i) CHECK(rows[i].front() == nasty);
}

TEST_CASE("csv: an empty record has headers only") {
  const auto record = SmallShop(RecordOptions{}).finish();
  for (const std::string_view table : csv_tables()) {
    if (table == "latency_by_load") continue;  // one row per load of the plan
    CHECK(parse(to_csv(*record, table)).size() == 1);
  }
}

}  // namespace
}  // namespace mesh
