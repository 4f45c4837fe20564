// A first-in first-out queue in one block of memory.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "libmesh/base/check.h"

namespace mesh {

/// Grows by doubling and never shrinks, so that a queue in steady state does not allocate. Elements
/// stay default constructible because unused places hold T{}.
template <class T>
class Ring {
 public:
  void push_back(T value) {
    if (size_ == places_.size()) grow();
    places_[(head_ + size_) & (places_.size() - 1)] = std::move(value);
    size_ += 1;
  }
  T pop_front() {
    MESH_CHECK(size_ > 0);
    T value = std::move(places_[head_]);
    head_ = (head_ + 1) & (places_.size() - 1);
    size_ -= 1;
    return value;
  }
  T pop_back() {
    MESH_CHECK(size_ > 0);
    size_ -= 1;
    return std::move(places_[(head_ + size_) & (places_.size() - 1)]);
  }

  /// The i-th element from the front.
  T& operator[](std::size_t i) { return places_[(head_ + i) & (places_.size() - 1)]; }
  const T& operator[](std::size_t i) const { return places_[(head_ + i) & (places_.size() - 1)]; }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  /// Removes the i-th element and keeps the order of the others: linear in what stands behind it.
  void erase(std::size_t i) {
    MESH_CHECK(i < size_);
    for (; i + 1 < size_; ++i) (*this)[i] = std::move((*this)[i + 1]);
    size_ -= 1;
  }
  void clear() { head_ = size_ = 0; }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity() const { return places_.size(); }
  void reserve(std::size_t n) {
    while (places_.size() < n) grow();
  }

 private:
  void grow() {
    std::vector<T> larger(places_.empty() ? 4 : 2 * places_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    places_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> places_;  // a power of two of them, or none
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace mesh
