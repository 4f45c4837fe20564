// The pending set to compare with: a 4-ary heap on (time, sequence).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "libmesh/base/time.h"

namespace mesh::testing {

/// 16 bytes an entry: time (64 bits) | sequence (40) | slot (24) in one integer, so one comparison
/// orders two events. Children of a node share a cache line. As fast as a heap of this kind gets,
/// so that measuring against it means something; obvious enough to be an oracle.
class Heap4 {
 public:
  struct Entry {
    std::uint64_t at;
    std::uint32_t slot;
  };

  Heap4() : nodes_(2 * arity) {}

  void push(std::uint64_t at, std::uint32_t slot) {
    if (size_ + 2 * arity >= nodes_.size()) nodes_.resize(2 * nodes_.size());
    const Key key = Key{at} << 64 | next_sequence_++ << 24 | slot;
    Key* const heap = nodes_.data() + root;
    std::size_t i = size_++;
    while (i > 0) {
      const std::size_t parent = (i - 1) / arity;
      if (!(key < heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = key;
  }

  /// The earliest entry, first in first out among equal times.
  Entry top() const { return entry(nodes_[root]); }
  Entry pop() {
    const Key first = nodes_[root];
    size_ -= 1;
    if (size_ > 0) sink(nodes_[root + size_]);
    return entry(first);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  using Key = unsigned __int128;
  static constexpr std::size_t arity = 4;
  static constexpr std::size_t root = arity - 1;  // puts sibling groups on multiples of 64 bytes

  template <class T>
  struct LineAllocator {
    using value_type = T;
    LineAllocator() = default;
    template <class U>
    LineAllocator(const LineAllocator<U>&) {}
    T* allocate(std::size_t n) {
      return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{64}));
    }
    void deallocate(T* p, std::size_t) { ::operator delete(p, std::align_val_t{64}); }
    bool operator==(const LineAllocator&) const { return true; }
  };

  static Entry entry(Key key) {
    return {static_cast<std::uint64_t>(key >> 64), static_cast<std::uint32_t>(key) & 0xffffffu};
  }
  void sink(Key key) {
    Key* const heap = nodes_.data() + root;
    std::size_t i = 0;
    for (;;) {
      const std::size_t child = arity * i + 1;
      std::size_t least = child;
      if (child + arity <= size_) {
        const std::size_t left = child + (heap[child + 1] < heap[child]);
        const std::size_t right = child + 2 + (heap[child + 3] < heap[child + 2]);
        least = heap[right] < heap[left] ? right : left;
      } else {
        for (std::size_t k = child + 1; k < size_; ++k) {
          if (heap[k] < heap[least]) least = k;
        }
      }
      if (child >= size_ || !(heap[least] < key)) break;
      heap[i] = heap[least];
      i = least;
    }
    heap[i] = key;
  }

  std::vector<Key, LineAllocator<Key>> nodes_;
  std::size_t size_ = 0;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace mesh::testing
