// Envoy's own cases of outlier detection (envoy.md §16, 55–69).
#include <doctest/doctest.h>

#include <vector>

#include "libmesh/policy/outlier_detector.h"
#include "tests/support/outlier_host.h"

using namespace mesh;
using testing::OutlierHost;

namespace {

constexpr Instant at_ms(std::int64_t ms) {
  return {milliseconds(ms).ns};
}

/// The main thread of one cluster: what DetectorImpl does around the arithmetic.
struct Cluster {
  OutlierConfig config;
  std::vector<OutlierHost> hosts;
  bool roll = true;  // outcome of an enforcing roll between 1 and 99 %
  std::uint64_t word = 0;
  Instant now{};
  int detected = 0, enforced = 0, overflow = 0, deprecated_total = 0;

  Cluster(OutlierConfig c, std::size_t n) : config(c), hosts(n) {}

  std::uint32_t active() const {
    std::uint32_t n = 0;
    for (const OutlierHost& h : hosts) n += h.ejected ? 1 : 0;
    return n;
  }
  void try_eject(std::size_t host, Detector detector) {
    ++detected;
    if (!may_eject(config, active(), static_cast<std::uint32_t>(hosts.size()))) {
      ++overflow;
      return;
    }
    deprecated_total += detector == Detector::Consecutive5xx || detector == Detector::SuccessRate;
    if (enforcing(config, detector) == 0 || !roll) return;
    eject(config, hosts[host], now, word);
    ++enforced;
  }
  void put(std::size_t host, HostResult result, std::uint16_t code = 0) {
    const Tripped tripped = observe(config, hosts[host], result, code);
    for (int i = 0; i < tripped.count; ++i) {
      if (hosts[host].ejected) continue;
      try_eject(host, tripped.detector[i]);
      reset_counter(hosts[host], tripped.detector[i]);
    }
  }
  void codes(std::size_t host, const std::vector<std::uint16_t>& all) {
    for (const std::uint16_t code : all) put(host, HostResult::ExternalCode, code);
  }
  void repeat(std::size_t host, int n, HostResult result, std::uint16_t code = 0) {
    for (int i = 0; i < n; ++i) put(host, result, code);
  }
  void tick(Instant at) {
    now = at;
    std::vector<HostVolume> volumes;
    for (std::uint32_t i = 0; i < hosts.size(); ++i) {
      OutlierHost& h = hosts[i];
      if (stay_is_over(config, h, now)) uneject(h, now);
      if (!h.ejected && h.external_total > 0) {
        volumes.push_back({i, h.external_success, h.external_total});
      }
      h.external_success = h.external_total = h.local_success = h.local_total = 0;
    }
    std::vector<std::uint32_t> out;
    for (const Detector d : {Detector::SuccessRate, Detector::FailurePercentage}) {
      interval_outliers(config, d, volumes, static_cast<std::uint32_t>(hosts.size()), out);
      for (const std::uint32_t host : out) try_eject(host, d);
    }
    for (OutlierHost& h : hosts) decay_multiplier(config, h, now);
  }
};

OutlierConfig quiet() {
  return {.max_ejection_percent = 100, .enforcing_success_rate = 0};
}

}  // namespace

TEST_CASE("envoy#55: five 5xx in a row eject; back at the first tick after 30 s") {
  Cluster c(quiet(), 1);
  c.codes(0, {503, 200, 503, 503, 503, 503});
  CHECK_FALSE(c.hosts[0].ejected);
  c.codes(0, {503});
  CHECK(c.hosts[0].ejected);
  c.tick(at_ms(9'999));
  CHECK(c.hosts[0].ejected);
  c.tick(at_ms(30'001));
  CHECK_FALSE(c.hosts[0].ejected);
}

TEST_CASE("envoy#56: a 500 breaks the gateway run; the fifth 503 after it ejects") {
  OutlierConfig config = quiet();
  config.enforcing_consecutive_gateway_failure = 100;
  config.enforcing_consecutive_5xx = 0;
  Cluster c(config, 1);
  c.codes(0, {503, 500, 503, 503, 503, 503});
  CHECK_FALSE(c.hosts[0].ejected);
  c.codes(0, {503});
  CHECK(c.hosts[0].ejected);
}

TEST_CASE("envoy#57: five timeouts with code 500, with code 200, without a code") {
  struct Row {
    std::uint16_t code;
    bool ejected;
  };
  for (const Row row : {Row{500, true}, Row{200, false}, Row{0, true}}) {
    CAPTURE(row.code);
    Cluster c(quiet(), 1);
    c.repeat(0, 5, HostResult::LocalOriginTimeout, row.code);
    CHECK(c.hosts[0].ejected == row.ejected);
  }
}

TEST_CASE("envoy#58: of two hosts under 60 % the first goes, the second overflows") {
  OutlierConfig config = quiet();
  config.max_ejection_percent = 60;
  Cluster c(config, 2);
  for (const std::size_t host : {0u, 1u}) c.repeat(host, 5, HostResult::ExternalCode, 500);
  CHECK(c.hosts[0].ejected);
  CHECK_FALSE(c.hosts[1].ejected);
  CHECK(c.overflow == 1);
}

TEST_CASE("envoy#59: of three hosts under 50 % one goes") {
  OutlierConfig config = quiet();
  config.max_ejection_percent = 50;
  Cluster c(config, 3);
  for (std::size_t host = 0; host < 3; ++host) c.repeat(host, 5, HostResult::ExternalCode, 500);
  CHECK(c.active() == 1);
}

TEST_CASE("envoy#60: of three hosts under 30 % with always_eject_one_host exactly one goes") {
  OutlierConfig config = quiet();
  config.max_ejection_percent = 30;
  config.always_eject_one_host = true;
  Cluster c(config, 3);
  for (std::size_t host = 0; host < 3; ++host) c.repeat(host, 5, HostResult::ExternalCode, 500);
  CHECK(c.active() == 1);
}

TEST_CASE("envoy#61: a single host under 90 % never goes") {
  OutlierConfig config = quiet();
  config.max_ejection_percent = 90;
  Cluster c(config, 1);
  c.repeat(0, 50, HostResult::ExternalCode, 500);
  CHECK(c.active() == 0);
  CHECK(c.overflow == 10);
}

TEST_CASE("envoy#62: without enforcing the detection is counted, the host stays") {
  OutlierConfig config = quiet();
  config.enforcing_consecutive_5xx = 0;
  Cluster c(config, 1);
  c.repeat(0, 5, HostResult::ExternalCode, 500);
  CHECK_FALSE(c.hosts[0].ejected);
  CHECK(c.detected == 1);
  CHECK(c.enforced == 0);
  CHECK(c.deprecated_total == 1);
}

TEST_CASE("envoy#63: rates 50, 100 × 4 with factor 1.9: mean 90, threshold 52, the 50 goes") {
  const std::vector<double> rates = {50, 100, 100, 100, 100};
  const SuccessRateThreshold t = success_rate_threshold(rates, 1.9);
  CHECK(t.mean == 90.0);
  CHECK(t.threshold == doctest::Approx(52.0).epsilon(1e-12));

  OutlierConfig config = quiet();
  config.enforcing_success_rate = 100;
  config.consecutive_5xx = 1'000'000;
  Cluster c(config, 5);
  for (std::size_t host = 0; host < 5; ++host) {
    c.repeat(host, host == 4 ? 50 : 100, HostResult::ExternalCode, 200);
  }
  c.repeat(4, 50, HostResult::ExternalCode, 500);
  c.tick(at_ms(10'000));
  CHECK(c.active() == 1);
  CHECK(c.hosts[4].ejected);
}

TEST_CASE("envoy#64: fifty requests per host are too few: no mean, no ejection") {
  OutlierConfig config = quiet();
  config.enforcing_success_rate = 100;
  config.enforcing_failure_percentage = 0;
  Cluster c(config, 5);
  std::vector<HostVolume> volumes;
  for (std::uint32_t host = 0; host < 5; ++host) {
    volumes.push_back({host, host == 4 ? 0u : 50u, 50});
  }
  CHECK(cluster_success_rate(config, volumes).mean == -1.0);
  CHECK(cluster_success_rate(config, volumes).threshold == -1.0);
  std::vector<std::uint32_t> out;
  interval_outliers(config, Detector::SuccessRate, volumes, 5, out);
  CHECK(out.empty());
}

TEST_CASE("envoy#65: 250 of 300 failures stay under a threshold of 85 %, 300 of 350 do not") {
  const OutlierConfig config{.failure_percentage_threshold = 85};
  std::vector<HostVolume> volumes(4, HostVolume{0, 300, 300});
  volumes.push_back({4, 50, 300});
  std::vector<std::uint32_t> out;
  interval_outliers(config, Detector::FailurePercentage, volumes, 5, out);
  CHECK(out.empty());
  volumes.back() = {4, 50, 350};
  interval_outliers(config, Detector::FailurePercentage, volumes, 5, out);
  CHECK(out == std::vector<std::uint32_t>{4});
}

TEST_CASE(
    "envoy#66: stays of 10, 20, 30 s; shorter after healthy intervals, 10 s after long health") {
  OutlierConfig config = quiet();
  config.base_ejection_time = seconds(10);
  config.interval = seconds(10);
  Cluster c(config, 1);
  Instant now = at_ms(0);
  const auto stay_s = [&] {
    c.now = now;
    c.repeat(0, 5, HostResult::ExternalCode, 503);
    REQUIRE(c.hosts[0].ejected);
    const Instant out = now;
    while (c.hosts[0].ejected) {
      now = now + seconds(10);
      c.tick(now);
    }
    return elapsed(out, now).ns / seconds(1).ns;
  };
  CHECK(stay_s() == 10);
  CHECK(stay_s() == 20);
  CHECK(stay_s() == 30);
  // Two healthy intervals take two steps off the multiplier of three.
  for (int i = 0; i < 2; ++i) c.tick(now = now + seconds(10));
  CHECK(stay_s() == 20);
  for (int i = 0; i < 50; ++i) c.tick(now = now + seconds(10));
  CHECK(stay_s() == 10);
}

TEST_CASE("envoy#67: base 10 s, max 300 s: the stay is capped after thirty ejections") {
  OutlierConfig config = quiet();
  config.base_ejection_time = seconds(10);
  OutlierHost state;
  const auto stay_s = [&] {
    eject(config, state, at_ms(0), 0);
    std::int64_t s = 0;
    while (!stay_is_over(config, state, Instant{seconds(s).ns})) ++s;
    uneject(state, at_ms(0));
    return s;
  };
  for (int i = 1; i <= 30; ++i) CHECK(stay_s() == 10 * i);
  for (int i = 0; i < 5; ++i) CHECK(stay_s() == 300);
}

TEST_CASE("envoy#68: jitter up to 10 000 ms with the word 123456789 is 4445 ms") {
  OutlierConfig config = quiet();
  config.max_ejection_time_jitter = milliseconds(10'000);
  OutlierHost state;
  eject(config, state, at_ms(0), 123'456'789);
  CHECK(state.jitter == milliseconds(4'445));
}

TEST_CASE("envoy#69: split mode: fifteen timeouts eject at the fifth, the rest does not delay") {
  OutlierConfig config = quiet();
  config.split_external_local_origin_errors = true;
  Cluster c(config, 1);
  c.repeat(0, 4, HostResult::LocalOriginTimeout, 504);
  CHECK_FALSE(c.hosts[0].ejected);
  c.repeat(0, 11, HostResult::LocalOriginTimeout, 504);
  CHECK(c.hosts[0].ejected);
  CHECK(c.enforced == 1);
  c.tick(at_ms(30'001));
  CHECK_FALSE(c.hosts[0].ejected);
  c.repeat(0, 5, HostResult::LocalOriginTimeout, 504);
  CHECK(c.hosts[0].ejected);
}
