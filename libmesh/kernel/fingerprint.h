// One number that changes when any event changes its place.
#pragma once

#include <cstdint>

namespace mesh {

/// FNV-1a (Fowler, Noll, Vo; 64-bit prime and offset) taken word by word. A value type, so a fork
/// goes on from the same number. fingerprint_text() of base/hash.h prints it.
class Fingerprint {
 public:
  constexpr void mix(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x100000001b3u;
    hash_ ^= hash_ >> 29;  // else the high bits of a word never reach the low bits of the hash
  }
  constexpr std::uint64_t value() const { return hash_; }
  friend constexpr bool operator==(Fingerprint, Fingerprint) = default;

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace mesh
