// Earliest deadline first: Envoy's weighted schedule of hosts or localities.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "libmesh/base/check.h"

namespace mesh {

/// A schedule over items 0 … n-1. A plain value: copying it forks the order.
///
/// The item with the earliest deadline is picked, time moves to that deadline, the item returns at
/// time + 1/weight with its weight of that moment; equal deadlines go in order of insertion.
/// Source: source/common/upstream/edf_scheduler.h.
class EdfSchedule {
 public:
  /// Longest fast-forward; Envoy reduces its 64-bit seed to 32 bits, then modulo this.
  static constexpr std::uint32_t pick_limit = 429'496'729;

  EdfSchedule() = default;
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }

  /// Inserts `item` with a deadline 1/weight from the present time; weight > 0.
  void add(std::uint32_t item, double weight) {
    MESH_CHECK(weight > 0.0);
    heap_.push_back({time_ + 1.0 / weight, inserted_++, item});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  /// Picks the next item; `weight_of(item)` is its weight from now on. Not empty.
  template <class WeightOf>
  std::uint32_t pick(WeightOf&& weight_of) {
    const Entry top = heap_.front();
    time_ = top.deadline;
    const double weight = weight_of(top.item);
    MESH_CHECK(weight > 0.0);
    replace_top({time_ + 1.0 / weight, inserted_++, top.item});
    return top.item;
  }

  /// A schedule of `n` items in which `seed` mod pick_limit picks have already been made.
  ///
  /// Envoy does not make them one by one: it gives item i its floor(picks × wᵢ/W) picks at once,
  /// then makes the fewer than n that are missing (createWithPicks). So do we, rounding included:
  /// every weight is augmented by 1e-13, and a share that came out above its exact value is
  /// lowered by one. Ties inside the bulk keep the order of items.
  template <class WeightOf>
  static EdfSchedule fast_forward(std::uint32_t n, std::uint64_t seed, WeightOf&& weight_of) {
    EdfSchedule schedule;
    if (n == 0) return schedule;
    const std::uint32_t picks = static_cast<std::uint32_t>(seed) % pick_limit;
    constexpr double epsilon = 1e-13;
    double total = 0.0;
    for (std::uint32_t i = 0; i < n; ++i) total += weight_of(i) + epsilon;

    std::uint32_t made = 0;
    schedule.heap_.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      const double weight = weight_of(i) + epsilon;
      auto share = static_cast<std::uint32_t>(weight * picks / total);
      if (share > 0 && share / weight >= picks / total) --share;
      schedule.heap_.push_back({(share + 1) / weight, schedule.inserted_++, i});
      schedule.time_ = std::max(schedule.time_, share / weight);
      made += share;
    }
    std::make_heap(schedule.heap_.begin(), schedule.heap_.end(), later);
    for (; made < picks; ++made) schedule.pick(weight_of);
    return schedule;
  }

 private:
  struct Entry {
    double deadline;
    std::uint64_t order;
    std::uint32_t item;
  };
  static bool later(const Entry& a, const Entry& b) {
    return a.deadline > b.deadline || (a.deadline == b.deadline && a.order > b.order);
  }

  /// Puts `entry` in the place of the front and lets it sink: one pass instead of pop and push.
  void replace_top(Entry entry) {
    const std::size_t n = heap_.size();
    std::size_t hole = 0;
    for (;;) {
      std::size_t child = 2 * hole + 1;
      if (child >= n) break;
      if (child + 1 < n && later(heap_[child], heap_[child + 1])) ++child;
      if (!later(entry, heap_[child])) break;
      heap_[hole] = heap_[child];
      hole = child;
    }
    heap_[hole] = entry;
  }

  double time_ = 0.0;
  std::uint64_t inserted_ = 0;
  std::vector<Entry> heap_;
};

}  // namespace mesh
