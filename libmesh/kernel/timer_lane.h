// Timers that are nearly always cancelled: one first-in first-out list per distinct duration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libmesh/base/check.h"
#include "libmesh/base/id.h"
#include "libmesh/base/time.h"
#include "libmesh/kernel/event.h"

namespace mesh {

using LaneId = Id<struct LaneTag>;
using TimerRef = Id<struct TimerTag>;

/// An expired timer reads like an event whose time is the deadline.
using Fired = Event;

/// Timers that wait equally long expire in the order they were armed, so a list per duration is
/// already sorted: arming appends, cancelling unlinks, and no search structure is touched. A value
/// type: a copy is a snapshot. Random delays, which are rarely cancelled, are ordinary events.
class TimerLanes {
 public:
  /// The lane of a duration, made when it is new. Not hot: ask once per configured timeout.
  LaneId lane(Duration duration) {
    MESH_CHECK(duration.ns >= 0);
    for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
      if (lanes_[i].duration == duration) return LaneId{i};
    }
    const std::uint32_t head = take_node();
    nodes_[head] = Node{never, 0, head, head};
    lanes_.push_back({duration, head});
    return LaneId{static_cast<std::uint32_t>(lanes_.size() - 1)};
  }
  std::size_t lane_count() const { return lanes_.size(); }

  /// Starts a timer that fires at `now` plus the lane's duration; a deadline past the end of time
  /// never fires. `now` must not run backwards. The owner keeps the reference until the timer has
  /// fired or is cancelled, not longer: references are reused.
  TimerRef arm(LaneId id, Instant now, std::uint8_t kind, std::uint32_t generation,
               std::uint32_t slot) {
    MESH_CHECK(now >= armed_last_);
    armed_last_ = now;
    const Lane lane = lanes_[id.value];
    const bool finite = lane.duration.ns < never.ns - now.ns;
    const Instant deadline = finite ? now + lane.duration : never;
    const std::uint32_t index = take_node();
    Node& head = nodes_[lane.head];
    const std::uint32_t tail = head.prev;
    nodes_[index] = Node{deadline, Event::make({}, kind, generation, slot).word, lane.head, tail};
    nodes_[tail].next = index;
    head.prev = index;
    if (deadline < earliest_) earliest_ = deadline;
    armed_ += 1;
    return TimerRef{index};
  }

  /// Stops an armed timer; does nothing for TimerRef::none().
  void cancel(TimerRef ref) {
    if (ref.valid()) unlink(ref.value);
  }

  Instant deadline(TimerRef ref) const { return nodes_[ref.value].deadline; }

  /// No timer fires before this instant; `never` when none is armed. After cancellations it may be
  /// too early, until expire_one has been asked for it.
  Instant earliest() const { return earliest_; }

  /// Takes one timer that is due at `now`: the earliest deadline first, the lower lane id among
  /// equal deadlines, the order of arming inside a lane. False when none is due.
  bool expire_one(Instant now, Fired& out) {
    if (earliest_ > now) return false;
    std::uint32_t first = none;
    earliest_ = never;
    Instant second = never;  // the bound that holds once `first` is gone
    for (const Lane& lane : lanes_) {
      const std::uint32_t index = nodes_[lane.head].next;
      const Node& node = nodes_[index];
      if (node.deadline < earliest_) {
        second = earliest_;
        earliest_ = node.deadline;
        first = index;
      } else if (node.deadline < second) {
        second = node.deadline;
      }
    }
    if (first == none || earliest_ > now) return false;
    const Node node = nodes_[first];
    out = {static_cast<std::uint64_t>(node.deadline.ns), node.word};
    const Instant follower = nodes_[node.next].deadline;  // `never` at the end of the lane
    earliest_ = follower < second ? follower : second;
    unlink(first);
    return true;
  }

  /// Timers that are armed now.
  std::size_t size() const { return armed_; }
  bool empty() const { return armed_ == 0; }
  void reserve(std::size_t timers) { nodes_.reserve(timers + lanes_.size()); }

 private:
  static constexpr std::uint32_t none = 0xffffffffu;

  /// Heads of lanes are nodes with the deadline `never`, so an empty lane needs no special case.
  struct Node {
    Instant deadline;
    std::uint64_t word = 0;
    std::uint32_t next = none;
    std::uint32_t prev = none;  // none: the node is free
  };
  static_assert(sizeof(Node) == 24);
  struct Lane {
    Duration duration;
    std::uint32_t head;
  };

  std::uint32_t take_node() {
    if (free_ != none) [[likely]] {
      const std::uint32_t index = free_;
      free_ = nodes_[index].next;
      return index;
    }
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  void unlink(std::uint32_t index) {
    Node& node = nodes_[index];
    MESH_CHECK(node.prev != none);
    nodes_[node.prev].next = node.next;
    nodes_[node.next].prev = node.prev;
    node.prev = none;
    node.next = free_;
    free_ = index;
    armed_ -= 1;
  }

  std::vector<Node> nodes_;
  std::vector<Lane> lanes_;
  std::uint32_t free_ = none;  // list through Node::next, last freed first
  std::size_t armed_ = 0;
  Instant earliest_ = never;
  Instant armed_last_{};
};

}  // namespace mesh
