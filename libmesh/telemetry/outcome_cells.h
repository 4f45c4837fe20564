// Counts by (row, outcome) with their time series: memory follows what was touched.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// One cell per (row, outcome) that happened; the cells of a row form a list in order of first
/// appearance, mostly one or two long. A cell counts two time buckets in place, because facts dated
/// by their start arrive around a bucket border in both; an older bucket moves to the log.
class OutcomeCells {
 public:
  static constexpr std::uint32_t no_bucket = 0xffffffffu;

  /// `bucket` may be no_bucket (no series), `total` says whether the totals count it.
  void add(std::uint32_t row, std::uint32_t outcome, std::uint32_t bucket, Duration latency,
           bool total) {
    Cell& cell = cells_[find(row, outcome)];
    if (total) {
      cell.count += 1;
      cell.latency_sum_ns += static_cast<std::uint64_t>(latency.ns);
    }
    if (bucket == cell.newer.bucket) {
      cell.newer.count += 1;
    } else if (bucket != no_bucket) {
      add_to_older(cell, bucket);
    }
  }

  /// Totals by (row, outcome), rows without a counted fact left out.
  OutcomeTable table() const;
  /// Series by (bucket, row, outcome).
  OutcomeSeries series() const;
  void clear();

 private:
  static constexpr std::uint32_t nil = 0xffffffffu;

  struct Counted {
    std::uint32_t bucket = no_bucket;
    std::uint32_t count = 0;
  };
  struct Cell {
    std::uint32_t outcome = 0;
    std::uint32_t next = nil;
    Counted newer, older;
    std::uint64_t count = 0;
    std::uint64_t latency_sum_ns = 0;
    std::uint32_t row = 0;
  };
  struct Logged {
    std::uint32_t cell;
    Counted counted;
  };

  std::uint32_t find(std::uint32_t row, std::uint32_t outcome) {
    if (row < first_of_row_.size()) {
      for (std::uint32_t i = first_of_row_[row]; i != nil; i = cells_[i].next) {
        if (cells_[i].outcome == outcome) return i;
      }
    }
    return insert(row, outcome);
  }
  std::uint32_t insert(std::uint32_t row, std::uint32_t outcome);
  void add_to_older(Cell& cell, std::uint32_t bucket);

  std::vector<std::uint32_t> first_of_row_;
  std::vector<Cell> cells_;
  std::vector<Logged> log_;
};

}  // namespace mesh
