// Log-linear latency histogram: 90 bins per decade, as Envoy's circllhist.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/time.h"

namespace mesh {

/// Bin 0 is exactly 0 ns. Bin 1 + 90 * e + (m - 10) holds values whose two leading decimal
/// digits are m (10 … 99) with m * 10^(e-1) ns <= value < (m + 1) * 10^(e-1) ns; values below 10 ns
/// fall in the lowest decade. Width at most 10 % of the value.
class Histogram {
 public:
  static std::uint32_t bin_of(Duration value);
  static Duration lower(std::uint32_t bin);
  static Duration upper(std::uint32_t bin);

  void add(Duration value);
  void add_bin(std::uint32_t bin, std::uint64_t count);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  Duration sum() const { return sum_; }
  Duration min() const { return min_; }  // exact; 0 when empty
  Duration max() const { return max_; }
  /// Quantile q in 0 … 1, interpolated inside its bin and clamped to [min, max]; 0 when empty.
  Duration quantile(double q) const;
  /// Counts of bins [first_bin(), first_bin() + bins().size()).
  std::uint32_t first_bin() const { return first_; }
  const std::vector<std::uint64_t>& bins() const { return bins_; }
  bool operator==(const Histogram&) const = default;

 private:
  std::uint64_t count_ = 0;
  Duration sum_{}, min_{}, max_{};
  std::uint32_t first_ = 0;
  std::vector<std::uint64_t> bins_;  // only the range that was touched
};

}  // namespace mesh
