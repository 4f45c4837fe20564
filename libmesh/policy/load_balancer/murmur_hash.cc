// MurmurHash64A over little-endian words, whatever the machine.
#include "libmesh/policy/load_balancer/murmur_hash.h"

#include <cstddef>

namespace mesh {
namespace {

constexpr std::uint64_t multiplier = 0xc6a4a7935bd1e995u;

std::uint64_t read_little_endian(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    word = word << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return word;
}

constexpr std::uint64_t shift_mix(std::uint64_t x) {
  return x ^ (x >> 47);
}

}  // namespace

std::uint64_t murmur_hash_2(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed ^ (bytes.size() * multiplier);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    const std::uint64_t word = read_little_endian(bytes.substr(0, 8));
    hash ^= shift_mix(word * multiplier) * multiplier;
    hash *= multiplier;
  }
  if (!bytes.empty()) {
    hash ^= read_little_endian(bytes);
    hash *= multiplier;
  }
  hash = shift_mix(hash) * multiplier;
  return shift_mix(hash);
}

}  // namespace mesh
