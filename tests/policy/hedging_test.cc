// Per-try timeouts with hedging on or off.
#include "libmesh/policy/hedging.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("hedging: what a per-try timeout does") {
  using A = PerTryTimeoutAction;
  struct Row {
    const char* name;
    PerTryTimeoutView view;
    A action;
  };
  const Row rows[] = {
      {"no hedging: the try is reset", {false, false, true}, A::Reset},
      {"no hedging, no policy: reset all the same", {false, false, false}, A::Reset},
      {"no hedging, response on its way: nothing", {false, true, true}, A::Ignore},
      {"hedging: the try goes on and another starts", {true, false, true}, A::KeepAndRetry},
      {"hedging without a policy: nothing to start", {true, false, false}, A::Keep},
      {"hedging, response on its way: only noted", {true, true, true}, A::Keep},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(on_per_try_timeout(row.view) == row.action);
  }
}

TEST_CASE("hedging: a bad outcome is withheld while another try may do better") {
  CHECK(is_withheld({.awaiting_headers = 1}));
  CHECK(is_withheld({.pending_retries = 1}));
  CHECK_FALSE(is_withheld({}));
  CHECK(may_retry_again(false));
  CHECK_FALSE(may_retry_again(true));
}

TEST_CASE("hedging: the header overrides the route both ways") {
  CHECK(final_hedging(true, HedgeHeader::Absent));
  CHECK_FALSE(final_hedging(true, HedgeHeader::False));
  CHECK(final_hedging(false, HedgeHeader::True));
}
