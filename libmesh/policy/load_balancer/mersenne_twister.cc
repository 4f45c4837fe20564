// Recurrence with tempering of MT19937.
#include "libmesh/policy/load_balancer/mersenne_twister.h"

namespace mesh {
namespace {

constexpr std::uint32_t top_bit = 0x80000000u, low_bits = 0x7fffffffu;

constexpr std::uint32_t twisted(std::uint32_t high, std::uint32_t low) {
  const std::uint32_t joined = (high & top_bit) | (low & low_bits);
  return joined >> 1 ^ ((joined & 1u) != 0 ? 0x9908b0dfu : 0u);
}

}  // namespace

MersenneTwister::MersenneTwister(std::uint32_t seed) {
  words_[0] = seed;
  for (std::size_t i = 1; i < size; ++i) {
    const std::uint32_t before = words_[i - 1];
    words_[i] = 1'812'433'253u * (before ^ before >> 30) + static_cast<std::uint32_t>(i);
  }
}

void MersenneTwister::refill() {
  for (std::size_t i = 0; i < size; ++i) {
    words_[i] = words_[(i + shift) % size] ^ twisted(words_[i], words_[(i + 1) % size]);
  }
  used_ = 0;
}

std::uint32_t MersenneTwister::operator()() {
  if (used_ == size) refill();
  std::uint32_t word = words_[used_++];
  word ^= word >> 11;
  word ^= word << 7 & 0x9d2c5680u;
  word ^= word << 15 & 0xefc60000u;
  return word ^ word >> 18;
}

}  // namespace mesh
