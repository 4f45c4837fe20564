// The kernel in steady state never asks for memory.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "libmesh/base/distribution.h"
#include "libmesh/base/rng.h"
#include "libmesh/kernel/loop.h"

namespace {
std::uint64_t allocations = 0;
}

// Counts what the whole test executable allocates.
void* operator new(std::size_t size) {
  allocations += 1;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}

namespace mesh {
namespace {

/// Entities that hold for an exponential time, each with a timeout that is cancelled or fires.
struct Holding {
  Loop loop;
  LaneId lane;
  std::vector<TimerRef> timeout;
  Distribution law{Exponential{milliseconds(1)}};
  Draws draws{91};
  std::uint64_t drawn = 0, timed_out = 0;

  explicit Holding(std::uint32_t pending) : timeout(pending) {
    lane = loop.timers.lane(milliseconds(3));
    for (std::uint32_t i = 0; i < pending; ++i) loop.schedule(Instant{i}, 1, 0, i);
  }
  void on_event(const Event& e) {
    loop.timers.cancel(timeout[e.slot()]);
    timeout[e.slot()] = loop.arm(lane, 2, 0, e.slot());
    const Duration ahead = law.sample(draws.at(Purpose::Disturbance, 0, drawn++));
    loop.schedule(loop.now() + ahead, 1, 0, e.slot());
  }
  void on_timer(const Fired& f) {
    timeout[f.slot()] = TimerRef::none();
    timed_out += 1;
  }
};

}  // namespace

TEST_CASE("allocation: none in 300,000 events after a warm-up, timers included") {
  for (const std::uint32_t pending : {1u, 10u, 100u, 3'000u}) {
    CAPTURE(pending);
    Holding world(pending);
    world.loop.run_some(never, 100'000, world);
    const std::uint64_t before = allocations;
    world.loop.run_some(never, 300'000, world);
    CHECK(allocations - before == 0);
    CHECK(world.timed_out > 0);
  }
}

}  // namespace mesh
