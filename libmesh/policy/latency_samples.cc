// Bins of two significant digits.
#include "libmesh/policy/latency_samples.h"

#include <algorithm>

#include "libmesh/base/check.h"

namespace mesh {
namespace {

struct Bin {
  double left, width;
};

/// Bin 0 holds zeros; the others go by decade, 90 each.
Bin bin_at(std::uint32_t index) {
  if (index == 0) return {0.0, 0.0};
  const std::uint32_t decade = (index - 1) / 90;
  const std::uint32_t digits = (index - 1) % 90 + 10;  // 10 … 99 stands for 1.0 … 9.9
  double unit = 1.0;
  for (std::uint32_t d = 0; d < decade; ++d) unit *= 10.0;
  return {digits * unit / 10.0, unit / 10.0};
}

std::uint32_t index_of(std::uint64_t value, std::uint32_t decades) {
  if (value == 0) return 0;
  std::uint64_t unit = 1;
  std::uint32_t decade = 0;
  while (value / unit >= 10 && decade + 1 < decades) {
    unit *= 10;
    ++decade;
  }
  const std::uint64_t digits = std::min<std::uint64_t>(99, value * 10 / unit);
  return 1 + decade * 90 + static_cast<std::uint32_t>(digits - 10);
}

}  // namespace

void LatencySamples::add(std::uint64_t microseconds) {
  if (counts_.empty()) counts_.assign(bins, 0);
  constexpr std::uint64_t most = 1'000'000'000'000;
  counts_[index_of(std::min(microseconds, most), decades)] += 1;
  count_ += 1;
}

void LatencySamples::clear() {
  std::fill(counts_.begin(), counts_.end(), 0u);
  count_ = 0;
}

double LatencySamples::quantile(double share) const {
  MESH_CHECK(count_ > 0);
  const double wanted = static_cast<double>(count_) * share;
  double below = 0.0, upto = 0.0;
  std::uint32_t index = 0;
  for (std::uint32_t i = 0; i < bins; ++i) {
    if (counts_[i] == 0) continue;
    below = upto;
    upto += counts_[i];
    index = i;
    if (upto >= wanted) break;
  }
  const Bin bin = bin_at(index);
  return bin.left + (wanted - below) / (upto - below) * bin.width;
}

}  // namespace mesh
