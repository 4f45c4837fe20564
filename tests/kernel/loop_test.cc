// The order in which the loop lets things happen.
#include "libmesh/kernel/loop.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "libmesh/base/rng.h"

namespace mesh {
namespace {

/// Writes "time:slot" of events, "time!slot" of timers.
struct Diary {
  std::string text;
  void note(Instant at, char sign, std::uint32_t slot) {
    text += std::to_string(at.ns) + sign + std::to_string(slot) + ' ';
  }
  void on_event(const Event& e) { note(e.time(), ':', e.slot()); }
  void on_timer(const Fired& f) { note(f.time(), '!', f.slot()); }
};

/// A small world whose whole state is a value: entities that hold, each with one timeout.
struct Toy {
  Loop loop;
  LaneId lanes[2];
  std::vector<TimerRef> timeout = std::vector<TimerRef>(50);
  std::uint64_t drawn = 0, timed_out = 0;

  explicit Toy(std::uint64_t seed) : draws(seed) {
    lanes[0] = loop.timers.lane(nanoseconds(700));
    lanes[1] = loop.timers.lane(nanoseconds(2'000));
    for (std::uint32_t i = 0; i < 50; ++i) loop.schedule(Instant{i}, 1, 0, i);
  }
  void on_event(const Event& e) {
    loop.timers.cancel(timeout[e.slot()]);
    Draw draw = draws.at(Purpose::Disturbance, e.slot(), drawn++);
    const auto ahead = nanoseconds(static_cast<std::int64_t>(draw.modulo(1'000)));
    timeout[e.slot()] = loop.arm(lanes[draw.modulo(2)], 2, 0, e.slot());
    loop.schedule(loop.now() + ahead, 1, 0, e.slot());
  }
  void on_timer(const Fired& f) {
    timeout[f.slot()] = TimerRef::none();
    timed_out += 1;
  }
  void run_until(Instant until) { loop.run_until(until, *this); }

  Draws draws;
};

}  // namespace

TEST_CASE("loop: a completion beats the timeout of the same nanosecond") {
  Loop loop;
  Diary diary;
  loop.arm(loop.timers.lane(nanoseconds(10)), 1, 0, 1);  // armed before the event is scheduled
  loop.schedule(Instant{10}, 1, 0, 2);
  loop.run_until(Instant{10}, diary);
  CHECK(diary.text == "10:2 10!1 ");
}

TEST_CASE("loop: what is scheduled for this very instant still precedes its timers") {
  struct Chain {
    Loop& loop;
    Diary diary;
    void on_event(const Event& e) {
      diary.on_event(e);
      if (e.slot() < 3) loop.schedule(loop.now(), 1, 0, e.slot() + 1);
    }
    void on_timer(const Fired& f) { diary.on_timer(f); }
  };
  Loop loop;
  Chain chain{loop, {}};
  loop.arm(loop.timers.lane(nanoseconds(4)), 1, 0, 9);
  loop.schedule(Instant{4}, 1, 0, 1);
  loop.run_until(Instant{4}, chain);
  CHECK(chain.diary.text == "4:1 4:2 4:3 4!9 ");
}

TEST_CASE("loop: running stops at the instant asked for and goes on from there") {
  Loop loop;
  Diary diary;
  for (const std::int64_t t : {5, 10, 11}) {
    loop.schedule(Instant{t}, 1, 0, static_cast<std::uint32_t>(t));
  }
  loop.run_until(Instant{10}, diary);
  CHECK(diary.text == "5:5 10:10 ");
  CHECK(loop.now() == Instant{10});
  loop.schedule(Instant{10}, 1, 0, 99);  // what a change at this instant would do
  loop.run_until(never, diary);
  CHECK(diary.text == "5:5 10:10 10:99 11:11 ");
  CHECK(loop.now() == Instant{11});
}

TEST_CASE("loop: a cancelled timer neither fires nor holds anything up") {
  Loop loop;
  Diary diary;
  const LaneId lane = loop.timers.lane(nanoseconds(5));
  loop.timers.cancel(loop.arm(lane, 1, 0, 1));
  loop.schedule(Instant{1'000'000}, 1, 0, 2);
  loop.schedule(Instant{1'000'001}, 1, 0, 3);
  CHECK(loop.run_some(Instant{1'000'000}, 100, diary) == 1);
  CHECK(diary.text == "1000000:2 ");
  CHECK(loop.now() == Instant{1'000'000});
}

TEST_CASE("loop: same seed, same history; a fork is the same history") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Toy once(seed), again(seed), other(seed + 1'000);
    once.run_until(Instant{static_cast<std::int64_t>(seed * 97)});
    Toy fork = once;
    once.run_until(Instant{20'000});
    for (std::int64_t t = 3'000; t <= 20'000; t += 17) fork.run_until(Instant{t});
    fork.run_until(Instant{20'000});
    again.run_until(Instant{20'000});
    other.run_until(Instant{20'000});
    CHECK(once.loop.fingerprint() == again.loop.fingerprint());
    CHECK(once.loop.fingerprint() == fork.loop.fingerprint());
    CHECK(once.loop.fingerprint() != other.loop.fingerprint());
    CHECK(once.loop.handled() == again.loop.handled());
    CHECK(once.timed_out > 0);
  }
}

}  // namespace mesh
