// Tests of interning against a plain list.
#include "libmesh/telemetry/intern.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace mesh {
namespace {

struct SameHash {  // every key collides
  std::uint64_t operator()(std::uint32_t) const { return 5; }
};
struct GoodHash {
  std::uint64_t operator()(std::uint32_t key) const { return scramble(key); }
};

template <class Hash>
void agrees_with_a_list(std::uint32_t distinct, int steps) {
  std::mt19937_64 random(3);
  Intern<std::uint32_t, Hash> intern;
  std::vector<std::uint32_t> shadow;
  for (int step = 0; step < steps; ++step) {
    const auto key = static_cast<std::uint32_t>(random() % distinct);
    auto found = std::find(shadow.begin(), shadow.end(), key);
    const auto known = static_cast<std::uint32_t>(found - shadow.begin());
    const std::uint32_t looked_up = intern.find(key);
    REQUIRE((found == shadow.end() ? looked_up >= shadow.size() : looked_up == known));
    if (found == shadow.end()) found = shadow.insert(shadow.end(), key);
    REQUIRE(intern.number(key) == static_cast<std::uint32_t>(found - shadow.begin()));
  }
  CHECK(intern.keys() == shadow);
}

TEST_CASE("intern: numbers are in order of first appearance, whatever the hash") {
  agrees_with_a_list<GoodHash>(300, 5000);
  agrees_with_a_list<SameHash>(60, 2000);
}

TEST_CASE("intern: edges that differ in one end differ") {
  Intern<Edge, EdgeHash> edges;
  const WorkloadId a{1}, b{2};
  const ServiceId s{1}, t{2};
  CHECK(edges.number({a, s, b}) == 0);
  CHECK(edges.number({b, s, a}) == 1);
  CHECK(edges.number({a, t, b}) == 2);
  CHECK(edges.number({a, s, WorkloadId::none()}) == 3);
  CHECK(edges.number({a, s, b}) == 0);
}

}  // namespace
}  // namespace mesh
