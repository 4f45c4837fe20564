// Latency histograms by row with their time series.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "libmesh/telemetry/histogram.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// For the time bucket that is open each row has a dense count per bin, over the range of bins that
/// it ever touched. When the bucket ends the bins that were hit, and only those, become
/// (bucket, row, bin, count) and enter the row's total. So a fact touches one row and one count.
class LatencyRows {
 public:
  /// Room for rows 0 … count - 1; rows beyond are made on first use.
  void reserve_rows(std::size_t count) {
    if (count > rows_.size()) rows_.resize(count);
  }
  /// `total` says whether the totals count the value; buckets mostly rise.
  void add(std::uint32_t row, std::uint32_t bucket, Duration value, bool total) {
    add(row, bucket, value, Histogram::bin_of(value), total);
  }
  /// The same when the caller knows the bin.
  void add(std::uint32_t row, std::uint32_t bucket, Duration value, std::uint32_t bin, bool total) {
    if (bucket != open_bucket_ || total != open_total_) open(bucket, total);
    if (row >= rows_.size()) rows_.resize(row + 1);
    Row& r = rows_[row];
    if (bin - r.first >= r.counts.size()) cover(r, bin);
    std::uint32_t& count = r.counts[bin - r.first];
    if (count == 0) {
      if (r.exact.max < r.exact.min) touched_.push_back(row);  // its first value
      r.hit[bin / 64] |= std::uint64_t{1} << bin % 64;
    }
    count += 1;
    r.exact.sum.ns += value.ns;
    r.exact.min = std::min(r.exact.min, value);
    r.exact.max = std::max(r.exact.max, value);
  }
  /// Ends the open bucket. The questions below work without it, on a copy.
  void close();

  /// Totals of rows 0 … count - 1.
  std::vector<Histogram> totals(std::size_t count) const;
  /// Series by (bucket, row, bin).
  LatencySeries series() const;
  void clear() { *this = LatencyRows{}; }

 private:
  static constexpr std::uint32_t no_bucket = 0xffffffffu;
  static constexpr Histogram::Exact nothing{{0}, {std::numeric_limits<std::int64_t>::max()}, {0}};

  struct Row {
    std::vector<std::uint32_t> counts;
    std::uint32_t first = 0;  // bin of counts[0]
    Histogram::Exact exact = nothing;
    std::array<std::uint64_t, (Histogram::bin_count + 63) / 64> hit{};  // bit per bin
  };
  struct Closed {
    std::uint32_t bucket, row, bin, count;
  };

  static void cover(Row& row, std::uint32_t bin);
  void open(std::uint32_t bucket, bool total);
  LatencyRows closed() const;
  void close_row(std::uint32_t index);

  std::vector<Row> rows_;
  std::vector<std::uint32_t> touched_;  // rows with a hit in the open bucket
  std::vector<Closed> closed_;
  std::vector<Histogram> totals_;
  std::uint32_t open_bucket_ = no_bucket;
  bool open_total_ = false;
};

}  // namespace mesh
