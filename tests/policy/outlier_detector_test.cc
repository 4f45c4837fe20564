// Which histories of a host eject it, for how long.
#include "libmesh/policy/outlier_detector.h"

#include <doctest/doctest.h>

#include <random>
#include <string_view>
#include <type_traits>

#include "tests/support/outlier_host.h"

using namespace mesh;
using testing::OutlierHost;

static_assert(std::is_trivially_copyable_v<OutlierHost>, "snapshots copy it");

namespace {

HostResult result_of(char c) {
  switch (c) {
    case 't':
    case 'T':
      return HostResult::LocalOriginTimeout;
    case 'f':
      return HostResult::LocalOriginConnectFailed;
    case 'c':
      return HostResult::LocalOriginConnectSuccess;
    case 'C':
      return HostResult::LocalOriginConnectSuccessFinal;
    default:
      return HostResult::ExternalCode;
  }
}

std::uint16_t code_of(char c) {
  switch (c) {
    case '2':
      return 200;
    case '4':
      return 404;
    case '5':
      return 500;
    case '3':
      return 503;
    case 't':
      return 504;
    default:
      return 0;
  }
}

/// Feeds a history; a tripped detector is handled as the engine does, its counter restarts.
/// Returns the names of what tripped with the position: "g4 5" = gateway at the 4th result …
std::string trips(const OutlierConfig& config, std::string_view history) {
  OutlierHost state;
  std::string out;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Tripped tripped = observe(config, state, result_of(history[i]), code_of(history[i]));
    for (int k = 0; k < tripped.count; ++k) {
      const Detector d = tripped.detector[k];
      if (!out.empty()) out += ' ';
      out += d == Detector::ConsecutiveGatewayFailure ? 'g'
             : d == Detector::Consecutive5xx          ? '5'
                                                      : 'l';
      out += std::to_string(i + 1);
      reset_counter(state, d);
    }
  }
  return out;
}

}  // namespace

TEST_CASE(
    "outlier: consecutive detectors over histories (digits = codes, letters = local origin)") {
  struct Row {
    const char* name;
    bool split;
    std::string_view history, trips;
  };
  // Thresholds: 5xx 4, gateway 3, local origin 3.
  const Row rows[] = {
      {"four 500s trip 5xx", false, "5555", "54"},
      {"a success breaks the run", false, "5552555", ""},
      {"a 4xx breaks it as well", false, "5554555", ""},
      {"503s trip gateway first, then 5xx on its own count", false, "3333", "g3 54"},
      {"a 500 breaks the gateway run but not the 5xx run", false, "33533", "54"},
      {"after a trip a full new run is needed", false, "55555555", "54 58"},
      {"timeouts are 504s", false, "ttt", "g3"},
      {"timeouts without a code are 504s as well", false, "TTT", "g3"},
      {"refused connections are 503s", false, "fff", "g3"},
      {"codes mix with local failures", false, "5tf3", "g4 54"},
      {"a connect success says nothing", false, "f c c f c f", "g6"},
      {"a TCP connection that came about is a success", false, "ffCff", ""},
      {"split: a TCP connection breaks the local run", true, "ffCff", ""},
      {"split: local ones only trip local", true, "tft", "l3"},
      {"split: codes do not touch the local run", true, "t2t5t", "l5"},
      {"split: a pool that becomes ready breaks the local run", true, "ttctt", ""},
      {"split: local failures do not feed 5xx", true, "ttt555", "l3"},
      {"split: codes count as codes, 500 is no gateway error", true, "5533", "54"},
  };
  const OutlierConfig base{.consecutive_5xx = 4,
                           .consecutive_gateway_failure = 3,
                           .consecutive_local_origin_failure = 3};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    OutlierConfig config = base;
    config.split_external_local_origin_errors = row.split;
    std::string history(row.history);
    std::erase(history, ' ');
    std::string expected(row.trips);
    CHECK(trips(config, history) == expected);
  }
}

TEST_CASE("outlier: a streak past its threshold says nothing more") {
  const OutlierConfig config{.consecutive_5xx = 2};
  OutlierHost state;
  int tripped = 0;
  for (int i = 0; i < 10; ++i) {
    tripped += observe(config, state, HostResult::ExternalCode, 500).count;
  }
  CHECK(tripped == 1);
  CHECK(state.consecutive_5xx == 10);
}

TEST_CASE("outlier: threshold 0 never trips") {
  const OutlierConfig config{.consecutive_5xx = 0, .consecutive_gateway_failure = 0};
  OutlierHost state;
  for (int i = 0; i < 10; ++i) {
    CHECK(observe(config, state, HostResult::ExternalCode, 503).count == 0);
  }
}

TEST_CASE("outlier: whether one more host may go") {
  struct Row {
    const char* name;
    std::uint32_t percent;
    bool always_one;
    std::uint32_t ejected, hosts;
    bool may;
  };
  const Row rows[] = {
      {"10 % of 9 hosts is nobody", 10, false, 0, 9, false},
      {"10 % of 10 hosts is one", 10, false, 0, 10, true},
      {"10 % of 10 hosts is not two", 10, false, 1, 10, false},
      {"10 % of 5 hosts, one always", 10, true, 0, 5, true},
      {"one always is not two", 10, true, 1, 5, false},
      {"50 % of 3 hosts is one", 50, false, 0, 3, true},
      {"50 % of 3 hosts is not two", 50, false, 1, 3, false},
      {"34 % of 3 hosts is one", 34, false, 0, 3, true},
      {"33 % of 3 hosts is nobody", 33, false, 0, 3, false},
      {"100 % is all", 100, false, 2, 3, true},
      {"more than 100 % is 100 %", 250, false, 3, 3, false},
      {"0 % is nobody", 0, false, 0, 1000, false},
      {"a cluster without hosts", 100, false, 0, 0, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const OutlierConfig config{.max_ejection_percent = row.percent,
                               .always_eject_one_host = row.always_one};
    CHECK(may_eject(config, row.ejected, row.hosts) == row.may);
  }
}

TEST_CASE("outlier: enforcing percentages as configured") {
  const OutlierConfig config;
  CHECK(enforcing(config, Detector::Consecutive5xx) == 100);
  CHECK(enforcing(config, Detector::ConsecutiveGatewayFailure) == 0);
  CHECK(enforcing(config, Detector::ConsecutiveLocalOriginFailure) == 100);
  CHECK(enforcing(config, Detector::SuccessRate) == 100);
  CHECK(enforcing(config, Detector::LocalOriginSuccessRate) == 100);
  CHECK(enforcing(config, Detector::FailurePercentage) == 0);
  CHECK(enforcing(config, Detector::LocalOriginFailurePercentage) == 0);
}

TEST_CASE("outlier: a stay is over at the first look that is late enough, not before") {
  const OutlierConfig config{.base_ejection_time = seconds(30)};
  OutlierHost state;
  const Instant at{seconds(5).ns};
  eject(config, state, at, 0);
  CHECK(state.ejected);
  CHECK(state.multiplier == 1);
  CHECK_FALSE(stay_is_over(config, state, at + seconds(30) - nanoseconds(1)));
  CHECK(stay_is_over(config, state, at + seconds(30)));
  uneject(state, at + seconds(40));
  CHECK_FALSE(stay_is_over(config, state, at + seconds(90)));  // it is in
}

TEST_CASE("outlier: the jitter comes on top of the longest stay") {
  const OutlierConfig config{.base_ejection_time = seconds(10),
                             .max_ejection_time = seconds(10),
                             .max_ejection_time_jitter = seconds(5)};
  OutlierHost state;
  eject(config, state, Instant{}, 4'000);
  CHECK_FALSE(stay_is_over(config, state, Instant{seconds(14).ns - 1}));
  CHECK(stay_is_over(config, state, Instant{seconds(14).ns}));
}

TEST_CASE("outlier: the multiplier stops growing one step past the maximum") {
  const OutlierConfig config{.base_ejection_time = seconds(10), .max_ejection_time = seconds(25)};
  OutlierHost state;
  // Grows while multiplier × base < max + base: 0, 10, 20, 30 < 35, then 40 is not.
  for (int i = 0; i < 10; ++i) {
    eject(config, state, Instant{}, 0);
    uneject(state, Instant{});
  }
  CHECK(state.multiplier == 4);
  eject(config, state, Instant{}, 0);
  CHECK_FALSE(stay_is_over(config, state, Instant{seconds(25).ns - 1}));
  CHECK(stay_is_over(config, state, Instant{seconds(25).ns}));
}

TEST_CASE("outlier: a present stay of exactly maximum and base does not grow the multiplier") {
  const OutlierConfig config{.base_ejection_time = seconds(10), .max_ejection_time = seconds(30)};
  OutlierHost state;
  for (int i = 0; i < 10; ++i) {  // 0, 10, 20, 30 are less than 40, 40 is not
    eject(config, state, Instant{}, 0);
    uneject(state, Instant{});
  }
  CHECK(state.multiplier == 4);
}

TEST_CASE("outlier: a return zeroes the streaks and keeps the interval's volumes") {
  const OutlierConfig config;
  OutlierHost state;
  for (int i = 0; i < 3; ++i) observe(config, state, HostResult::ExternalCode, 503);
  eject(config, state, Instant{}, 0);
  uneject(state, Instant{7});
  CHECK(state.consecutive_5xx == 0);
  CHECK(state.consecutive_gateway_failure == 0);
  CHECK(state.external_total == 3);
  CHECK(state.unejected_at == Instant{7});
}

TEST_CASE("outlier: the multiplier decays by one per tick, a full interval after the return") {
  const OutlierConfig config{.interval = seconds(10)};
  OutlierHost state;
  eject(config, state, Instant{}, 0);
  uneject(state, Instant{});
  eject(config, state, Instant{}, 0);
  decay_multiplier(config, state, Instant{seconds(60).ns});
  CHECK(state.multiplier == 2);  // it is out
  uneject(state, Instant{seconds(60).ns});
  decay_multiplier(config, state, Instant{seconds(70).ns - 1});
  CHECK(state.multiplier == 2);
  decay_multiplier(config, state, Instant{seconds(70).ns});
  CHECK(state.multiplier == 1);
  decay_multiplier(config, state, Instant{seconds(80).ns});
  CHECK(state.multiplier == 0);
  decay_multiplier(config, state, Instant{seconds(90).ns});
  CHECK(state.multiplier == 0);
}

TEST_CASE("outlier: interval detectors need enough hosts with enough requests") {
  const OutlierConfig config{.success_rate_minimum_hosts = 3,
                             .success_rate_request_volume = 100,
                             .failure_percentage_threshold = 50,
                             .failure_percentage_minimum_hosts = 2,
                             .failure_percentage_request_volume = 40};
  std::vector<std::uint32_t> out;
  const auto outliers = [&](Detector d, const std::vector<HostVolume>& hosts, std::uint32_t size) {
    interval_outliers(config, d, hosts, size, out);
    return out;
  };
  using V = std::vector<std::uint32_t>;
  const std::vector<HostVolume> hosts = {{7, 100, 100}, {8, 100, 100}, {9, 0, 100}, {4, 1, 50}};
  const OutlierConfig strict{.success_rate_minimum_hosts = 3, .success_rate_stdev_factor = 1000};

  // Mean 66.7, deviation 47.1: with factor 1.9 the threshold is negative.
  CHECK(outliers(Detector::SuccessRate, hosts, 4) == V{});
  interval_outliers(strict, Detector::SuccessRate, hosts, 4, out);
  CHECK(out == V{9});
  CHECK(outliers(Detector::FailurePercentage, hosts, 4) == V{9, 4});
  // One host short of the minimum.
  interval_outliers(strict, Detector::SuccessRate, std::span(hosts).subspan(1, 2), 4, out);
  CHECK(out == V{});
  CHECK(outliers(Detector::FailurePercentage, {hosts[2]}, 4) == V{});
  // A cluster below both minimums is not looked at.
  CHECK(outliers(Detector::FailurePercentage, hosts, 1) == V{});
  CHECK(outliers(Detector::FailurePercentage, {}, 4) == V{});
}

TEST_CASE("outlier: a failure percentage at the threshold ejects, a rate at it does not") {
  const OutlierConfig config{.failure_percentage_threshold = 85,
                             .failure_percentage_minimum_hosts = 1};
  std::vector<std::uint32_t> out;
  const HostVolume at{1, 15, 100}, below{2, 16, 100};
  interval_outliers(config, Detector::FailurePercentage, std::vector{at, below}, 5, out);
  CHECK(out == std::vector<std::uint32_t>{1});

  // All equal: the threshold is the mean itself, nobody is strictly below.
  const OutlierConfig flat{.success_rate_stdev_factor = 0};
  const std::vector<HostVolume> equal(5, HostVolume{3, 50, 100});
  interval_outliers(flat, Detector::SuccessRate, equal, 5, out);
  CHECK(out.empty());
}

TEST_CASE("outlier: a cell that is dropped when it equals the default changes nothing") {
  std::mt19937_64 random(2024);
  const OutlierConfig config{.interval = seconds(1),
                             .base_ejection_time = seconds(1),
                             .consecutive_5xx = 3,
                             .consecutive_gateway_failure = 2};
  OutlierHost kept, dropped;
  Instant now{};
  int drops = 0;
  for (int step = 0; step < 50'000; ++step) {
    now = now + milliseconds(static_cast<int>(random() % 400));
    const std::uint64_t word = random();
    const auto act = [&](OutlierHost& state) {
      if (word % 8 == 0) {  // a tick
        if (stay_is_over(config, state, now)) uneject(state, now);
        state.external_success = state.external_total = 0;
        decay_multiplier(config, state, now);
        return 0;
      }
      const Tripped tripped =
          observe(config, state, HostResult::ExternalCode, word % 16 == 1 ? 503 : 200);
      for (int k = 0; k < tripped.count; ++k) {
        if (!state.ejected) eject(config, state, now, word);
        reset_counter(state, tripped.detector[k]);
      }
      return int{tripped.count};
    };
    REQUIRE(act(kept) == act(dropped));
    REQUIRE(kept.ejected == dropped.ejected);
    REQUIRE(kept.multiplier == dropped.multiplier);
    if (is_default(dropped)) {
      dropped = OutlierHost{};
      ++drops;
    }
  }
  CHECK(drops > 50);
}
