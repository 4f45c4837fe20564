// A table of keys against std::map, with keys that collide.
#include "libmesh/policy/key_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace mesh {
namespace {

TEST_CASE("key_table: does what a map does, whatever comes and goes") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    std::mt19937_64 random(seed);
    KeyTable table;
    std::map<std::uint64_t, std::uint32_t> model;
    const std::uint64_t keys = 1 + random() % 200;
    for (std::uint32_t i = 0; i < 3000; ++i) {
      const std::uint64_t key = random() % keys;
      if (random() % 3 == 0) {
        table.erase(key);
        model.erase(key);
      } else {
        table.put(key, i);
        model[key] = i;
      }
      if (random() % 500 == 0) {
        table.clear();
        model.clear();
      }
      CHECK(table.size() == model.size());
      const std::uint64_t asked = random() % keys;
      const auto found = model.find(asked);
      CHECK(table.find(asked) == (found == model.end() ? KeyTable::absent : found->second));
    }
    for (const auto& [key, value] : model) CHECK(table.find(key) == value);
  }
}

}  // namespace
}  // namespace mesh
