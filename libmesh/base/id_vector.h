// A dense table whose key type is part of its type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mesh {

template <class Key, class T>
class IdVector {
 public:
  IdVector() = default;
  explicit IdVector(std::size_t n, const T& value = T{}) : items_(n, value) {}

  Key add(T item) {
    items_.push_back(std::move(item));
    return Key{static_cast<std::uint32_t>(items_.size() - 1)};
  }
  typename std::vector<T>::reference operator[](Key k) { return items_[k.value]; }
  typename std::vector<T>::const_reference operator[](Key k) const { return items_[k.value]; }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  bool contains(Key k) const { return k.value < items_.size(); }
  void resize(std::size_t n, const T& value = T{}) { items_.resize(n, value); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  const std::vector<T>& items() const { return items_; }
  bool operator==(const IdVector&) const = default;

 private:
  std::vector<T> items_;
};

}  // namespace mesh
