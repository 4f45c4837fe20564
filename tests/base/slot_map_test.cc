// The slot map against a plain map of live things.
#include "libmesh/base/slot_map.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <vector>

#include "libmesh/base/rng.h"

namespace mesh {

TEST_CASE("slot_map: agrees with a plain map under random inserts and erases") {
  const Draws draws(61);
  SlotMap<std::uint64_t> slots;
  std::map<std::uint32_t, std::pair<Handle, std::uint64_t>> shadow;
  std::vector<Handle> stale;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    Draw draw = draws.at(Purpose::Disturbance, 0, step);
    if (draw.modulo(2) == 0 && shadow.size() < 100) {
      const Handle h = slots.insert(step);
      REQUIRE(shadow.emplace(h.slot, std::pair(h, step)).second);
    } else if (!shadow.empty()) {
      const auto it = std::next(shadow.begin(), static_cast<long>(draw.modulo(shadow.size())));
      stale.push_back(it->second.first);
      slots.erase(it->first);
      shadow.erase(it);
    }
    REQUIRE(slots.size() == shadow.size());
    if (step % 97 != 0) continue;
    for (const Handle& h : stale) REQUIRE(slots.find(h) == nullptr);
    for (const auto& [slot, entry] : shadow) {
      REQUIRE(slots.find(entry.first) != nullptr);
      REQUIRE(slots[slot] == entry.second);
      REQUIRE(slots.alive(slot, entry.first.generation));
    }
    std::vector<std::uint32_t> visited, expected;
    slots.for_each([&](std::uint32_t slot, std::uint64_t) { visited.push_back(slot); });
    for (const auto& [slot, entry] : shadow) expected.push_back(slot);
    REQUIRE(visited == expected);
  }
  CHECK(slots.slot_count() <= 100);
}

TEST_CASE("slot_map: the slot freed last is reused first, with the next generation") {
  SlotMap<int> slots;
  const Handle a = slots.emplace(1), b = slots.emplace(2);
  slots.erase(a.slot);
  slots.erase(b.slot);
  CHECK_FALSE(slots.alive(b));
  CHECK_FALSE(slots.alive(b.slot, 1));  // free, although 1 is its next generation
  CHECK(slots.emplace(3) == Handle{b.slot, 1});
  CHECK(slots.emplace(4) == Handle{a.slot, 1});
  CHECK(slots.emplace(5) == Handle{2, 0});
}

TEST_CASE("slot_map: a handle to nowhere is not alive") {
  SlotMap<int> slots;
  CHECK_FALSE(slots.alive(Handle::none()));
  CHECK(slots.find({7, 0}) == nullptr);
  CHECK_FALSE(Handle::none().valid());
}

TEST_CASE("slot_map: generations wrap at 24 bits, as events carry them") {
  SlotMap<char> slots;
  Handle h = slots.insert('a');
  for (std::uint32_t i = 1; i < 1u << 24; ++i) {
    slots.erase(h.slot);
    h = slots.insert('a');
  }
  CHECK(h.generation == 0xffffff);
  slots.erase(h.slot);
  CHECK(slots.insert('b') == Handle{0, 0});
}

TEST_CASE("slot_map: a copy goes its own way and hands out the same handles") {
  SlotMap<int> slots;
  const Handle a = slots.emplace(1);
  slots.emplace(2);
  slots.erase(a.slot);
  SlotMap<int> copy = slots;
  CHECK(slots.emplace(3) == copy.emplace(4));
  CHECK(slots[a.slot] == 3);
  CHECK(copy[a.slot] == 4);
}

}  // namespace mesh
