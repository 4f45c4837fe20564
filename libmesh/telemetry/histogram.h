// Log-linear latency histogram: 90 bins per decade, as Envoy's circllhist.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "libmesh/base/check.h"
#include "libmesh/base/time.h"

namespace mesh {

namespace histogram_detail {

/// How a value of some bit width is cut to two digits: whether it has one digit more is decided by
/// one comparison with a power of ten, the division is a multiplication with a rounded-up
/// reciprocal (exact below 2^63: Granlund and Montgomery, PLDI 1994, theorem 4.2).
struct Decade {
  std::uint64_t reciprocal = 0;  // of 10^(e-1), scaled by 2^(64 + shift)
  std::uint32_t shift = 0;
  std::uint32_t offset = 0;  // of the decade's first bin, less 10
};

__extension__ using Wide = unsigned __int128;

constexpr std::array<std::uint64_t, 20> make_powers() {
  std::array<std::uint64_t, 20> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
inline constexpr std::array<std::uint64_t, 20> powers_of_ten = make_powers();

constexpr std::array<Decade, 19> make_decades() {
  std::array<Decade, 19> decades{};  // by e; 0 and 1 are not divided
  for (std::uint32_t e = 2; e < decades.size(); ++e) {
    const std::uint64_t divisor = powers_of_ten[e - 1];
    const auto width = static_cast<std::uint32_t>(std::bit_width(divisor - 1));
    const Wide scaled = Wide{1} << (63 + width);
    decades[e] = {static_cast<std::uint64_t>(scaled / divisor + 1), width - 1, 1 + 90 * e - 10};
  }
  return decades;
}
inline constexpr std::array<Decade, 19> decades = make_decades();

/// Number of decimal digits, less one, of 2^width - 1: at most one too many for smaller values.
constexpr std::array<std::uint8_t, 65> make_digits() {
  std::array<std::uint8_t, 65> digits{};
  for (std::uint32_t width = 1; width <= 64; ++width) {
    const std::uint64_t largest = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
    std::uint8_t exponent = 0;
    while (exponent < 19 && largest >= powers_of_ten[exponent + 1u]) exponent += 1;
    digits[width] = exponent;
  }
  return digits;
}
inline constexpr std::array<std::uint8_t, 65> exponent_of_width = make_digits();

}  // namespace histogram_detail

/// Bin 0 is exactly 0 ns. Bin 1 + 90 * e + (m - 10) holds values whose two leading decimal
/// digits are m (10 … 99) with m * 10^(e-1) ns <= value < (m + 1) * 10^(e-1) ns; values below 10 ns
/// fall in the lowest decade. Width at most 10 % of the value.
class Histogram {
 public:
  static constexpr std::uint32_t bin_count = 1704;  // the last one holds 2^63 - 1

  /// Integer arithmetic only. Negative values count as 0.
  static constexpr std::uint32_t bin_of(Duration value) {
    using namespace histogram_detail;
    if (value.ns < 100) {
      if (value.ns <= 0) return 0;
      const auto small = static_cast<std::uint32_t>(value.ns);
      return small < 10 ? 1 + 10 * small - 10 : 1 + 90 + small - 10;
    }
    const auto v = static_cast<std::uint64_t>(value.ns);
    std::uint32_t e = exponent_of_width[static_cast<std::size_t>(std::bit_width(v))];
    e -= v < powers_of_ten[e] ? 1u : 0u;
    const Decade& decade = decades[e];
    const auto high = static_cast<std::uint64_t>((Wide{v} * decade.reciprocal) >> 64);
    return decade.offset + static_cast<std::uint32_t>(high >> decade.shift);
  }
  /// Smallest value at or above the bin; `lower(b) <= v < upper(b)` says exactly that v is in b.
  /// Bins of the lowest decade that no whole nanosecond falls in are empty ranges.
  static Duration lower(std::uint32_t bin);
  /// First value above the bin, the lower end of the next; saturates at 2^63 - 1.
  static Duration upper(std::uint32_t bin);

  void add(Duration value) { add(value, bin_of(value)); }
  /// The same when the caller knows the bin.
  void add(Duration value, std::uint32_t bin) {
    const std::uint32_t at = bin - first_;  // wraps below first_
    if (at >= bins_.size()) return add_outside(value, bin);
    bins_[at] += 1;
    count_ += 1;
    sum_.ns += value.ns;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }
  /// Adds values of which only the bin is known: the sum grows by the middle of the bin for each,
  /// min and max are the smallest and the largest value that it holds.
  void add_bin(std::uint32_t bin, std::uint64_t count);
  /// Adds values that were counted elsewhere: counts[i] > 0 of them in bin first + i at both ends
  /// of the span, and what is exact about all of them.
  struct Exact {
    Duration sum{}, min{}, max{};
  };
  void add_counted(std::uint32_t first, std::span<const std::uint32_t> counts, const Exact& exact);
  void merge(const Histogram& other);
  /// Counts of bins [first, first + bins.size()) with what only the values know: a saved histogram
  /// read again. Neither end of `bins` is 0.
  static Histogram restored(std::uint32_t first, std::vector<std::uint64_t> bins, Duration sum,
                            Duration min, Duration max);

  std::uint64_t count() const { return count_; }
  Duration sum() const { return sum_; }
  Duration min() const { return min_; }  // exact; 0 when empty
  Duration max() const { return max_; }
  /// Quantile q in 0 … 1; 0 when empty. Searches the bin in which the running count reaches
  /// q * count and goes linearly through it, as if its values were spread evenly: with `before`
  /// values below the bin and n inside, lower + (q * count - before) / n * (upper - lower), cut to
  /// whole nanoseconds and clamped to [min, max].
  Duration quantile(double q) const;
  /// Counts of bins [first_bin(), first_bin() + bins().size()).
  std::uint32_t first_bin() const { return first_; }
  const std::vector<std::uint64_t>& bins() const { return bins_; }
  bool operator==(const Histogram&) const = default;

 private:
  void cover(std::uint32_t bin);
  void add_outside(Duration value, std::uint32_t bin);
  void add_exact(std::uint64_t count, const Exact& exact);

  std::uint64_t count_ = 0;
  Duration sum_{}, min_{}, max_{};
  std::uint32_t first_ = 0;
  std::vector<std::uint64_t> bins_;  // exactly the range that was touched, so that == is equality
};

}  // namespace mesh
