// Tests of the log-linear histogram against the decimal digits and a sorted list.
#include "libmesh/telemetry/histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace mesh {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

/// The definition by the decimal text: exponent and first two digits.
std::uint32_t bin_by_text(std::int64_t ns) {
  if (ns == 0) return 0;
  const std::string text = std::to_string(ns);
  const auto exponent = static_cast<std::uint32_t>(text.size() - 1);
  const std::uint32_t first = static_cast<std::uint32_t>(text[0] - '0');
  const std::uint32_t second = text.size() > 1 ? static_cast<std::uint32_t>(text[1] - '0') : 0;
  return 1 + 90 * exponent + 10 * first + second - 10;
}

std::vector<std::int64_t> interesting_values() {
  std::vector<std::int64_t> values = {0, largest, largest - 1};
  for (std::int64_t v = 1; v < 20'000; ++v) values.push_back(v);
  for (std::int64_t power = 10; power < largest / 10; power *= 10) {
    for (std::int64_t digits = 1; digits < 100; ++digits) {
      if (digits > largest / power) break;
      for (const std::int64_t off : {-1, 0, 1}) values.push_back(digits * power + off);
    }
  }
  for (int shift = 1; shift < 63; ++shift) {
    for (const std::int64_t off : {-1, 0, 1}) values.push_back((std::int64_t{1} << shift) + off);
  }
  std::mt19937_64 random(20250101);
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(static_cast<std::int64_t>(random() >> (1 + random() % 63)));
  }
  return values;
}

TEST_CASE("histogram: the bin is that of the two leading decimal digits") {
  for (const std::int64_t v : interesting_values()) {
    if (Histogram::bin_of({v}) == bin_by_text(v)) continue;
    CAPTURE(v);
    REQUIRE(Histogram::bin_of({v}) == bin_by_text(v));
  }
  CHECK(Histogram::bin_of({-5}) == 0);
  CHECK(Histogram::bin_of({largest}) == Histogram::bin_count - 1);
}

TEST_CASE("histogram: a value lies in [lower, upper) of its bin and of no other") {
  for (const std::int64_t v : interesting_values()) {
    const std::uint32_t bin = Histogram::bin_of({v});
    const bool below_top = v < Histogram::upper(bin).ns || v == largest;
    if (Histogram::lower(bin).ns <= v && below_top) continue;
    CAPTURE(v);
    REQUIRE(Histogram::lower(bin).ns <= v);
    REQUIRE(below_top);
  }
  for (std::uint32_t bin = 0; bin + 1 < Histogram::bin_count; ++bin) {
    REQUIRE(Histogram::upper(bin) == Histogram::lower(bin + 1));
  }
}

TEST_CASE("histogram: a bin is at most a tenth as wide as its values") {
  for (std::uint32_t bin = 91; bin < Histogram::bin_count - 1; ++bin) {
    const std::int64_t low = Histogram::lower(bin).ns;
    REQUIRE(Histogram::upper(bin).ns - low <= low / 10);
  }
}

TEST_CASE("histogram: bins of some well-known latencies") {
  struct Row {
    Duration value;
    Duration lower, upper;
  };
  const Row rows[] = {
      {{7}, {7}, {8}},
      {{42}, {42}, {43}},
      {microseconds(1), microseconds(1), {1100}},
      {milliseconds(25), milliseconds(25), milliseconds(26)},
      {{25'999'999}, milliseconds(25), milliseconds(26)},
      {seconds(15), seconds(15), seconds(16)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value.ns);
    CHECK(Histogram::lower(Histogram::bin_of(row.value)) == row.lower);
    CHECK(Histogram::upper(Histogram::bin_of(row.value)) == row.upper);
  }
}

TEST_CASE("histogram: counts, sum, min and max agree with a plain list") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    Histogram h;
    std::vector<std::int64_t> all;
    for (int i = 0; i < 300; ++i) {
      const auto v = static_cast<std::int64_t>(random() >> (20 + random() % 44));
      h.add({v});
      all.push_back(v);
    }
    std::int64_t sum = 0;
    for (const std::int64_t v : all) sum += v;
    CHECK(h.count() == all.size());
    CHECK(h.sum().ns == sum);
    CHECK(h.min().ns == *std::min_element(all.begin(), all.end()));
    CHECK(h.max().ns == *std::max_element(all.begin(), all.end()));
    std::uint64_t counted = 0;
    for (std::size_t i = 0; i < h.bins().size(); ++i) {
      const std::uint32_t bin = h.first_bin() + static_cast<std::uint32_t>(i);
      const auto expected = std::count_if(all.begin(), all.end(),
                                          [bin](std::int64_t v) { return bin_by_text(v) == bin; });
      REQUIRE(h.bins()[i] == static_cast<std::uint64_t>(expected));
      counted += h.bins()[i];
    }
    CHECK(counted == all.size());
  }
}

TEST_CASE("histogram: merging is adding all values to one, in any order") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 100; ++round) {
    Histogram together, left, right;
    for (int i = 0; i < 40; ++i) {
      const Duration v{static_cast<std::int64_t>(random() >> (24 + random() % 40))};
      together.add(v);
      (random() % 3 == 0 ? left : right).add(v);
    }
    Histogram ab = left, ba = right;
    ab.merge(right);
    ba.merge(left);
    CHECK(ab == together);
    CHECK(ba == together);
  }
  Histogram empty, one;
  one.add(milliseconds(3));
  empty.merge(one);
  CHECK(empty == one);
  one.merge(Histogram{});
  CHECK(empty == one);
}

TEST_CASE("histogram: a quantile is within one bin of the exact one") {
  std::mt19937_64 random(13);
  for (int round = 0; round < 50; ++round) {
    Histogram h;
    std::vector<std::int64_t> all;
    const std::size_t n = 1 + random() % 1000;
    for (std::size_t i = 0; i < n; ++i) {
      const auto v = static_cast<std::int64_t>(random() >> (34 + random() % 10));
      h.add({v});
      all.push_back(v);
    }
    std::sort(all.begin(), all.end());
    for (const double q : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999}) {
      CAPTURE(q);
      const double rank = q * static_cast<double>(n);
      auto index = static_cast<std::size_t>(rank);
      if (static_cast<double>(index) == rank && index > 0) index -= 1;  // reached by the one below
      const std::int64_t exact = all[index];
      const std::uint32_t bin = Histogram::bin_of({exact});
      const Duration found = h.quantile(q);
      CHECK(found >= std::max(Histogram::lower(bin), h.min()));
      CHECK(found <= std::min(Histogram::upper(bin), h.max()));
    }
  }
}

TEST_CASE("histogram: quantiles by hand") {
  Histogram h;
  CHECK(h.quantile(0.5) == Duration{0});
  for (int i = 0; i < 10; ++i) h.add(milliseconds(20));  // bin [20, 21) ms
  CHECK(h.quantile(0.5) == milliseconds(20));            // clamped: all are equal
  h.add(milliseconds(10));
  h.add(milliseconds(40));
  CHECK(h.quantile(0) == milliseconds(10));
  CHECK(h.quantile(-1) == milliseconds(10));
  CHECK(h.quantile(1) == milliseconds(40));
  CHECK(h.quantile(2) == milliseconds(40));
  CHECK(h.quantile(0.5) == microseconds(20'500));  // rank 6 of 12: 5 of the 10 in the bin
  CHECK(h.quantile(std::numeric_limits<double>::quiet_NaN()) == milliseconds(10));
}

TEST_CASE("histogram: quantiles never fall as q rises") {
  std::mt19937_64 random(17);
  Histogram h;
  for (int i = 0; i < 500; ++i) h.add({static_cast<std::int64_t>(random() >> 30)});
  Duration last{0};
  for (int i = 0; i <= 1000; ++i) {
    const Duration value = h.quantile(i / 1000.0);
    REQUIRE(value >= last);
    last = value;
  }
}

TEST_CASE("histogram: counts by bin rebuild the same bins") {
  Histogram exact, rebuilt;
  for (const Duration v : {microseconds(15), milliseconds(3), milliseconds(3), seconds(2)}) {
    exact.add(v);
  }
  for (std::size_t i = 0; i < exact.bins().size(); ++i) {
    rebuilt.add_bin(exact.first_bin() + static_cast<std::uint32_t>(i), exact.bins()[i]);
  }
  CHECK(rebuilt.count() == 4);
  CHECK(rebuilt.first_bin() == exact.first_bin());
  CHECK(rebuilt.bins() == exact.bins());
  CHECK(rebuilt.min() == microseconds(15));
  CHECK(rebuilt.max() == Duration{2'099'999'999});
  rebuilt.add_bin(5, 0);
  CHECK(rebuilt.first_bin() == exact.first_bin());
}

}  // namespace
}  // namespace mesh
