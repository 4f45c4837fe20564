// Cells that exist from their first use on, found by a 64-bit key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mesh {

/// Sorted columns: a look-up is a binary search, the first use of a key moves what is behind it.
/// Meant for state of few owners, such as filters of proxies.
template <class T>
class KeyedCells {
 public:
  /// The index of the key's cell; `make` gives its first value. Indices of larger keys move when a
  /// cell is added.
  template <class Make>
  std::size_t find_or_add(std::uint64_t key, Make make) {
    const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
    const auto index = at - keys_.begin();
    if (at == keys_.end() || *at != key) {
      keys_.insert(at, key);
      cells_.insert(cells_.begin() + index, make());
    }
    return static_cast<std::size_t>(index);
  }
  T& of(std::uint64_t key) {
    return cells_[find_or_add(key, [] { return T{}; })];
  }
  T* find(std::uint64_t key) {
    const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
    if (at == keys_.end() || *at != key) return nullptr;
    return &cells_[static_cast<std::size_t>(at - keys_.begin())];
  }
  T& operator[](std::size_t index) { return cells_[index]; }
  std::size_t size() const { return cells_.size(); }

 private:
  std::vector<std::uint64_t> keys_;
  std::vector<T> cells_;
};

}  // namespace mesh
