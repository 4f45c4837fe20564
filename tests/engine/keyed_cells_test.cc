// Cells by key against a map.
#include "libmesh/engine/keyed_cells.h"

#include <doctest/doctest.h>

#include <map>

#include "libmesh/base/rng.h"

namespace mesh {
namespace {

TEST_CASE("keyed_cells: like a map, whatever the order of the keys") {
  KeyedCells<int> cells;
  std::map<std::uint64_t, int> shadow;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::uint64_t key = scramble(i) % 300 << 20;
    cells.of(key) += static_cast<int>(i);
    shadow[key] += static_cast<int>(i);
  }
  CHECK(cells.size() == shadow.size());
  for (const auto& [key, value] : shadow) {
    REQUIRE(cells.find(key) != nullptr);
    CHECK(*cells.find(key) == value);
    CHECK(cells[cells.find_or_add(key, [] { return -1; })] == value);
  }
  CHECK(cells.find(1) == nullptr);
}

TEST_CASE("keyed_cells: a copy goes its own way") {
  KeyedCells<int> one;
  one.of(7) = 1;
  KeyedCells<int> two = one;
  two.of(7) = 2;
  two.of(3) = 5;
  CHECK(one.of(7) == 1);
  CHECK(one.find(3) == nullptr);
}

}  // namespace
}  // namespace mesh
