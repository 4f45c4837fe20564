// Latency histograms by row: growth, closing a time bucket, freezing.
#include "libmesh/telemetry/latency_rows.h"

#include <algorithm>
#include <span>
#include <tuple>

namespace mesh {

void LatencyRows::cover(Row& row, std::uint32_t bin) {
  if (row.counts.empty()) {
    row.first = bin;
    row.counts.resize(1);
  } else if (bin < row.first) {
    row.counts.insert(row.counts.begin(), row.first - bin, 0);
    row.first = bin;
  } else {
    row.counts.resize(bin - row.first + 1);
  }
}

void LatencyRows::open(std::uint32_t bucket, bool total) {
  close();
  open_bucket_ = bucket;
  open_total_ = total;
}

void LatencyRows::close() {
  std::sort(hit_.begin(), hit_.end());
  for (std::size_t begin = 0; begin < hit_.size();) {
    std::size_t end = begin + 1;
    while (end < hit_.size() && hit_[end].row == hit_[begin].row) end += 1;
    close_row(begin, end);
    begin = end;
  }
  hit_.clear();
}

/// Hits [begin, end) are all those of one row.
void LatencyRows::close_row(std::size_t begin, std::size_t end) {
  const std::uint32_t index = hit_[begin].row;
  Row& row = rows_[index];
  const std::uint32_t first = hit_[begin].bin, last = hit_[end - 1].bin;
  const std::span counts(row.counts.data() + (first - row.first), last - first + 1);
  if (open_total_) {
    if (index >= totals_.size()) totals_.resize(index + 1);
    totals_[index].add_counted(first, counts, row.exact);
  }
  for (std::size_t i = begin; i < end; ++i) {
    std::uint32_t& count = counts[hit_[i].bin - first];
    closed_.push_back({open_bucket_, index, hit_[i].bin, count});
    count = 0;
  }
  row.exact = nothing;
}

LatencyRows LatencyRows::closed() const {
  LatencyRows copy = *this;
  copy.close();
  return copy;
}

std::vector<Histogram> LatencyRows::totals(std::size_t count) const {
  if (!hit_.empty()) return closed().totals(count);
  std::vector<Histogram> totals = totals_;
  totals.resize(count);
  return totals;
}

LatencySeries LatencyRows::series() const {
  if (!hit_.empty()) return closed().series();
  const auto before = [](const Closed& a, const Closed& b) {
    return std::tie(a.bucket, a.row, a.bin) < std::tie(b.bucket, b.row, b.bin);
  };
  std::vector<Closed> sorted;  // only when facts came out of order or the warm-up cut a bucket
  if (!std::is_sorted(closed_.begin(), closed_.end(), before)) {
    sorted = closed_;
    std::sort(sorted.begin(), sorted.end(), before);
  }
  LatencySeries series;
  for (const Closed& c : sorted.empty() ? closed_ : sorted) {
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
