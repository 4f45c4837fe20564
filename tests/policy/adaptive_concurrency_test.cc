// The gradient controller, driven by hand.
#include "libmesh/policy/adaptive_concurrency.h"

#include <doctest/doctest.h>

using namespace mesh;

namespace {

constexpr GradientConfig quick{
    .min_rtt_interval = seconds(30), .min_rtt_request_count = 5, .min_rtt_jitter_percent = 0};

struct Driver {
  explicit Driver(const GradientConfig& c) : config(c), controller(c, now) {}
  GradientConfig config;
  Instant now{seconds(1).ns};
  GradientController controller;
  std::optional<Duration> next_measurement{};

  /// n requests one after the other.
  void serve(int n, Duration latency) {
    for (int i = 0; i < n; ++i) {
      REQUIRE(controller.admit());
      const Instant sent = now;
      now = now + latency;
      const auto wait = controller.complete(config, sent, now, 0);
      if (wait) next_measurement = wait;
    }
  }
};

}  // namespace

TEST_CASE("adaptive_concurrency: it starts measuring at the minimum and blocks above it") {
  Driver d(quick);
  CHECK(d.controller.measuring());
  CHECK(d.controller.limit() == 3);
  for (int i = 0; i < 3; ++i) CHECK(d.controller.admit());
  CHECK_FALSE(d.controller.admit());
  d.controller.cancel();
  CHECK(d.controller.admit());
  CHECK_FALSE(d.controller.admit());
}

TEST_CASE("adaptive_concurrency: enough samples end the measuring phase") {
  Driver d(quick);
  d.serve(4, milliseconds(5));
  CHECK(d.controller.measuring());
  d.serve(1, milliseconds(5));
  CHECK_FALSE(d.controller.measuring());
  CHECK(whole_milliseconds(d.controller.min_rtt()) == 5);
  CHECK(d.next_measurement == seconds(30));
}

TEST_CASE("adaptive_concurrency: the next measurement is jittered by modulo") {
  GradientConfig config = quick;
  config.min_rtt_jitter_percent = 15;
  GradientController controller(config, Instant{});
  std::optional<Duration> wait;
  for (int i = 0; i < 5; ++i) {
    controller.admit();
    wait = controller.complete(config, Instant{}, Instant{milliseconds(1).ns}, 4'500 + 77);
  }
  CHECK(wait == milliseconds(30'077));  // 15 % of 30 s are 4 500 ms
}

TEST_CASE("adaptive_concurrency: slower answers shrink the limit, by half at most") {
  GradientConfig config = quick;
  config.min_rtt_buffer_percent = 10;
  config.min_concurrency = 7;
  Driver d(config);
  d.serve(5, milliseconds(5));
  for (int i = 0; i < 10; ++i) {
    d.serve(5, milliseconds(4));
    d.controller.on_update(config);
  }
  const std::uint32_t before = d.controller.limit();
  CHECK(before > 100);
  d.serve(5, milliseconds(500));
  d.controller.on_update(config);
  CHECK(d.controller.limit() >= before / 2);
  CHECK(d.controller.limit() < before);
}

TEST_CASE("adaptive_concurrency: the new limit is the old one times the gradient, and its root") {
  Driver d(quick);
  d.serve(5, milliseconds(5));
  d.serve(5, milliseconds(10));  // 5.05 × 1.25 / 10.5: gradient 0.6012
  d.controller.on_update(quick);
  // 3 × 0.6012 = 1.80, + 1.34 = 3.14.
  CHECK(d.controller.limit() == 3);
  d.serve(5, milliseconds(1));  // gradient 2: 6 + 2.449
  d.controller.on_update(quick);
  CHECK(d.controller.limit() == 8);
  d.serve(5, milliseconds(1));  // 16 + 4
  d.controller.on_update(quick);
  CHECK(d.controller.limit() == 20);
}

TEST_CASE("adaptive_concurrency: the limit is capped") {
  GradientConfig config = quick;
  config.max_concurrency_limit = 10;
  Driver d(config);
  d.serve(5, milliseconds(5));
  for (int i = 0; i < 10; ++i) {
    d.serve(5, milliseconds(1));
    d.controller.on_update(config);
  }
  CHECK(d.controller.limit() == 10);
}

TEST_CASE("adaptive_concurrency: no samples, no change; no update while measuring") {
  Driver d(quick);
  d.serve(2, milliseconds(5));
  CHECK_FALSE(d.controller.on_update(quick));
  CHECK(d.controller.measuring());
  d.serve(3, milliseconds(5));
  CHECK_FALSE(d.controller.on_update(quick));
  CHECK(d.controller.limit() == 3);
}

TEST_CASE("adaptive_concurrency: five windows at the minimum call for a new measurement") {
  Driver d(quick);
  d.serve(5, milliseconds(5));
  for (int window = 1; window <= 5; ++window) {
    d.serve(5, milliseconds(100));
    const bool again = d.controller.on_update(quick);
    CAPTURE(window);
    // The end of the measuring phase restored a limit that was the minimum: it counts as none.
    CHECK(again == (window == 5));
  }
  d.controller.on_measure(quick, d.now);
  CHECK(d.controller.measuring());
}

TEST_CASE("adaptive_concurrency: samples of requests from before a measuring phase are ignored") {
  Driver d(quick);
  d.serve(5, milliseconds(5));
  for (int i = 0; i < 3; ++i) REQUIRE(d.controller.admit());
  const Instant sent = d.now;
  d.now = d.now + seconds(1);
  d.controller.on_measure(quick, d.now);
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(d.controller.complete(quick, sent, d.now, 0));
  }
  d.serve(4, milliseconds(5));
  CHECK(d.controller.measuring());
  d.serve(1, milliseconds(5));
  CHECK_FALSE(d.controller.measuring());
}
