// Log-linear latency histogram: bounds, growth, merging, quantiles.
#include "libmesh/telemetry/histogram.h"

#include <limits>
#include <utility>

namespace mesh {

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

}  // namespace

Duration Histogram::lower(std::uint32_t bin) {
  if (bin == 0) return {0};
  const std::uint32_t exponent = (bin - 1) / 90;
  const std::uint64_t digits = (bin - 1) % 90 + 10;
  if (exponent == 0) return {static_cast<std::int64_t>((digits + 9) / 10)};
  if (bin >= bin_count) return {largest};
  return {static_cast<std::int64_t>(digits * histogram_detail::powers_of_ten[exponent - 1])};
}

Duration Histogram::upper(std::uint32_t bin) {
  return lower(bin + 1);
}

void Histogram::cover(std::uint32_t bin) {
  MESH_CHECK(bin < bin_count);
  if (bins_.empty()) {
    first_ = bin;
    bins_.resize(1);
  } else if (bin < first_) {
    bins_.insert(bins_.begin(), first_ - bin, 0);
    first_ = bin;
  } else if (bin >= first_ + bins_.size()) {
    bins_.resize(bin - first_ + 1);
  }
}

void Histogram::add_outside(Duration value, std::uint32_t bin) {
  MESH_CHECK(value.ns >= 0);
  cover(bin);
  bins_[bin - first_] += 1;
  add_exact(1, {value, value, value});
}

void Histogram::add_exact(std::uint64_t count, const Exact& exact) {
  min_ = count_ == 0 ? exact.min : std::min(min_, exact.min);
  max_ = count_ == 0 ? exact.max : std::max(max_, exact.max);
  count_ += count;
  sum_.ns += exact.sum.ns;
}

void Histogram::add_counted(std::uint32_t first, std::span<const std::uint32_t> counts,
                            const Exact& exact) {
  if (counts.empty()) return;
  cover(first);
  cover(first + static_cast<std::uint32_t>(counts.size()) - 1);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    bins_[first - first_ + i] += counts[i];
    sum += counts[i];
  }
  add_exact(sum, exact);
}

void Histogram::add_bin(std::uint32_t bin, std::uint64_t count) {
  if (count == 0) return;
  cover(bin);
  bins_[bin - first_] += count;
  const std::int64_t low = lower(bin).ns;
  const std::int64_t high = std::max(low, upper(bin).ns - 1);
  const std::int64_t middle = low + (high - low) / 2;
  add_exact(count, {{middle * static_cast<std::int64_t>(count)}, {low}, {high}});
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  cover(other.first_);
  cover(other.first_ + static_cast<std::uint32_t>(other.bins_.size()) - 1);
  for (std::size_t i = 0; i < other.bins_.size(); ++i) {
    bins_[other.first_ - first_ + i] += other.bins_[i];
  }
  add_exact(other.count_, {other.sum_, other.min_, other.max_});
}

Histogram Histogram::restored(std::uint32_t first, std::vector<std::uint64_t> bins, Duration sum,
                              Duration min, Duration max) {
  Histogram h;
  if (bins.empty()) return h;
  MESH_CHECK(first < bin_count && bins.size() <= bin_count - first);
  for (const std::uint64_t count : bins) h.count_ += count;
  h.sum_ = sum;
  h.min_ = min;
  h.max_ = max;
  h.first_ = first;
  h.bins_ = std::move(bins);
  return h;
}

Duration Histogram::quantile(double q) const {
  if (count_ == 0) return {0};
  if (!(q > 0)) return min_;
  if (q >= 1) return max_;
  const double rank = q * static_cast<double>(count_);
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    if (bins_[i] == 0 || static_cast<double>(before + bins_[i]) < rank) {
      before += bins_[i];
      continue;
    }
    const auto bin = first_ + static_cast<std::uint32_t>(i);
    const std::int64_t low = lower(bin).ns;
    const double inside = (rank - static_cast<double>(before)) / static_cast<double>(bins_[i]);
    const double width = static_cast<double>(upper(bin).ns - low);
    const Duration value{low + static_cast<std::int64_t>(inside * width)};
    return std::clamp(value, min_, max_);
  }
  return max_;
}

}  // namespace mesh
