// Adaptive throttling: the probability of equation 21-1, and what slides out of the window.
#include "libmesh/policy/adaptive_throttle.h"

#include <doctest/doctest.h>

#include <deque>
#include <random>

namespace mesh {
namespace {

ThrottleWindow window_of(int requests, int accepts) {
  ThrottleWindow window;
  for (int i = 0; i < requests; ++i) window.add_request();
  for (int i = 0; i < accepts; ++i) window.add_accept();
  return window;
}

TEST_CASE("adaptive_throttle: max(0, (requests - K accepts) / (requests + 1))") {
  struct Row {
    double k;
    int requests, accepts;
    double p;
  };
  for (const Row& row : {
           Row{2, 0, 0, 0},
           Row{2, 9, 9, 0},
           Row{2, 100, 50, 0},
           Row{2, 99, 0, 0.99},
           Row{2, 99, 20, 0.59},
           Row{1.1, 99, 50, 0.44},
           Row{1, 99, 99, 0},
       }) {
    CAPTURE(row.requests);
    CHECK(refusal_probability({.k = row.k}, window_of(row.requests, row.accepts)) ==
          doctest::Approx(row.p));
  }
}

TEST_CASE("adaptive_throttle: a refused call counts as a request") {
  const AdaptiveThrottleConfig config;
  ThrottleWindow window = window_of(99, 0);
  CHECK(refuses(config, window, Instant{}, 0.98));
  CHECK(window.requests() == 100);
  CHECK_FALSE(refuses(config, window, Instant{}, 0.999));
  accept(config, window, Instant{});
  CHECK(window.requests() == 101);
  CHECK(window.accepts() == 1);
}

TEST_CASE("adaptive_throttle: the window is a list of the newest 24 parts") {
  const AdaptiveThrottleConfig config{.window = seconds(24)};
  std::mt19937_64 random(3);
  ThrottleWindow window;
  std::deque<std::int64_t> requests, accepts;
  Instant now{};
  for (int step = 0; step < 5000; ++step) {
    now = now + milliseconds(static_cast<std::int64_t>(random() % 100 == 0 ? random() % 60'000
                                                                           : random() % 1500));
    const std::int64_t part = now.ns / 1'000'000'000;
    window.advance(config, now);
    if (random() % 2 == 0) {
      window.add_request();
      requests.push_back(part);
    } else {
      window.add_accept();
      accepts.push_back(part);
    }
    for (auto* list : {&requests, &accepts}) {
      while (!list->empty() && list->front() <= part - 24) list->pop_front();
    }
    REQUIRE(window.requests() == requests.size());
    REQUIRE(window.accepts() == accepts.size());
  }
}

}  // namespace
}  // namespace mesh
