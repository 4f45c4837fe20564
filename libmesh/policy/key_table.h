// Small numbers of 64-bit keys that come and go: open addressing without tombstones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libmesh/base/rng.h"

namespace mesh {

/// Linear probing at half load; erasing moves those behind it up, so the table never fills with
/// remains. It grows and never shrinks; nobody iterates over it.
class KeyTable {
 public:
  static constexpr std::uint32_t absent = 0xffffffffu;

  std::uint32_t find(std::uint64_t key) const {
    return places_.empty() ? absent : places_[place_of(key)].value;
  }
  /// Adds the key, or changes its value. `value` is not `absent`.
  void put(std::uint64_t key, std::uint32_t value) {
    if (2 * (size_ + 1) > places_.size()) grow();
    Place& place = places_[place_of(key)];
    if (place.value == absent) ++size_;
    place = {key, value};
  }
  void erase(std::uint64_t key) {
    if (places_.empty()) return;
    std::size_t hole = place_of(key);
    if (places_[hole].value == absent) return;
    const std::size_t mask = places_.size() - 1;
    for (std::size_t i = (hole + 1) & mask; places_[i].value != absent; i = (i + 1) & mask) {
      const std::size_t home = scramble(places_[i].key) & mask;
      // It may move up when its home does not lie between the hole and where it is.
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      places_[hole] = places_[i];
      hole = i;
    }
    places_[hole] = {};
    --size_;
  }
  void clear() {
    places_.assign(places_.size(), Place{});
    size_ = 0;
  }
  std::size_t size() const { return size_; }

 private:
  struct Place {
    std::uint64_t key = 0;
    std::uint32_t value = absent;
  };

  std::size_t place_of(std::uint64_t key) const {
    std::size_t place = scramble(key) & (places_.size() - 1);
    while (places_[place].value != absent && places_[place].key != key) {
      place = (place + 1) & (places_.size() - 1);
    }
    return place;
  }
  void grow() {
    std::vector<Place> old(places_.empty() ? 16 : 2 * places_.size());
    old.swap(places_);
    for (const Place& place : old) {
      if (place.value != absent) places_[place_of(place.key)] = place;
    }
  }

  std::vector<Place> places_;
  std::size_t size_ = 0;
};

}  // namespace mesh
