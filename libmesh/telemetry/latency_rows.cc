// Latency histograms by row: growth, closing a time bucket, freezing.
#include "libmesh/telemetry/latency_rows.h"

#include <algorithm>
#include <bit>
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
  std::sort(touched_.begin(), touched_.end());
  for (const std::uint32_t row : touched_) close_row(row);
  touched_.clear();
}

void LatencyRows::close_row(std::uint32_t index) {
  Row& row = rows_[index];
  const std::uint32_t first = Histogram::bin_of(row.exact.min);
  const std::uint32_t last = Histogram::bin_of(row.exact.max);
  const std::span counts(row.counts.data() + (first - row.first), last - first + 1);
  if (open_total_) {
    if (index >= totals_.size()) totals_.resize(index + 1);
    totals_[index].add_counted(first, counts, row.exact);
  }
  for (std::uint32_t w = first / 64; w <= last / 64; ++w) {
    for (std::uint64_t& word = row.hit[w]; word != 0; word &= word - 1) {
      const std::uint32_t bin = w * 64 + static_cast<std::uint32_t>(std::countr_zero(word));
      std::uint32_t& count = counts[bin - first];
      closed_.push_back({open_bucket_, index, bin, count});
      count = 0;
    }
  }
  row.exact = nothing;
}

LatencyRows LatencyRows::closed() const {
  LatencyRows copy = *this;
  copy.close();
  return copy;
}

std::vector<Histogram> LatencyRows::totals(std::size_t count) const {
  if (!touched_.empty()) return closed().totals(count);
  std::vector<Histogram> totals = totals_;
  totals.resize(count);
  return totals;
}

LatencySeries LatencyRows::series() const {
  if (!touched_.empty()) return closed().series();
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
