// Refusing a share while the success rate is low.
#include "libmesh/policy/admission_control.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace mesh;

namespace {

constexpr Instant at_ms(std::int64_t ms) {
  return {milliseconds(ms).ns};
}

}  // namespace

TEST_CASE("admission_control: probability of refusal") {
  struct Row {
    const char* name;
    double threshold, aggression, max;
    std::uint64_t total, successes;
    double expected;
  };
  const Row rows[] = {
      {"nothing seen", 95, 1, 80, 0, 0, 0.0},
      {"all well", 95, 1, 80, 99, 99, (99 - 99 / 0.95) / 100},
      {"at the threshold", 95, 1, 80, 99, 94, (99 - 94 / 0.95) / 100},
      {"half fails", 100, 1, 80, 99, 50, 0.49},
      {"everything fails: the maximum", 95, 1, 80, 99, 0, 0.8},
      {"everything fails, no maximum", 95, 1, 100, 99, 0, 0.99},
      {"aggression 2 is the square root", 100, 2, 80, 99, 74, 0.5},
      {"aggression below 1 is 1", 100, 0.5, 80, 99, 74, 0.25},
      {"the maximum applies after it", 100, 2, 40, 99, 74, 0.4},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const AdmissionControlConfig config{.threshold_percent = row.threshold,
                                        .aggression = row.aggression,
                                        .max_rejection_percent = row.max};
    CHECK(rejection_probability(config, row.total, row.successes) ==
          doctest::Approx(row.expected).epsilon(1e-9));
  }
}

TEST_CASE("admission_control: the roll is modulo 10 000, strictly below 10 000 p") {
  const AdmissionControlConfig config{.threshold_percent = 100};
  AdmissionWindow window;
  for (int i = 0; i < 99; ++i) window.record(config, at_ms(0), i < 74);
  CHECK(rejects(config, window, at_ms(0), 2'499));  // p = 0.25
  CHECK_FALSE(rejects(config, window, at_ms(0), 2'500));
  CHECK(rejects(config, window, at_ms(0), 12'499));
}

TEST_CASE("admission_control: below rps_threshold nothing is refused") {
  AdmissionControlConfig config{.sampling_window = seconds(10), .rps_threshold = 10};
  AdmissionWindow window;
  for (int i = 0; i < 99; ++i) window.record(config, at_ms(0), false);
  CHECK_FALSE(rejects(config, window, at_ms(0), 0));  // 99 in 10 s are 9 per second
  window.record(config, at_ms(0), false);
  CHECK(rejects(config, window, at_ms(0), 0));
}

TEST_CASE("admission_control: the window against a list of all requests") {
  const AdmissionControlConfig config{.sampling_window = seconds(5)};
  std::mt19937 random(3);
  struct Seen {
    Instant bucket;
    bool success;
  };
  std::vector<Seen> seen;
  AdmissionWindow window;
  Instant now{}, bucket{};
  for (int step = 0; step < 5'000; ++step) {
    now = now + milliseconds(static_cast<int>(random() % 20 == 0 ? random() % 7'000 : 40));
    std::erase_if(seen, [&](const Seen& s) { return elapsed(s.bucket, now) >= seconds(5); });
    // A bucket is opened when the last one is a second old or gone, at the time of the request.
    if (seen.empty() || elapsed(bucket, now) >= seconds(1)) bucket = now;
    const bool success = random() % 3 != 0;
    seen.push_back({bucket, success});
    window.record(config, now, success);
    const auto good =
        std::count_if(seen.begin(), seen.end(), [](const Seen& s) { return s.success; });
    REQUIRE(window.requests() == seen.size());
    REQUIRE(window.successes() == static_cast<std::uint64_t>(good));
  }
  window.advance(config, now + seconds(5));
  CHECK(window.is_empty());
}

TEST_CASE("admission_control: what counts as success") {
  CHECK(is_http_success(499));
  CHECK_FALSE(is_http_success(500));
  for (const std::uint32_t bad : {4u, 8u, 10u, 13u, 14u, 15u}) CHECK_FALSE(is_grpc_success(bad));
  for (const std::uint32_t good : {0u, 1u, 2u, 3u, 5u, 6u, 7u, 9u, 11u, 12u, 16u}) {
    CHECK(is_grpc_success(good));
  }
}
