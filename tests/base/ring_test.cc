// The ring against a deque.
#include "libmesh/base/ring.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <string>

#include "libmesh/base/rng.h"

namespace mesh {

TEST_CASE("ring: agrees with a deque under random use") {
  const Draws draws(71);
  Ring<std::uint64_t> ring;
  std::deque<std::uint64_t> shadow;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    Draw draw = draws.at(Purpose::Disturbance, 0, step);
    const std::uint64_t what = draw.modulo(step / 2'000 % 2 == 0 ? 5 : 8);
    if (what < 4 || shadow.empty()) {
      ring.push_back(step);
      shadow.push_back(step);
    } else if (what < 6) {
      REQUIRE(ring.pop_front() == shadow.front());
      shadow.pop_front();
    } else if (what == 6) {
      REQUIRE(ring.pop_back() == shadow.back());
      shadow.pop_back();
    } else {
      const std::uint64_t i = draw.modulo(shadow.size());
      ring.erase(i);
      shadow.erase(shadow.begin() + static_cast<long>(i));
    }
    REQUIRE(ring.size() == shadow.size());
    if (shadow.empty()) continue;
    REQUIRE(ring.front() == shadow.front());
    REQUIRE(ring.back() == shadow.back());
    const std::uint64_t i = draw.modulo(shadow.size());
    REQUIRE(ring[i] == shadow[i]);
  }
  Ring<std::uint64_t> copy = ring;
  while (!shadow.empty()) {
    REQUIRE(copy.pop_front() == shadow.front());
    shadow.pop_front();
  }
  CHECK(ring.size() > 0);
}

TEST_CASE("ring: a steady queue keeps its block") {
  Ring<std::string> ring;
  for (int i = 0; i < 4; ++i) ring.push_back("x");
  for (int i = 0; i < 1'000; ++i) {
    ring.pop_front();
    ring.push_back("y");
  }
  CHECK(ring.capacity() == 4);
  ring.reserve(100);
  CHECK(ring.capacity() == 128);
  CHECK(ring.front() == "y");
  ring.clear();
  CHECK(ring.empty());
}

}  // namespace mesh
