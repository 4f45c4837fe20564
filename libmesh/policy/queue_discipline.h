// Who of those that wait for a worker is next, who is turned away, how long they may wait.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

enum class QueueOrder : std::uint8_t {
  Fifo,
  Lifo,
  Adaptive,  // the oldest first; while congested the newest
  Priority,  // the lowest class first, in it the oldest
};

/// Whom a full queue turns away, among those of the least urgent class.
enum class QueueFull : std::uint8_t { DropNewest, DropOldest };

inline constexpr std::uint32_t priority_classes = 8;

/// How the queue in front of a pod's workers behaves; the default is first come, first served.
struct QueueDiscipline {
  QueueOrder order = QueueOrder::Fifo;
  QueueFull when_full = QueueFull::DropNewest;
  /// Whoever comes while the queue is congested waits no longer than this, others no longer than
  /// `congested_after`; 0 = off. Source: Maurer, Fail at Scale, ACM Queue 13(8) (controlled delay).
  Duration codel{0};
  /// Congested: the queue has not been empty for this long. Same source: N = 100 ms.
  Duration congested_after = milliseconds(100);
  /// Whose caller gives up within `margin` is turned away when its turn comes.
  bool shed_late = false;
  Duration margin{0};
  bool operator==(const QueueDiscipline&) const = default;
};

/// `backlog_since` is when somebody began to wait; `never` while nobody waits.
constexpr bool is_congested(const QueueDiscipline& queue, Instant backlog_since, Instant now) {
  return backlog_since != never && elapsed(backlog_since, now) > queue.congested_after;
}

/// Does the request that came last go first?
constexpr bool newest_first(const QueueDiscipline& queue, Instant backlog_since, Instant now) {
  return queue.order == QueueOrder::Lifo ||
         (queue.order == QueueOrder::Adaptive && is_congested(queue, backlog_since, now));
}

enum class Victim : std::uint8_t { Arrival, Newest, Oldest };

/// Who goes when an arrival of class `arriving` finds no place and `last` is the least urgent class
/// that waits: the arrival, or of that class the newest or oldest. Nobody waits: the arrival.
constexpr Victim victim(const QueueDiscipline& queue, std::uint32_t arriving, std::uint32_t last,
                        bool somebody_waits) {
  if (!somebody_waits || arriving > last) return Victim::Arrival;
  if (queue.when_full == QueueFull::DropOldest) return Victim::Oldest;
  return arriving == last ? Victim::Arrival : Victim::Newest;
}

/// Is an answer after `now` too late for a caller who waits until `deadline`?
constexpr bool comes_too_late(const QueueDiscipline& queue, Instant deadline, Instant now) {
  return deadline != never && elapsed(now, deadline) <= queue.margin;
}

}  // namespace mesh
