// Envoy's own cases of filters and routing (envoy.md §16, 93–98, 101–102).
#include <doctest/doctest.h>

#include <vector>

#include "libmesh/policy/adaptive_concurrency.h"
#include "libmesh/policy/admission_control.h"
#include "libmesh/policy/fault.h"
#include "libmesh/policy/local_rate_limit.h"
#include "libmesh/policy/mirror.h"
#include "libmesh/policy/weighted_cluster.h"

using namespace mesh;

namespace {

/// A controller whose requests come one after the other, with GC's parameters.
struct Gradient {
  explicit Gradient(double buffer_percent)
      : config{.min_rtt_interval = seconds(30),
               .min_rtt_request_count = 5,
               .min_rtt_jitter_percent = 0,
               .min_rtt_buffer_percent = buffer_percent},
        controller(config, now) {}

  GradientConfig config;
  Instant now{};
  GradientController controller;

  void serve(int n, Duration latency) {
    for (int i = 0; i < n; ++i) {
      REQUIRE(controller.admit());
      const Instant sent = now;
      now = now + latency;
      controller.complete(config, sent, now, 0);
    }
  }
};

}  // namespace

TEST_CASE("envoy#93 (decision): max_active_faults 0 skips every fault") {
  const FaultPolicy policy{.delay_share = {1'000'000}, .delay = seconds(1), .max_active = 0};
  CHECK(wants_delay(policy, 0));
  CHECK_FALSE(may_inject(policy, 0));
}

TEST_CASE("envoy#95: admission control's probabilities") {
  struct Row {
    double threshold, aggression;
    std::uint64_t success_percent;
    double expected;
  };
  for (const Row row :
       {Row{100, 1, 95, 0.05}, Row{100, 1, 75, 0.25}, Row{100, 2, 95, 0.22}, Row{100, 2, 75, 0.5},
        Row{95, 1, 90, 0.05}, Row{95, 1, 75, 0.20}, Row{95, 1, 50, 0.46}}) {
    CAPTURE(row.threshold);
    CAPTURE(row.aggression);
    CAPTURE(row.success_percent);
    const AdmissionControlConfig config{.threshold_percent = row.threshold,
                                        .aggression = row.aggression};
    const double p = rejection_probability(config, 10'000, row.success_percent * 100);
    CHECK(std::abs(p - row.expected) < 0.02);
  }
}

TEST_CASE("envoy#96: minRTT 5 ms with a buffer of 50 %: samples of 6 ms keep the limit rising") {
  Gradient g(50);
  CHECK(g.controller.limit() == 3);
  g.serve(5, milliseconds(5));
  CHECK(whole_milliseconds(g.controller.min_rtt()) == 5);
  for (int i = 0; i < 10; ++i) {
    const std::uint32_t before = g.controller.limit();
    g.serve(5, milliseconds(6));
    g.controller.on_update(g.config);
    CHECK(g.controller.limit() > before);
  }
}

TEST_CASE("envoy#97: a new measurement drops the limit to 3, then restores it") {
  Gradient g(25);
  g.serve(5, milliseconds(5));
  for (int i = 0; i < 5; ++i) {
    g.serve(5, milliseconds(4));
    g.controller.on_update(g.config);
  }
  const std::uint32_t limit = g.controller.limit();
  CHECK(limit > 3);
  g.now = g.now + seconds(31);
  g.controller.on_measure(g.config, g.now);
  CHECK(g.controller.limit() == 3);
  for (int i = 0; i < 5; ++i) {
    CHECK(g.controller.limit() == 3);
    g.serve(1, milliseconds(13));
  }
  CHECK(g.controller.limit() == limit);
}

TEST_CASE("envoy#98: a bucket of 1 at half a token per second, emptied at 0") {
  const TokenBucketConfig config{
      .max_tokens = 1, .tokens_per_fill = 1, .fill_interval = seconds(2)};
  TokenBucket bucket;
  CHECK(consume(config, bucket, Instant{}));
  CHECK_FALSE(consume(config, bucket, Instant{milliseconds(500).ns}));
  CHECK_FALSE(consume(config, bucket, Instant{milliseconds(1'500).ns}));
  CHECK(consume(config, bucket, Instant{milliseconds(2'000).ns}));
}

TEST_CASE("envoy#101: the shadow of cluster1:8000 is cluster1-shadow:8000") {
  CHECK(shadow_authority("cluster1:8000") == "cluster1-shadow:8000");
  CHECK(shadow_authority("cluster1") == "cluster1-shadow");
}

TEST_CASE("envoy#102: weights 30/30/40 with 115, 445, 560: clusters 1, 2, 3") {
  const std::vector<std::uint32_t> weights = {30, 30, 40};
  CHECK(weighted_cluster_pick(weights, 115) == 0);
  CHECK(weighted_cluster_pick(weights, 445) == 1);
  CHECK(weighted_cluster_pick(weights, 560) == 2);
}
