// MurmurHash2 against the C++ library that uses it.
#include "libmesh/policy/load_balancer/murmur_hash.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

using namespace mesh;

TEST_CASE("murmur_hash: entries of a ring as Envoy's tests list them") {
  CHECK(murmur_hash_2("127.0.0.1:80_0") + murmur_hash_2("127.0.0.1:80_1") ==
        15427156902705414897u + 17613279263364193813u);
  CHECK(murmur_hash_2("127.0.0.1:85_0") + murmur_hash_2("127.0.0.1:85_1") ==
        1358027074129602068u + 16375050414328759093u);
}

#if defined(__GLIBCXX__) && defined(__x86_64__)
TEST_CASE("murmur_hash: equals std::hash of libstdc++ for every length") {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    CAPTURE(text);
    CHECK(murmur_hash_2(text) == std::hash<std::string>{}(text));
    text += static_cast<char>('!' + i * 7 % 200);
  }
}
#endif
