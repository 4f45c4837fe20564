// Latency histograms by row: growth, closing a time bucket, freezing.
#include "libmesh/telemetry/latency_rows.h"

#include <algorithm>
#include <tuple>

namespace mesh {

void LatencyRows::cover(Row& row, std::uint32_t bin) {
  if (row.open.empty()) {
    row.first = bin;
    row.open.resize(1);
  } else if (bin < row.first) {
    row.open.insert(row.open.begin(), row.first - bin, 0);
    row.first = bin;
  } else {
    row.open.resize(bin - row.first + 1);
  }
}

void LatencyRows::open(std::uint32_t bucket) {
  close();
  open_bucket_ = bucket;
}

void LatencyRows::close() {
  std::sort(hit_.begin(), hit_.end());
  for (const Hit hit : hit_) {
    Row& row = rows_[hit.row];
    std::uint32_t& count = row.open[hit.bin - row.first];
    closed_.push_back({open_bucket_, hit.row, hit.bin, count});
    count = 0;
  }
  hit_.clear();
}

std::vector<Histogram> LatencyRows::totals(std::size_t count) const {
  std::vector<Histogram> totals(count);
  for (std::size_t i = 0; i < std::min(count, rows_.size()); ++i) totals[i] = rows_[i].total;
  return totals;
}

LatencySeries LatencyRows::series() const {
  std::vector<Closed> entries = closed_;
  for (const Hit hit : hit_) {
    const Row& row = rows_[hit.row];
    entries.push_back({open_bucket_, hit.row, hit.bin, row.open[hit.bin - row.first]});
  }
  const auto key = [](const Closed& c) { return std::tie(c.bucket, c.row, c.bin); };
  std::sort(entries.begin(), entries.end(),
            [&key](const Closed& a, const Closed& b) { return key(a) < key(b); });
  LatencySeries series;
  for (const Closed& c : entries) {
    if (!series.bucket.empty() && series.bucket.back() == c.bucket && series.row.back() == c.row &&
        series.bin.back() == c.bin) {
      series.count.back() += c.count;
      continue;
    }
    series.bucket.push_back(c.bucket);
    series.row.push_back(c.row);
    series.bin.push_back(c.bin);
    series.count.push_back(c.count);
  }
  return series;
}

}  // namespace mesh
