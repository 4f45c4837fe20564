// Keyed draws: independent in every coordinate of the key, and pinned for ever.
#include "libmesh/base/rng.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <set>
#include <vector>

namespace mesh {
namespace {

constexpr std::uint64_t words = 1 << 17;

/// The only key whose first word is `word`.
std::uint64_t unscramble(std::uint64_t word) {
  const auto undo_shift = [](std::uint64_t x, unsigned shift) {
    std::uint64_t result = x;
    for (unsigned s = shift; s < 64; s += shift) result = x ^ result >> shift;
    return result;
  };
  const auto inverse = [](std::uint64_t odd) {  // modulo 2^64, by Newton's iteration
    std::uint64_t result = odd;
    for (int i = 0; i < 6; ++i) result *= 2 - odd * result;
    return result;
  };
  word = undo_shift(word, 31) * inverse(0x94d049bb133111ebu);
  word = undo_shift(word, 27) * inverse(0xbf58476d1ce4e5b9u);
  return undo_shift(word, 30) - 0x9e3779b97f4a7c15u;
}

/// A sequence of words that differ in one coordinate of the key.
struct Walk {
  const char* name;
  std::function<std::uint64_t(std::uint64_t)> word;
};

std::vector<Walk> walks() {
  const Draws draws(81);
  return {
      {"along the index", [=](std::uint64_t i) { return draws.at(Purpose::Arrival, 5, i).word(); }},
      {"along the entity",
       [=](std::uint64_t i) { return draws.at(Purpose::Arrival, i, 5).word(); }},
      {"entity and index together",
       [=](std::uint64_t i) { return draws.at(Purpose::Arrival, i % 361, i / 361).word(); }},
      {"alternating purposes",
       [=](std::uint64_t i) {
         return draws.at(i % 2 ? Purpose::Arrival : Purpose::Backoff, 3, i / 2).word();
       }},
      {"along the seed",
       [](std::uint64_t i) { return Draws(i).at(Purpose::Arrival, 5, 5).word(); }},
      {"within one draw",
       [draw = draws.at(Purpose::Arrival, 1, 1)](std::uint64_t) mutable { return draw.word(); }},
      {"the second word along the index",
       [=](std::uint64_t i) {
         Draw draw = draws.at(Purpose::Arrival, 5, i);
         draw.word();
         return draw.word();
       }},
  };
}

}  // namespace

TEST_CASE(
    "rng: every bit is balanced and successive words are independent, whichever way one walks") {
  for (const Walk& walk : walks()) {
    CAPTURE(walk.name);
    std::vector<double> ones(64), agree(64), low(256), high(256);
    std::uint64_t previous = 0;
    double product = 0;
    for (std::uint64_t i = 0; i < words; ++i) {
      const std::uint64_t w = walk.word(i);
      for (unsigned bit = 0; bit < 64; ++bit) {
        ones[bit] += static_cast<double>(w >> bit & 1);
        agree[bit] += static_cast<double>(~(w ^ previous) >> bit & 1);
      }
      low[w & 255] += 1;
      high[w >> 56] += 1;
      product += (static_cast<double>(w) * 0x1p-64 - 0.5) *
                 (static_cast<double>(previous) * 0x1p-64 - 0.5);
      previous = w;
    }
    const double n = static_cast<double>(words);
    const double bound = 4.5 * std::sqrt(n) / 2;  // 64 bits, seven walks: 1 in 200 somewhere
    for (unsigned bit = 0; bit < 64; ++bit) {
      CAPTURE(bit);
      CHECK(std::fabs(ones[bit] - n / 2) < bound);
      CHECK(std::fabs(agree[bit] - n / 2) < bound);
    }
    CHECK(std::fabs(product) < 4 * std::sqrt(n) / 12);
    for (const auto* bytes : {&low, &high}) {
      double chi_square = 0;
      for (const double c : *bytes) chi_square += (c - n / 256) * (c - n / 256) / (n / 256);
      CHECK(chi_square < 330.5);  // 255 degrees of freedom, one in a thousand
      CHECK(chi_square > 190);
    }
  }
}

TEST_CASE("rng: flipping one bit of the key flips half the bits of the word") {
  const Draws draws(82);
  for (int which = 0; which < 3; ++which) {
    CAPTURE(which);
    for (unsigned bit = 0; bit < 40; ++bit) {
      CAPTURE(bit);
      double flipped = 0;
      for (std::uint64_t i = 0; i < 1'000; ++i) {
        const std::uint64_t entity = which == 0 ? i ^ (std::uint64_t{1} << bit) : i;
        const std::uint64_t index = which == 1 ? i ^ (std::uint64_t{1} << bit) : i;
        const Draws other(which == 2 ? 82 ^ (std::uint64_t{1} << bit) : 82);
        flipped += std::popcount(draws.at(Purpose::HostPick, i, i).word() ^
                                 other.at(Purpose::HostPick, entity, index).word());
      }
      CHECK(std::fabs(flipped / 1'000 - 32) < 4.5 * 4 / std::sqrt(1'000.0));
    }
  }
}

TEST_CASE("rng: no two purposes share a word, nor does a draw with its neighbours") {
  const Draws draws(83);
  std::set<std::uint64_t> seen;
  std::size_t count = 0;
  for (std::uint64_t purpose = 0; purpose <= static_cast<std::uint64_t>(Purpose::Disturbance);
       ++purpose) {
    for (std::uint64_t entity = 0; entity < 30; ++entity) {
      for (std::uint64_t index = 0; index < 30; ++index) {
        Draw draw = draws.at(static_cast<Purpose>(purpose), entity, index);
        for (int used = 0; used < 3; ++used, ++count) seen.insert(draw.word());
      }
    }
  }
  CHECK(seen.size() == count);
}

TEST_CASE("rng: a draw is a pure function of its key") {
  const Draws a(7), b(7);
  Draw first = a.at(Purpose::Sampling, 2, 3);
  first.word();
  CHECK(a.at(Purpose::Sampling, 2, 3).word() == b.at(Purpose::Sampling, 2, 3).word());
  CHECK(a.at(Purpose::Sampling, 2, 3).word() != Draws(8).at(Purpose::Sampling, 2, 3).word());
}

TEST_CASE("rng: scramble is SplitMix64's finaliser and can be undone") {
  CHECK(scramble(0) == 0xe220a8397b1dcdafu);  // the first output of SplitMix64 seeded with 0
  for (std::uint64_t i = 0; i < 1'000; ++i) CHECK(unscramble(scramble(i * i * i)) == i * i * i);
}

TEST_CASE("rng: uniform01 is inside the open interval for the smallest and the largest word") {
  Draw lowest(unscramble(0)), highest(unscramble(~std::uint64_t{0}));
  CHECK(lowest.uniform01() == 0x1p-53);
  CHECK(highest.uniform01() == 1 - 0x1p-53);
}

}  // namespace mesh
