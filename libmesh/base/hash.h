// Digests that are the same on every machine, for configuration, records and goldens.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "libmesh/base/rng.h"

namespace mesh {

/// XXH64 of the bytes, as Envoy hashes keys (source/common/common/hash.h). A host list that is
/// hashed with it lands on the same ring positions as in Envoy.
std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed = 0);

/// Folds a sequence of values into one number. Length-prefixed, so ("ab","c") differs from
/// ("a","bc"); a double counts by its bits, with -0 taken as 0.
class Digest {
 public:
  constexpr Digest& word(std::uint64_t w) {
    state_ = scramble(state_ ^ w) + 0x9e3779b97f4a7c15u;
    return *this;
  }
  Digest& number(double x) { return word(std::bit_cast<std::uint64_t>(x + 0.0)); }
  Digest& text(std::string_view s) { return word(s.size()).word(xxh64(s)); }
  constexpr std::uint64_t value() const { return scramble(state_); }

 private:
  std::uint64_t state_ = 0x6d657368u;
};

/// "5f0c-91ab-77e2-d410": sixteen hex digits, the highest first.
std::string fingerprint_text(std::uint64_t value);

}  // namespace mesh
