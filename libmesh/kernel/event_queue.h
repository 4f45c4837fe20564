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
  EventQueue() : events_(bucket_count * home_size) {
    free_.fill(none);
    for (std::uint32_t b = 0; b < bucket_count; ++b) settle(b, b * home_size, home_size);
  }

  /// Adds an event that is not before the time base, which is at most the time of the last event
  /// taken or the highest limit asked for, whichever is later.
  void push(Event event) {
    MESH_CHECK(event.at >= base_);
    size_ += 1;
    put(event, true);
  }

  /// Takes the earliest event into `out` unless it is later than `limit`. When it answers false,
  /// every instant from `limit` on is still open for pushing.
  bool pop_at_or_before(Instant limit, Event& out) {
    const auto last = static_cast<std::uint64_t>(limit.ns);
    while (levels_ != 0) {
      const auto level = static_cast<std::uint32_t>(std::countr_zero(levels_));
      const auto digit = static_cast<std::uint32_t>(std::countr_zero(digits_[level]));
      const std::uint32_t bucket = level * radix + digit;
      const std::uint32_t first = begin_[bucket] + front_, end = tail_[bucket].end;
      const Event event = events_[first];
      // A bucket of level 0 holds a single instant, so its oldest event is the earliest.
      if (level == 0 || end - first == 1) {
        if (event.at > last) return false;
        base_ = event.at;
        out = event;
        size_ -= 1;
        front_ += 1;
        if (end - first == 1) {
          front_ = 0;
          clear(bucket);
        }
        return true;
      }
      const std::uint64_t start = event.at >> (digit_bits * level) << (digit_bits * level);
      if (start > last) return false;
      if (end - first <= few) return spread_few(bucket, last, out);
      base_ = start;
      for (std::uint32_t i = first; i < end; ++i) put(events_[i], true);
      clear(bucket);
    }
    return false;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Room for about `events` pending ones, so that a run of that size hardly ever allocates.
  void reserve(std::size_t events) { events_.reserve(bucket_count * home_size + 4 * events); }

 private:
  static constexpr std::uint32_t digit_bits = 6;
  static constexpr std::uint32_t radix = 1u << digit_bits;
  static constexpr std::uint32_t level_count = (64 + digit_bits - 1) / digit_bits;
  static constexpr std::uint32_t bucket_count = level_count * radix;
  static constexpr std::uint32_t none = 0xffffffffu;
  static constexpr std::uint32_t few = 16;

  /// A bucket lives in a block of the arena that doubles when it is full. An empty bucket keeps a
  /// block of up to `kept_size` events, so that small ones, which come and go all the time, do
  /// without any bookkeeping; a larger one goes to the free list of its size.
  static constexpr std::uint32_t home_size = 4;
  static constexpr std::uint32_t kept_size = 64;
  struct Tail {
    std::uint32_t end = 0;    // where the next event goes
    std::uint32_t limit = 0;  // end of the block
  };

  /// Appends to the bucket of the event's time when `keep`; else writes nothing that counts.
  void put(Event event, bool keep) {
    const std::uint64_t difference = event.at ^ base_;
    const std::uint32_t level =
        (63u - static_cast<std::uint32_t>(std::countl_zero(difference | 1u))) / digit_bits;
    const std::uint32_t digit =
        static_cast<std::uint32_t>(event.at >> (digit_bits * level)) & (radix - 1);
    const std::uint32_t bucket = level * radix + digit;
    if (tail_[bucket].end == tail_[bucket].limit) [[unlikely]]
      grow(bucket);
    Tail& tail = tail_[bucket];
    events_[tail.end] = event;
    tail.end += keep;
    digits_[level] |= std::uint64_t{keep} << digit;
    levels_ |= std::uint32_t{keep} << level;
  }

  /// Moves the base to the earliest event of the lowest bucket, or to `last` when that is earlier;
  /// spreads the bucket over lower levels; takes the earliest event when it is due. Written without
  /// branches on times, which no processor can predict.
  bool spread_few(std::uint32_t bucket, std::uint64_t last, Event& out) {
    const std::uint32_t begin = begin_[bucket], end = tail_[bucket].end;
    std::uint32_t earliest = begin;
    std::uint64_t earliest_at = events_[begin].at;
    for (std::uint32_t i = begin + 1; i < end; ++i) {
      const bool earlier = events_[i].at < earliest_at;
      earliest = earlier ? i : earliest;
      earliest_at = earlier ? events_[i].at : earliest_at;
    }
    const bool due = earliest_at <= last;
    base_ = due ? earliest_at : last;
    if (due) {
      out = events_[earliest];
      size_ -= 1;
    } else {
      earliest = none;
    }
    for (std::uint32_t i = begin; i < end; ++i) put(events_[i], i != earliest);
    clear(bucket);
    return due;
  }

  /// Empties a bucket.
  void clear(std::uint32_t bucket) {
    const std::uint32_t level = bucket / radix, begin = begin_[bucket];
    tail_[bucket].end = begin;
    digits_[level] &= ~(std::uint64_t{1} << bucket % radix);
    levels_ &= ~(std::uint32_t{digits_[level] == 0} << level);
    const std::uint32_t size = tail_[bucket].limit - begin;
    if (size > kept_size) [[unlikely]] {
      release(begin, size);
      settle(bucket, bucket * home_size, home_size);
    }
  }

  /// Gives an empty bucket a block.
  void settle(std::uint32_t bucket, std::uint32_t begin, std::uint32_t size) {
    begin_[bucket] = begin;
    tail_[bucket] = {begin, begin + size};
  }
  /// Free blocks of one size form a list; the link sits in the first event of a block.
  void release(std::uint32_t begin, std::uint32_t size) {
    std::uint32_t& head = free_[static_cast<unsigned>(std::countr_zero(size))];
    events_[begin].word = head;
    head = begin;
  }
  std::uint32_t take_block(std::uint32_t size) {
    std::uint32_t& head = free_[static_cast<unsigned>(std::countr_zero(size))];
    if (head != none) {
      const std::uint32_t begin = head;
      head = static_cast<std::uint32_t>(events_[begin].word);
      return begin;
    }
    MESH_CHECK(events_.size() + size < none);
    events_.resize(events_.size() + size);
    return static_cast<std::uint32_t>(events_.size() - size);
  }
  [[gnu::noinline]] void grow(std::uint32_t bucket) {
    const std::uint32_t old = begin_[bucket], size = tail_[bucket].end - old;
    const std::uint32_t begin = take_block(2 * size);
    std::copy_n(events_.begin() + old, size, events_.begin() + begin);
    if (size > home_size) release(old, size);
    settle(bucket, begin, 2 * size);
    tail_[bucket].end += size;
  }

  std::uint64_t base_ = 0;
  std::uint32_t levels_ = 0;  // bit per level that holds anything
  std::uint32_t front_ = 0;   // events already taken from the lowest bucket of level 0
  std::size_t size_ = 0;
  std::array<std::uint64_t, level_count> digits_{};  // bit per bucket that holds anything
  std::array<Tail, bucket_count> tail_;
  std::array<std::uint32_t, bucket_count> begin_;
  std::array<std::uint32_t, 32> free_;  // heads of the lists of free blocks, by log2 of their size
  std::vector<Event> events_;           // the arena all blocks are cut from
};

}  // namespace mesh
