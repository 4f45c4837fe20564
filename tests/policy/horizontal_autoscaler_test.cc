// How many replicas Kubernetes' autoscaler asks for: vectors, groups of pods, windows, policies.
#include "libmesh/policy/horizontal_autoscaler.h"

#include <doctest/doctest.h>

#include <string>

namespace mesh {
namespace {

using Kind = MetricTarget::Kind;
using Pods = std::vector<PodStatus>;

constexpr Instant now = Instant{} + hours(1);

PodStatus pod(std::int64_t value, std::int64_t request = 0) {
  return {.measured = true,
          .measured_at = now,
          .window = seconds(15),
          .value = value,
          .request = request};
}
PodStatus missing(std::int64_t request = 100) {
  return {.request = request};
}
/// Started 20 s ago and not ready yet.
PodStatus starting(std::int64_t value, std::int64_t request = 100) {
  PodStatus status = pod(value, request);
  status.ready = false;
  status.started = status.ready_changed = now - seconds(20);
  return status;
}

std::string text(std::optional<std::uint32_t> replicas) {
  return replicas ? std::to_string(*replicas) : "unknown";
}

TEST_CASE(
    "horizontal_autoscaler: replicas times metric by target, rounded up, and a dead band of 10 %") {
  struct Row {
    std::uint32_t replicas;
    std::int64_t value, target;
    std::uint32_t wanted;
  };
  // Kubernetes' documentation, "Algorithm details".
  for (const Row& row :
       {Row{4, 200, 100, 8}, Row{4, 50, 100, 2}, Row{10, 109, 100, 10}, Row{10, 111, 100, 12},
        Row{10, 91, 100, 10}, Row{10, 89, 100, 9}, Row{3, 250, 80, 10}, Row{7, 65, 50, 10},
        Row{10, 110, 100, 10}, Row{10, 90, 100, 10}}) {
    CAPTURE(row.replicas);
    CAPTURE(row.value);
    const AutoscalerConfig config;
    const Pods average(row.replicas, pod(row.value * 1000));
    CHECK(replicas_for(config, {Kind::AverageValue, row.target * 1000}, false, average,
                       row.replicas, now) == row.wanted);
    const Pods utilization(row.replicas, pod(row.value * 5, 500));
    CHECK(replicas_for(config, {Kind::Utilization, row.target}, true, utilization, row.replicas,
                       now) == row.wanted);
  }
}

TEST_CASE("horizontal_autoscaler: pods without a value, pods that are not ready") {
  struct Row {
    const char* name;
    MetricTarget target;
    bool is_cpu;
    Pods pods;
    std::uint32_t current;
    const char* wanted;
  };
  const MetricTarget half{Kind::Utilization, 50};
  const MetricTarget ten{Kind::AverageValue, 10};
  PodStatus pending = starting(0);
  pending.pending = true;
  PodStatus terminating = pod(1000, 100);
  terminating.terminating = true;
  PodStatus never_ready = starting(500);
  never_ready.started = now - minutes(10);
  never_ready.ready_changed = never_ready.started + seconds(10);
  PodStatus lost_readiness = never_ready;
  lost_readiness.ready_changed = now - seconds(1);
  PodStatus fresh = pod(100, 100);  // ready, and its window reaches back before that
  fresh.started = now - seconds(30);
  fresh.ready_changed = now - seconds(10);
  PodStatus settled = fresh;
  settled.ready_changed = now - seconds(15);
  const Row rows[] = {
      {"nobody has a value", half, true, {missing(), missing()}, 2, "unknown"},
      {"there is nobody", half, true, {}, 0, "unknown"},
      {"nobody requests anything", half, true, {pod(90, 0)}, 1, "unknown"},
      {"on the way up who has no value is idle", half, true, {pod(100, 100), missing()}, 2, "2"},
      {"and still it goes up", half, true, {pod(160, 100), missing()}, 2, "4"},
      {"on the way down who has no value uses all it requests",
       half,
       true,
       {pod(10, 100), pod(10, 100), pod(10, 100), missing()},
       4,
       "3"},
      {"which may be enough to stay", half, true, {pod(10, 100), missing()}, 2, "2"},
      {"a target above 100 % is what he is taken to use",
       {Kind::Utilization, 200},
       true,
       {pod(20, 100), pod(20, 100), missing()},
       3,
       "2"},
      {"of a metric of pods he has exactly the target",
       ten,
       false,
       {pod(2), pod(2), pod(2), missing()},
       4,
       "2"},
      {"on the way up who is not ready is idle", half, true, {pod(90, 100), starting(900)}, 2, "2"},
      {"who is not ready does not count on the way down",
       half,
       true,
       {pod(10, 100), pod(10, 100), starting(900)},
       3,
       "1"},
      {"who is not ready counts for metrics of pods", ten, false, {pod(10), starting(50)}, 2, "6"},
      {"a pending pod is not ready for any metric", ten, false, {pod(30), pending}, 2, "3"},
      {"a pod that is leaving does not count", half, true, {pod(50, 100), terminating}, 2, "2"},
      {"who has never been ready after 5 minutes does not count",
       half,
       true,
       {pod(50, 100), never_ready},
       2,
       "2"},
      {"who was ready once counts", half, true, {pod(50, 100), lost_readiness}, 2, "11"},
      {"a window that began before the pod was ready does not count",
       half,
       true,
       {pod(50, 100), fresh},
       2,
       "2"},
      {"one that began with it does", half, true, {pod(50, 100), settled}, 2, "3"},
      {"percent are cut off: 109.9 % of 100 is 109",
       {Kind::Utilization, 100},
       true,
       {pod(1099, 1000)},
       1,
       "1"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(text(replicas_for({}, row.target, row.is_cpu, row.pods, row.current, now)) == row.wanted);
  }
}

TEST_CASE("horizontal_autoscaler: of several metrics the largest; an unknown one forbids less") {
  using Asked = std::vector<std::optional<std::uint32_t>>;
  CHECK(text(largest(Asked{3, 7, 5}, 4)) == "7");
  CHECK(text(largest(Asked{3, std::nullopt}, 4)) == "unknown");
  CHECK(text(largest(Asked{4, std::nullopt}, 4)) == "4");
  CHECK(text(largest(Asked{6, std::nullopt}, 4)) == "6");
  CHECK(text(largest(Asked{std::nullopt}, 4)) == "unknown");
  CHECK(text(largest(Asked{}, 4)) == "unknown");
}

/// "4 8 10": the replicas after each look, 15 s apart, when the metrics ask for these.
std::string history(const AutoscalerConfig& config, std::uint32_t replicas,
                    const std::vector<std::optional<std::uint32_t>>& asked) {
  AutoscalerState state;
  std::string out;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const Instant at = now + seconds(15 * static_cast<std::int64_t>(k));
    replicas = reconcile(config, state, replicas, asked[k], at);
    out += (out.empty() ? "" : " ") + std::to_string(replicas);
  }
  return out;
}

TEST_CASE("horizontal_autoscaler: limits, windows and policies, look by look") {
  const AutoscalerConfig plain{.min_replicas = 2, .max_replicas = 20};
  AutoscalerConfig quick = plain;
  quick.down.stabilization = {};
  AutoscalerConfig cautious = quick;
  cautious.up.stabilization = seconds(30);
  AutoscalerConfig two_a_minute = quick;
  two_a_minute.up.policies = {{ScalingPolicy::Kind::Pods, 2, seconds(60)}};
  two_a_minute.down.policies = {{ScalingPolicy::Kind::Pods, 1, seconds(30)}};
  AutoscalerConfig least = quick;
  least.up.select = SelectPolicy::Min;
  AutoscalerConfig no_way_down = quick;
  no_way_down.down.select = SelectPolicy::Disabled;
  AutoscalerConfig ten_percent = quick;
  ten_percent.up.policies = {{ScalingPolicy::Kind::Percent, 10, seconds(15)}};
  ten_percent.down.policies = {{ScalingPolicy::Kind::Percent, 10, seconds(15)}};
  AutoscalerConfig to_zero = quick;
  to_zero.min_replicas = 0;
  struct Row {
    const char* name;
    AutoscalerConfig config;
    std::uint32_t replicas;
    std::vector<std::optional<std::uint32_t>> asked;
    const char* after;
  };
  const Row rows[] = {
      {"at most double, or four more, within 15 s", plain, 2, {20, 20, 20}, "6 12 20"},
      {"never more than the maximum", plain, 15, {90}, "20"},
      {"too many are cut whatever the metrics say", plain, 25, {std::nullopt}, "20"},
      {"too few are filled up whatever the metrics say", plain, 1, {std::nullopt}, "2"},
      {"none is off", plain, 0, {5}, "0"},
      {"none and a minimum of none is not", to_zero, 0, {3}, "3"},
      {"unknown metrics change nothing", plain, 4, {std::nullopt, std::nullopt}, "4 4"},
      {"down at once without a window", quick, 10, {3}, "3"},
      {"never fewer than the minimum", quick, 10, {1}, "2"},
      {"the least of the last 30 s counts upwards", cautious, 4, {8, 8, 6, 8}, "4 4 6 6"},
      {"two pods a minute", two_a_minute, 4, {9, 9, 9, 9, 9}, "6 6 6 6 8"},
      {"one pod less in 30 s", two_a_minute, 6, {2, 2, 2, 2}, "5 5 4 4"},
      {"the smaller of both policies", least, 2, {20}, "4"},
      {"a direction that is switched off", no_way_down, 6, {2, 9}, "6 9"},
      {"a tenth is rounded up upwards", ten_percent, 4, {9, 9}, "5 6"},
      {"and downwards", ten_percent, 4, {2, 2}, "3 2"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(history(row.config, row.replicas, row.asked) == row.after);
  }
}

TEST_CASE("horizontal_autoscaler: five minutes after the last high recommendation it goes down") {
  const AutoscalerConfig config{.min_replicas = 1, .max_replicas = 20};
  AutoscalerState state;
  CHECK(reconcile(config, state, 10, 10, now) == 10);
  CHECK(reconcile(config, state, 10, 4, now + seconds(15)) == 10);
  CHECK(reconcile(config, state, 10, 3, now + minutes(5) - seconds(1)) == 10);
  CHECK(reconcile(config, state, 10, 3, now + minutes(5)) == 4);
  CHECK(reconcile(config, state, 4, 3, now + minutes(5) + seconds(15)) == 3);
}

}  // namespace
}  // namespace mesh
