// The 32-bit Mersenne Twister that shuffles hosts under bounded load.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mesh {

/// MT19937 of Matsumoto and Nishimura (ACM TOMACS 8(1), 1998) with the seeding of 2002, the engine
/// that C++ and so Envoy call by that name. Only for sequences that must equal Envoy's; all other
/// randomness is Draws.
class MersenneTwister {
 public:
  explicit MersenneTwister(std::uint32_t seed);
  /// The next word, uniform in 32 bits.
  std::uint32_t operator()();

 private:
  void refill();

  static constexpr std::size_t size = 624, shift = 397;
  std::array<std::uint32_t, size> words_;
  std::size_t used_ = size;
};

}  // namespace mesh
