// Queue disciplines: who is next, who goes, who is late.
#include "libmesh/policy/queue_discipline.h"

#include <doctest/doctest.h>

#include <initializer_list>

namespace mesh {
namespace {

constexpr Instant at(std::int64_t ms) {
  return Instant{} + milliseconds(ms);
}

TEST_CASE("queue_discipline: a queue is congested when it was not empty for longer than 100 ms") {
  const QueueDiscipline queue;
  CHECK_FALSE(is_congested(queue, never, at(500)));
  CHECK_FALSE(is_congested(queue, at(400), at(500)));
  CHECK(is_congested(queue, at(400), at(500) + nanoseconds(1)));
}

TEST_CASE("queue_discipline: the newest goes first in LIFO, and in adaptive LIFO when congested") {
  struct Row {
    QueueOrder order;
    bool relaxed, congested;
  };
  for (const Row& row :
       {Row{QueueOrder::Fifo, false, false}, Row{QueueOrder::Priority, false, false},
        Row{QueueOrder::Lifo, true, true}, Row{QueueOrder::Adaptive, false, true}}) {
    const QueueDiscipline queue{.order = row.order};
    CHECK(newest_first(queue, at(450), at(500)) == row.relaxed);
    CHECK(newest_first(queue, at(300), at(500)) == row.congested);
  }
}

TEST_CASE("queue_discipline: a full queue drops of the least urgent class only") {
  struct Row {
    QueueFull full;
    std::uint32_t arriving, last;
    bool somebody;
    Victim expected;
  };
  using enum QueueFull;
  for (const Row& row : {
           Row{DropNewest, 0, 0, true, Victim::Arrival},
           Row{DropOldest, 0, 0, true, Victim::Oldest},
           Row{DropNewest, 1, 3, true, Victim::Newest},
           Row{DropOldest, 1, 3, true, Victim::Oldest},
           Row{DropNewest, 3, 1, true, Victim::Arrival},
           Row{DropOldest, 3, 1, true, Victim::Arrival},
           Row{DropOldest, 0, 0, false, Victim::Arrival},
       }) {
    CAPTURE(row.arriving);
    CHECK(victim({.when_full = row.full}, row.arriving, row.last, row.somebody) == row.expected);
  }
}

TEST_CASE("queue_discipline: late is who has no more time than the margin") {
  const QueueDiscipline queue{.shed_late = true, .margin = milliseconds(5)};
  CHECK_FALSE(comes_too_late(queue, never, at(1'000'000)));
  CHECK_FALSE(comes_too_late(queue, at(106), at(100)));
  CHECK(comes_too_late(queue, at(105), at(100)));
  CHECK(comes_too_late(queue, at(90), at(100)));
}

}  // namespace
}  // namespace mesh
