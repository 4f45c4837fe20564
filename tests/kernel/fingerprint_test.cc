// What a fingerprint tells apart.
#include "libmesh/kernel/fingerprint.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>

namespace mesh {

TEST_CASE("fingerprint: any single bit of any word changes it") {
  std::set<std::uint64_t> seen;
  for (int place = 0; place < 3; ++place) {
    for (int bit = 0; bit < 64; ++bit) {
      Fingerprint f;
      for (int i = 0; i < 3; ++i) f.mix(i == place ? std::uint64_t{1} << bit : 0);
      seen.insert(f.value());
    }
  }
  CHECK(seen.size() == 3 * 64);
}

TEST_CASE("fingerprint: two events that change places change it") {
  Fingerprint ab, ba;
  ab.mix(1), ab.mix(2);
  ba.mix(2), ba.mix(1);
  CHECK(ab != ba);
}

TEST_CASE("fingerprint: the value of a known sequence is pinned") {
  Fingerprint f;
  CHECK(f.value() == 0xcbf29ce484222325u);
  for (std::uint64_t i = 0; i < 1'000; ++i) f.mix(i * i);
  CHECK(f.value() == 0xcc1dd45ba660d9e5u);
}

}  // namespace mesh
