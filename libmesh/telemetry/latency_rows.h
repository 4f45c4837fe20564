// Latency histograms by row with their time series.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/telemetry/histogram.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// Each row has a total and, for the time bucket that is open, a dense count per bin over the range
/// that the row ever touched. When the bucket ends the bins that were hit, and only those, become
/// (bucket, row, bin, count).
class LatencyRows {
 public:
  /// Room for rows 0 … count - 1; rows beyond are made on first use.
  void reserve_rows(std::size_t count) {
    if (count > rows_.size()) rows_.resize(count);
  }
  void add(std::uint32_t row, std::uint32_t bucket, Duration value, bool total) {
    if (bucket != open_bucket_) open(bucket);
    if (row >= rows_.size()) rows_.resize(row + 1);
    Row& r = rows_[row];
    const std::uint32_t bin = Histogram::bin_of(value);
    if (bin - r.first >= r.open.size()) cover(r, bin);
    std::uint32_t& count = r.open[bin - r.first];
    if (count == 0) hit_.push_back({row, bin});
    count += 1;
    if (total) r.total.add(value, bin);
  }

  /// Totals of rows 0 … count - 1.
  std::vector<Histogram> totals(std::size_t count) const;
  /// Series by (bucket, row, bin).
  LatencySeries series() const;
  void clear() { *this = LatencyRows{}; }

 private:
  static constexpr std::uint32_t no_bucket = 0xffffffffu;

  struct Row {
    Histogram total;
    std::uint32_t first = 0;
    std::vector<std::uint32_t> open;
  };
  struct Hit {
    std::uint32_t row, bin;
    friend auto operator<=>(const Hit&, const Hit&) = default;
  };
  struct Closed {
    std::uint32_t bucket, row, bin, count;
  };

  static void cover(Row& row, std::uint32_t bin);
  void open(std::uint32_t bucket);
  void close();

  std::vector<Row> rows_;
  std::vector<Hit> hit_;
  std::vector<Closed> closed_;
  std::uint32_t open_bucket_ = no_bucket;
};

}  // namespace mesh
