// A histogram of two significant digits, as the gradient controller reads its percentiles.
#pragma once

#include <cstdint>
#include <vector>

namespace mesh {

/// Counts whole microseconds in bins of two significant decimal digits (1.0 … 9.9 × 10^k), and
/// interpolates linearly within a bin, as libcircllhist does in Envoy (hist_approx_quantile).
class LatencySamples {
 public:
  void add(std::uint64_t microseconds);
  void clear();
  std::uint64_t count() const { return count_; }
  /// Value at `share` (0 … 1) of the samples, in microseconds; needs at least one sample.
  double quantile(double share) const;

 private:
  static constexpr std::uint32_t decades = 12;  // up to 10^12 µs
  static constexpr std::uint32_t bins = 1 + decades * 90;

  std::vector<std::uint32_t> counts_;  // empty until the first sample
  std::uint64_t count_ = 0;
};

}  // namespace mesh
