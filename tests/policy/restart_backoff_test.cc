// CrashLoopBackOff: at once, 10 s, 20 s … 5 min, forgotten after 10 minutes.
#include "libmesh/policy/restart_backoff.h"

#include <doctest/doctest.h>

#include <vector>

namespace mesh {
namespace {

TEST_CASE("restart_backoff: the first restart comes at once, then 10 s doubling to 5 minutes") {
  RestartBackoff backoff;
  Instant now = Instant{} + hours(1);
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    const Duration wait = next_restart(backoff, now);
    waits.push_back(wait.ns / seconds(1).ns);
    now = now + wait + seconds(3);
  }
  CHECK(waits == std::vector<std::int64_t>{0, 10, 20, 40, 80, 160, 300, 300});
}

TEST_CASE("restart_backoff: who has run for more than 10 minutes begins anew") {
  RestartBackoff backoff;
  const Instant now = Instant{} + hours(1);
  CHECK(next_restart(backoff, now) == Duration{0});
  CHECK(next_restart(backoff, now + minutes(10)) == seconds(10));
  CHECK(next_restart(backoff, now + minutes(20) + seconds(11)) == Duration{0});
  CHECK(next_restart(backoff, now + minutes(21)) == seconds(10));
}

}  // namespace
}  // namespace mesh
