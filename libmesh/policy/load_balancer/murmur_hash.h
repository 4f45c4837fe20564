// The 64-bit MurmurHash2 of libstdc++, ring hash's optional hash function.
#pragma once

#include <cstdint>
#include <string_view>

namespace mesh {

/// Austin Appleby's MurmurHash64A with the seed of GCC's std::hash, which Envoy uses
/// (source/common/common/hash.h, MurmurHash::STD_HASH_SEED).
std::uint64_t murmur_hash_2(std::string_view bytes, std::uint64_t seed = 0xc70f6907u);

}  // namespace mesh
