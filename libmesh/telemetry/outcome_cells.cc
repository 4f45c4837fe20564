// Counts by (row, outcome): growth, the log of past buckets, freezing.
#include "libmesh/telemetry/outcome_cells.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mesh {

std::uint32_t OutcomeCells::insert(std::uint32_t row, std::uint32_t outcome) {
  if (row >= first_of_row_.size()) first_of_row_.resize(row + 1, nil);
  const auto index = static_cast<std::uint32_t>(cells_.size());
  Cell cell;
  cell.row = row;
  cell.outcome = outcome;
  cells_.push_back(cell);
  std::uint32_t* link = &first_of_row_[row];
  while (*link != nil) link = &cells_[*link].next;
  *link = index;
  return index;
}

void OutcomeCells::add_to_older(Cell& cell, std::uint32_t bucket) {
  if (bucket == cell.older.bucket) {
    cell.older.count += 1;
    return;
  }
  const auto index = static_cast<std::uint32_t>(&cell - cells_.data());
  const bool newest = cell.newer.bucket == no_bucket || bucket > cell.newer.bucket;
  const bool middle = cell.older.bucket == no_bucket || bucket > cell.older.bucket;
  if (!newest && !middle) {
    log_.push_back({index, {bucket, 1}});
    return;
  }
  if (cell.older.bucket != no_bucket) log_.push_back({index, cell.older});
  cell.older = newest ? std::exchange(cell.newer, {bucket, 1}) : Counted{bucket, 1};
}

OutcomeTable OutcomeCells::table() const {
  std::vector<Cell> sorted;
  for (const Cell& cell : cells_) {
    if (cell.count > 0) sorted.push_back(cell);
  }
  std::sort(sorted.begin(), sorted.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.row, a.outcome) < std::tie(b.row, b.outcome);
  });
  OutcomeTable table;
  for (const Cell& cell : sorted) {
    table.row.push_back(cell.row);
    table.outcome.push_back(cell.outcome);
    table.count.push_back(cell.count);
    table.latency_sum_ns.push_back(cell.latency_sum_ns);
  }
  return table;
}

OutcomeSeries OutcomeCells::series() const {
  std::vector<Logged> entries = log_;
  for (std::uint32_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i].older.bucket != no_bucket) entries.push_back({i, cells_[i].older});
    if (cells_[i].newer.bucket != no_bucket) entries.push_back({i, cells_[i].newer});
  }
  const auto key = [this](const Logged& entry) {
    const Cell& cell = cells_[entry.cell];
    return std::tuple(entry.counted.bucket, cell.row, cell.outcome);
  };
  std::sort(entries.begin(), entries.end(),
            [&key](const Logged& a, const Logged& b) { return key(a) < key(b); });
  OutcomeSeries series;
  for (const Logged& entry : entries) {
    const auto [bucket, row, outcome] = key(entry);
    if (!series.bucket.empty() && series.bucket.back() == bucket && series.row.back() == row &&
        series.outcome.back() == outcome) {
      series.count.back() += entry.counted.count;
      continue;
    }
    series.bucket.push_back(bucket);
    series.row.push_back(row);
    series.outcome.push_back(outcome);
    series.count.push_back(entry.counted.count);
  }
  return series;
}

void OutcomeCells::clear() {
  *this = OutcomeCells{};
}

}  // namespace mesh
