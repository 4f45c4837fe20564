// XXH64 by the xxHash headers, compiled in here alone so that no user of the library links to it.
#include "libmesh/base/hash.h"

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

namespace mesh {

std::uint64_t xxh64(std::string_view bytes, std::uint64_t seed) {
  return XXH64(bytes.data(), bytes.size(), seed);
}

std::string fingerprint_text(std::uint64_t value) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) {
    text += digits[value >> shift & 15];
    if (shift % 16 == 0 && shift > 0) text += '-';
  }
  return text;
}

}  // namespace mesh
