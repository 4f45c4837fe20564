// Counts of what happens at caches, pools, topics and limiters, by bucket of time.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// Facts come in the order of time; a bucket is written when a later one begins.
class StoreTally {
 public:
  void add(std::uint32_t bucket, StoreId store, StoreEvent event, std::uint64_t count) {
    cell(bucket, store, event) += count;
  }
  void set(std::uint32_t bucket, StoreId store, StoreEvent event, std::uint64_t value) {
    cell(bucket, store, event) = value;
  }
  /// What was counted so far, and none of it is kept.
  StoreSeries take() {
    close();
    return std::move(series_);
  }

 private:
  std::uint64_t& cell(std::uint32_t bucket, StoreId store, StoreEvent event) {
    if (bucket != bucket_) {
      close();
      bucket_ = bucket;
    }
    const std::size_t index = store.value * store_event_count + static_cast<std::size_t>(event);
    if (index >= cells_.size()) cells_.resize((store.value + 1) * store_event_count);
    return cells_[index];
  }
  void close() {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (cells_[i] == 0) continue;
      series_.bucket.push_back(bucket_);
      series_.store.push_back(static_cast<std::uint32_t>(i / store_event_count));
      series_.event.push_back(static_cast<std::uint8_t>(i % store_event_count));
      series_.count.push_back(cells_[i]);
      cells_[i] = 0;
    }
  }

  StoreSeries series_;
  std::vector<std::uint64_t> cells_;  // of the bucket, by store, then event
  std::uint32_t bucket_ = 0;
};

}  // namespace mesh
