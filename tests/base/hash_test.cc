// Digests that must never change.
#include "libmesh/base/hash.h"

#include <doctest/doctest.h>

namespace mesh {

// Source of the expected values: the xxHash reference implementation.
TEST_CASE("hash: XXH64 gives the published values") {
  CHECK(xxh64("") == 0xef46db3751d8e999u);
  CHECK(xxh64("a") == 0xd24ec4f1a98c6e5bu);
  CHECK(xxh64("abc") == 0x44bc2cf5ad770999u);
  CHECK(xxh64("Nobody inspects the spammish repetition") == 0xfbcea83c8a378bf1u);
  CHECK(xxh64("a", 1) != xxh64("a"));
}

TEST_CASE("hash: where a text ends is part of the digest") {
  const auto ab_c = Digest().text("ab").text("c").value();
  const auto a_bc = Digest().text("a").text("bc").value();
  CHECK(ab_c != a_bc);
  CHECK(ab_c == Digest().text("ab").text("c").value());
  CHECK(Digest().text("").value() != Digest().value());
}

TEST_CASE("hash: order counts, both zeros are one number") {
  CHECK(Digest().word(1).word(2).value() != Digest().word(2).word(1).value());
  CHECK(Digest().number(0.0).value() == Digest().number(-0.0).value());
  CHECK(Digest().number(1.0).value() != Digest().number(2.0).value());
}

TEST_CASE("hash: the digest of a known sequence is pinned") {
  Digest digest;
  for (std::uint64_t i = 0; i < 100; ++i) digest.word(i).text("x").number(0.5);
  CHECK(fingerprint_text(digest.value()) == "4670-5cd0-163d-384f");
}

TEST_CASE("hash: a fingerprint is four groups of four digits") {
  CHECK(fingerprint_text(0x5f0c91ab77e2d410u) == "5f0c-91ab-77e2-d410");
  CHECK(fingerprint_text(0) == "0000-0000-0000-0000");
  CHECK(fingerprint_text(0xau) == "0000-0000-0000-000a");
}

}  // namespace mesh
