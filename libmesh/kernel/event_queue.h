// The pending events of a run: a monotone multi-level bucket queue.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "libmesh/base/check.h"
#include "libmesh/kernel/event.h"

namespace mesh {

/// Gives events back in the order of (time, order of pushing), at a nearly constant price from 100
/// to a million pending ones.
///
/// A time is read as eleven digits of radix 64. An event waits in the bucket (level, digit) named
/// by the highest digit in which its time differs from `base_`, so every event of a lower bucket is
/// earlier than every event of a higher one. The bucket is a function of time and base alone:
/// equal times share a bucket, a bucket keeps its order when it is spread over lower ones, so ties
/// stay first-in first-out without a sequence number. A value type: a copy is a snapshot.
class EventQueue {
 public:
  EventQueue() { free_.fill(none); }

  /// Adds an event that is not before the time base, which is at most the time of the last event
  /// taken or the highest limit asked for, whichever is later.
  void push(Event event) {
    MESH_CHECK(event.at >= base_);
    size_ += 1;
    put(event);
  }

  /// Takes the earliest event into `out` unless it is later than `limit`. When it answers false,
  /// every instant from `limit` on is still open for pushing.
  bool pop_at_or_before(Instant limit, Event& out) {
    if (levels_ == 0) return false;
    const unsigned level = static_cast<unsigned>(std::countr_zero(levels_));
    const unsigned digit = static_cast<unsigned>(std::countr_zero(digits_[level]));
    Bucket& bucket = buckets_[level * radix + digit];
    const std::uint64_t last = static_cast<std::uint64_t>(limit.ns);
    if (level == 0 || bucket.size == 1) {  // the first one is the earliest
      const Event first = events_[bucket.begin + (level == 0 ? front_ : 0)];
      if (first.at > last) return false;
      base_ = first.at;
      out = first;
      size_ -= 1;
      if (level == 0 && ++front_ < bucket.size) return true;
      front_ = 0;
      vacate(bucket, level, digit);
      return true;
    }
    return spread(level, digit, last, out);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Room for about `events` pending ones, so that a run of that size never allocates.
  void reserve(std::size_t events) { events_.reserve(4 * events + buckets_.size() * smallest); }

 private:
  static constexpr unsigned digit_bits = 6;
  static constexpr unsigned radix = 1u << digit_bits;
  static constexpr unsigned level_count = (64 + digit_bits - 1) / digit_bits;
  static constexpr std::uint32_t none = 0xffffffffu;
  static constexpr std::uint32_t smallest = 4;  // events in the smallest block: one cache line

  /// A block of the arena that grows by doubling.
  struct Bucket {
    std::uint32_t begin = none;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;
  };

  void put(Event event) {
    const std::uint64_t difference = event.at ^ base_;
    const unsigned level =
        (63u - static_cast<unsigned>(std::countl_zero(difference | 1u))) / digit_bits;
    const unsigned digit = static_cast<unsigned>(event.at >> (digit_bits * level)) & (radix - 1);
    Bucket& bucket = buckets_[level * radix + digit];
    if (bucket.size == bucket.capacity) [[unlikely]]
      grow(bucket);
    events_[bucket.begin + bucket.size++] = event;
    digits_[level] |= std::uint64_t{1} << digit;
    levels_ |= 1u << level;
  }

  /// Moves the base to the earliest event of the lowest bucket, or to `last` when that is earlier,
  /// spreads the bucket over lower levels, takes the earliest when it is due.
  bool spread(unsigned level, unsigned digit, std::uint64_t last, Event& out) {
    Bucket& bucket = buckets_[level * radix + digit];
    const Event* const begin = events_.data() + bucket.begin;
    if (begin->at >> (digit_bits * level) > last >> (digit_bits * level)) return false;
    std::uint32_t earliest = 0;
    for (std::uint32_t i = 1; i < bucket.size; ++i) {
      if (begin[i].at < begin[earliest].at) earliest = i;
    }
    const bool due = begin[earliest].at <= last;
    const Bucket source = bucket;
    base_ = due ? begin[earliest].at : last;
    if (due) out = begin[earliest];
    digits_[level] &= digits_[level] - 1;
    if (digits_[level] == 0) levels_ &= levels_ - 1;
    bucket = Bucket{};
    // By index: putting an event may move the arena.
    for (std::uint32_t i = 0; i < source.size; ++i) {
      if (due && i == earliest) continue;
      put(events_[source.begin + i]);
    }
    release(source);
    size_ -= due;
    return due;
  }

  void vacate(Bucket& bucket, unsigned level, unsigned digit) {
    bucket.size = 0;
    digits_[level] &= ~(std::uint64_t{1} << digit);
    if (digits_[level] == 0) levels_ &= ~(1u << level);
    if (bucket.capacity > smallest) {
      release(bucket);
      bucket = Bucket{};
    }
  }

  /// Blocks come in powers of two; a free block keeps the link to the next one in its first event.
  static unsigned size_class(std::uint32_t capacity) {
    return static_cast<unsigned>(std::countr_zero(capacity));
  }
  void release(const Bucket& block) {
    std::uint32_t& head = free_[size_class(block.capacity)];
    events_[block.begin].word = head;
    head = block.begin;
  }
  void grow(Bucket& bucket) {
    const std::uint32_t capacity = std::max(bucket.capacity * 2, smallest);
    std::uint32_t& head = free_[size_class(capacity)];
    Bucket larger{head, bucket.size, capacity};
    if (head != none) {
      head = static_cast<std::uint32_t>(events_[head].word);
    } else {
      MESH_CHECK(events_.size() + capacity < none);
      larger.begin = static_cast<std::uint32_t>(events_.size());
      events_.resize(events_.size() + capacity);
    }
    if (bucket.size > 0) {
      std::copy_n(events_.begin() + bucket.begin, bucket.size, events_.begin() + larger.begin);
      release(bucket);
    }
    bucket = larger;
  }

  std::uint64_t base_ = 0;
  std::uint32_t levels_ = 0;  // bit per level that holds anything
  std::uint32_t front_ = 0;   // events already taken from the lowest bucket of level 0
  std::size_t size_ = 0;
  std::array<std::uint64_t, level_count> digits_{};  // bit per bucket that holds anything
  std::array<Bucket, level_count * radix> buckets_{};
  std::array<std::uint32_t, 32> free_;  // heads of the lists of free blocks
  std::vector<Event> events_;           // the arena all blocks are cut from
};

}  // namespace mesh
