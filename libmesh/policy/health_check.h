// Envoy's active health checking as a state machine per host.
#pragma once

#include <algorithm>
#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

/// Source: source/extensions/health_checkers/common/health_checker_base_impl.cc (constructor). The
/// first four have no default in Envoy. A Duration of 0 means "as the field that it defaults to".
struct HealthCheckConfig {
  Duration timeout = seconds(1);
  Duration interval = seconds(10);
  std::uint32_t unhealthy_threshold = 3, healthy_threshold = 1;
  Duration no_traffic_interval = seconds(60);
  Duration no_traffic_healthy_interval{0};  // no_traffic_interval
  Duration unhealthy_interval{0};           // interval
  Duration unhealthy_edge_interval{0};      // unhealthy_interval
  Duration healthy_edge_interval{0};        // interval
  Duration initial_jitter{0};
  Duration interval_jitter{0};
  std::uint32_t interval_jitter_percent = 0;
  bool operator==(const HealthCheckConfig&) const = default;
};

enum class CheckResult : std::uint8_t {
  Success,
  Degraded,         // success with x-envoy-degraded
  BadStatus,        // unexpected HTTP status: unhealthy at once
  RetriableStatus,  // listed in retriable_statuses: counts towards the threshold
  Timeout,
  ConnectError,
  Passive,  // x-envoy-immediate-health-check-fail on a request: unhealthy at once
};
constexpr bool is_success(CheckResult r) {
  return r == CheckResult::Success || r == CheckResult::Degraded;
}

/// One host under check. A new host has failed until its first result; `pending` (and thereby
/// excluded) only with ignore_new_hosts_until_first_hc.
struct HealthCheckState {
  bool failed = true;
  bool degraded = false;
  bool pending = false;
  bool first_check = true;
  std::uint32_t healthy_run = 0, unhealthy_run = 0;
  bool operator==(const HealthCheckState&) const = default;
};

enum class HealthTransition : std::uint8_t { Unchanged, Changed, ChangePending };

/// Counts one result. Changed: the hosts' health must be told to the balancers, and a host that
/// turned unhealthy has its pools drained. Source: the same file (handleSuccess, setUnhealthy).
HealthTransition on_check_result(const HealthCheckConfig& config, HealthCheckState& state,
                                 CheckResult result);

/// Delay before jitter from the end of one check to the next one. `traffic_seen`: the cluster has
/// ever made an upstream connection. Source: the same file (interval).
Duration check_interval(const HealthCheckConfig& config, bool healthy, HealthTransition transition,
                        bool traffic_seen);

/// Adds the jitters, by modulo, in Envoy's order; `next_word()` is called once per jitter that is
/// configured. Never below 1 ms. Source: the same file (intervalWithJitter).
template <class WordSource>
Duration with_jitter(Duration base, std::uint32_t jitter_percent, Duration jitter,
                     WordSource&& next_word) {
  auto ms = static_cast<std::uint64_t>(whole_milliseconds(base));
  const std::uint64_t span = jitter_percent * ms / 100;
  if (span > 0) ms += next_word() % span;
  const auto extra = static_cast<std::uint64_t>(whole_milliseconds(jitter));
  if (extra > 0) ms += next_word() % extra;
  return milliseconds(static_cast<std::int64_t>(std::max<std::uint64_t>(ms, 1)));
}

/// Delay from the end of a check to the next one, jitter included.
template <class WordSource>
Duration next_check(const HealthCheckConfig& config, bool healthy, HealthTransition transition,
                    bool traffic_seen, WordSource&& next_word) {
  return with_jitter(check_interval(config, healthy, transition, traffic_seen),
                     config.interval_jitter_percent, config.interval_jitter, next_word);
}

/// Delay of a host's first check: none without initial_jitter.
template <class WordSource>
Duration first_check(const HealthCheckConfig& config, WordSource&& next_word) {
  if (whole_milliseconds(config.initial_jitter) == 0) return {};
  return with_jitter({}, config.interval_jitter_percent, config.initial_jitter, next_word);
}

}  // namespace mesh
