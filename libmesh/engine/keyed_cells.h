// Cells that exist from their first use on, found by a 64-bit key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libmesh/base/rng.h"
#include "libmesh/telemetry/intern.h"

namespace mesh {

/// In order of first use, which is the same in every run of a plan; an index stays what it is.
template <class T>
class KeyedCells {
 public:
  /// The index of the key's cell; `make` gives its first value.
  template <class Make>
  std::size_t find_or_add(std::uint64_t key, Make make) {
    const std::size_t index = keys_.number(key);
    if (index == cells_.size()) cells_.push_back(make());
    return index;
  }
  T& of(std::uint64_t key) {
    return cells_[find_or_add(key, [] { return T{}; })];
  }
  T* find(std::uint64_t key) {
    const std::uint32_t index = keys_.find(key);
    return index < cells_.size() ? &cells_[index] : nullptr;
  }
  T& operator[](std::size_t index) { return cells_[index]; }
  const T& operator[](std::size_t index) const { return cells_[index]; }
  std::size_t size() const { return cells_.size(); }

 private:
  struct Hash {
    std::uint64_t operator()(std::uint64_t key) const { return scramble(key); }
  };

  Intern<std::uint64_t, Hash> keys_;
  std::vector<T> cells_;
};

}  // namespace mesh
