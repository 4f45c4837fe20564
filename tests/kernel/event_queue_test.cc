// The event queue against two obvious pending sets.
#include "libmesh/kernel/event_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "libmesh/base/distribution.h"
#include "libmesh/base/rng.h"
#include "tests/support/heap4.h"

namespace mesh {
namespace {

using testing::Heap4;

constexpr std::uint64_t end_of_time = static_cast<std::uint64_t>(never.ns);
/// Past this instant a test starts afresh: twice the longest increment fits behind it.
constexpr std::uint64_t late = std::uint64_t{1} << 61;

/// How far ahead events are scheduled.
struct IncrementLaw {
  const char* name;
  Distribution law;
};

std::vector<IncrementLaw> increment_laws() {
  const auto mix = [](std::vector<std::pair<double, Distribution::Law>> parts) {
    std::vector<Mixture> mixture;
    for (auto& [weight, law] : parts) mixture.push_back({weight, Distribution(law)});
    return Distribution(std::move(mixture));
  };
  return {
      {"exponential 1 ms", Distribution(Exponential{milliseconds(1)})},
      {"exponential 1 s", Distribution(Exponential{seconds(1)})},
      {"always 1 ms", Distribution(Constant{milliseconds(1)})},
      {"zero", Distribution(Constant{})},
      {"0 to 3 ns, heavy ties", Distribution(Uniform{{0}, {3}})},
      {"Pareto over twelve decades", Distribution(Pareto{{1}, 0.3})},
      {"steps of whole buckets", mix({{1, Constant{{64}}},
                                      {1, Constant{{4096}}},
                                      {1, Constant{{1 << 30}}},
                                      {1, Constant{}}})},
      {"mesh mix", mix({{45, Constant{microseconds(50)}},
                        {25, Constant{microseconds(250)}},
                        {25, Exponential{milliseconds(10)}},
                        {5, Constant{seconds(1)}}})},
  };
}

/// Everything about an event follows from its slot, so comparing slots compares events.
Event event_of(std::uint64_t at, std::uint32_t slot) {
  return Event::make(Instant{static_cast<std::int64_t>(at)}, static_cast<std::uint8_t>(slot % 251),
                     slot * 7 % 0xffffff, slot);
}

/// The queue and the heap, fed with the same events.
struct Pair {
  EventQueue queue;
  Heap4 heap;
  std::uint64_t now = 0;
  std::uint32_t next_slot = 0;

  void push(std::uint64_t at) {
    queue.push(event_of(at, next_slot));
    heap.push(at, next_slot);
    next_slot = (next_slot + 1) & 0xffffff;
  }
  /// Takes at most one event; false when the two disagree.
  bool pop(std::uint64_t limit) {
    Event event;
    const bool expected = !heap.empty() && heap.top().at <= limit;
    if (queue.pop_at_or_before(Instant{static_cast<std::int64_t>(limit)}, event) != expected) {
      return false;
    }
    if (!expected) {
      now = std::max(now, limit);
      return true;
    }
    const Heap4::Entry entry = heap.pop();
    now = entry.at;
    return event == event_of(entry.at, entry.slot) && queue.size() == heap.size();
  }
  bool pop_next() { return heap.empty() || pop(end_of_time); }
  bool drains_equally() {
    while (!heap.empty()) {
      if (!pop_next()) return false;
    }
    return queue.empty();
  }
};

}  // namespace

TEST_CASE("event: kind, generation and slot survive packing") {
  const Event event = Event::make(Instant{77}, 255, 0x1ffffff, 0xfffffffe);
  CHECK(event.time() == Instant{77});
  CHECK(event.kind() == 255);
  CHECK(event.generation() == 0xffffff);
  CHECK(event.slot() == 0xfffffffe);
}

TEST_CASE("event_queue: agrees with a 4-ary heap for a million operations of all increment laws") {
  Draws draws(11);
  std::uint64_t entity = 0;
  for (const IncrementLaw& law : increment_laws()) {
    CAPTURE(law.name);
    Pair pair;
    bool agree = true;
    for (std::uint64_t step = 0; step < 130'000 && agree; ++step) {
      Draw draw = draws.at(Purpose::Disturbance, entity, step);
      // Phases of growth and of shrinking, so that the queue runs empty and runs full.
      const bool grows = step / 8192 % 2 == 0;
      if (draw.modulo(8) < (grows ? 5u : 3u)) {
        pair.push(pair.now + static_cast<std::uint64_t>(law.law.sample_next(draw).ns));
      } else if (draw.modulo(4) == 0) {  // a limit that is often too early
        agree = pair.pop(pair.now + static_cast<std::uint64_t>(law.law.sample_next(draw).ns) / 64);
      } else {
        agree = pair.pop_next();
      }
      if (pair.now > late) pair = Pair{};
    }
    CHECK(agree);
    CHECK(pair.drains_equally());
    entity += 1;
  }
}

TEST_CASE("event_queue: agrees with a plain sorted vector") {
  EventQueue queue;
  std::vector<Event> shadow;  // sorted by time, stable
  Draws draws(12);
  std::uint64_t now = 0;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    Draw draw = draws.at(Purpose::Disturbance, 0, step);
    if (draw.modulo(2) == 0 && shadow.size() < 200) {
      const Event event = event_of(now + draw.modulo(90), static_cast<std::uint32_t>(step));
      queue.push(event);
      const auto later = [](std::uint64_t at, const Event& e) { return at < e.at; };
      shadow.insert(std::upper_bound(shadow.begin(), shadow.end(), event.at, later), event);
    } else {
      const std::uint64_t limit = now + draw.modulo(12);
      Event event;
      const bool expected = !shadow.empty() && shadow.front().at <= limit;
      REQUIRE(queue.pop_at_or_before(Instant{static_cast<std::int64_t>(limit)}, event) == expected);
      now = limit;
      if (expected) {
        REQUIRE(event == shadow.front());
        now = event.at;
        shadow.erase(shadow.begin());
      }
    }
    REQUIRE(queue.size() == shadow.size());
  }
}

TEST_CASE("event_queue: a copy taken at any moment lives through the same future") {
  Draws draws(13);
  for (const IncrementLaw& law : increment_laws()) {
    CAPTURE(law.name);
    Pair pair;
    for (std::uint64_t step = 0; step < 4'000; ++step) {
      Draw draw = draws.at(Purpose::Disturbance, 1, step);
      if (draw.modulo(5) < 3) {
        pair.push(pair.now + static_cast<std::uint64_t>(law.law.sample_next(draw).ns));
      } else {
        REQUIRE(pair.pop_next());
      }
      if (pair.now > late) pair = Pair{};
      if (step % 500 == 250) {
        Pair copy = pair;
        CHECK(copy.drains_equally());  // and the original goes on below, undisturbed
      }
    }
    CHECK(pair.drains_equally());
  }
}

TEST_CASE("event_queue: a refused limit stays open for pushing") {
  EventQueue queue;
  Event event;
  for (const std::int64_t at : {1'000'000, 1'000'001, 1'500'000}) queue.push(event_of(at, 1));
  for (std::int64_t limit = 0; limit < 1'000'000; limit += 997) {
    CHECK_FALSE(queue.pop_at_or_before(Instant{limit}, event));
    queue.push(event_of(static_cast<std::uint64_t>(limit), 2));  // aborts if the base went beyond
    REQUIRE(queue.pop_at_or_before(Instant{limit}, event));
    CHECK(event.slot() == 2);
  }
  CHECK(queue.size() == 3);
}

TEST_CASE("event_queue: ties are first in first out across base changes") {
  EventQueue queue;
  Event event;
  queue.push(event_of(5'000'000, 1));  // far from the base: a high level
  queue.push(event_of(4'999'000, 2));
  REQUIRE(queue.pop_at_or_before(never, event));
  CHECK(event.slot() == 2);
  queue.push(event_of(5'000'000, 3));  // nearer now, behind the first all the same
  queue.push(event_of(4'999'999, 4));
  std::vector<std::uint32_t> order;
  while (queue.pop_at_or_before(never, event)) order.push_back(event.slot());
  CHECK(order == std::vector<std::uint32_t>{4, 1, 3});
}

TEST_CASE("event_queue: the whole range of time is usable") {
  EventQueue queue;
  Event event;
  for (int shift = 62; shift >= 0; --shift) {
    queue.push(event_of(std::uint64_t{1} << shift, static_cast<std::uint32_t>(shift)));
  }
  queue.push(event_of(end_of_time, 63));
  for (std::uint32_t slot = 0; slot < 64; ++slot) {
    REQUIRE(queue.pop_at_or_before(never, event));
    CHECK(event.slot() == slot);
  }
  CHECK_FALSE(queue.pop_at_or_before(never, event));
}

}  // namespace mesh
