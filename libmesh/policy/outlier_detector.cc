// Envoy's outlier detection arithmetic: streaks, interval statistics, ejection, return.
#include "libmesh/policy/outlier_detector.h"

#include <algorithm>
#include <cmath>

namespace mesh {
namespace {

void trip(Tripped& tripped, Detector detector) {
  tripped.detector[tripped.count++] = detector;
}

/// Source: DetectorHostMonitorImpl::putHttpResponseCode.
Tripped observe_code(const OutlierConfig& config, OutlierState& state, std::uint32_t code) {
  Tripped tripped;
  state.external_total += 1;
  if (code < 500 || code >= 600) {
    state.external_success += 1;
    state.consecutive_5xx = 0;
    state.consecutive_gateway_failure = 0;
    return tripped;
  }
  // Equality, not "at least": a streak that ran past its threshold while the host was out, or
  // was not reset, says nothing again.
  if (code >= 502 && code <= 504) {
    if (++state.consecutive_gateway_failure == config.consecutive_gateway_failure) {
      trip(tripped, Detector::ConsecutiveGatewayFailure);
    }
  } else {
    state.consecutive_gateway_failure = 0;
  }
  if (++state.consecutive_5xx == config.consecutive_5xx) trip(tripped, Detector::Consecutive5xx);
  return tripped;
}

/// Source: DetectorHostMonitorImpl::localOriginFailure.
Tripped observe_local_failure(const OutlierConfig& config, OutlierState& state) {
  Tripped tripped;
  state.local_total += 1;
  if (++state.consecutive_local_origin_failure == config.consecutive_local_origin_failure) {
    trip(tripped, Detector::ConsecutiveLocalOriginFailure);
  }
  return tripped;
}

void observe_local_success(OutlierState& state) {
  state.local_total += 1;
  state.local_success += 1;
  state.consecutive_local_origin_failure = 0;
}

/// Source: DetectorHostMonitorImpl::putResultWithLocalExternalSplit.
Tripped observe_split(const OutlierConfig& config, OutlierState& state, HostResult result,
                      std::uint16_t code) {
  switch (result) {
    case HostResult::ExternalCode:
      return observe_code(config, state, code);
    case HostResult::LocalOriginConnectSuccess:
    case HostResult::LocalOriginConnectSuccessFinal:
      observe_local_success(state);
      return {};
    case HostResult::LocalOriginTimeout:
    case HostResult::LocalOriginConnectFailed:
      return observe_local_failure(config, state);
  }
  return {};
}

Duration stay(const OutlierConfig& config, const Ejection& ejection) {
  const Duration by_count = config.base_ejection_time * ejection.multiplier;
  return std::min(by_count, config.max_ejection_time) + ejection.jitter;
}

double rate_percent(const HostVolume& host) {
  return static_cast<double>(host.success) * 100.0 / static_cast<double>(host.total);
}

bool is_success_rate(Detector detector) {
  return detector == Detector::SuccessRate || detector == Detector::LocalOriginSuccessRate;
}

bool counts(const HostVolume& host, std::uint32_t volume) {
  return host.total > 0 && host.total >= volume;
}

/// Have enough hosts seen enough requests for a verdict?
bool enough(std::span<const HostVolume> hosts, std::uint32_t volume, std::uint32_t minimum) {
  std::uint32_t n = 0;
  for (const HostVolume& host : hosts) n += counts(host, volume) ? 1 : 0;
  return n > 0 && n >= minimum;
}

/// Mean and threshold over the rates that `each` visits, twice and in the same order.
template <class Each>
SuccessRateThreshold threshold_over(Each each, double stdev_factor) {
  double n = 0.0, sum = 0.0, variance = 0.0;
  each([&](double rate) {
    n += 1.0;
    sum += rate;
  });
  if (n == 0.0) return {};
  const double mean = sum / n;
  each([&](double rate) { variance += (rate - mean) * (rate - mean); });
  return {mean, mean - stdev_factor * std::sqrt(variance / n)};
}

}  // namespace

Tripped observe(const OutlierConfig& config, OutlierState& state, HostResult result,
                std::uint16_t code) {
  if (config.split_external_local_origin_errors) {
    return observe_split(config, state, result, code);
  }
  // Unsplit: everything is an HTTP code; one that the router names wins over the default.
  switch (result) {
    case HostResult::ExternalCode:
      return observe_code(config, state, code);
    case HostResult::LocalOriginConnectSuccess:
      return {};  // the protocol above will tell
    case HostResult::LocalOriginTimeout:
      return observe_code(config, state, code != 0 ? code : 504);
    case HostResult::LocalOriginConnectFailed:
      return observe_code(config, state, code != 0 ? code : 503);
    case HostResult::LocalOriginConnectSuccessFinal:
      return observe_code(config, state, code != 0 ? code : 200);
  }
  return {};
}

void reset_counter(OutlierState& state, Detector detector) {
  switch (detector) {
    case Detector::Consecutive5xx:
      state.consecutive_5xx = 0;
      break;
    case Detector::ConsecutiveGatewayFailure:
      state.consecutive_gateway_failure = 0;
      break;
    case Detector::ConsecutiveLocalOriginFailure:
      state.consecutive_local_origin_failure = 0;
      break;
    case Detector::SuccessRate:
    case Detector::FailurePercentage:
    case Detector::LocalOriginSuccessRate:
    case Detector::LocalOriginFailurePercentage:
      break;  // these read whole intervals, which restart by themselves
  }
}

bool may_eject(const OutlierConfig& config, std::uint32_t ejected_now, std::uint32_t hosts) {
  if (config.always_eject_one_host && ejected_now == 0) return true;
  if (hosts == 0) return false;
  const double percent = 100.0 * (static_cast<double>(ejected_now) + 1.0) / hosts;
  return percent <= std::min<std::uint32_t>(100, config.max_ejection_percent);
}

std::uint32_t enforcing(const OutlierConfig& config, Detector detector) {
  switch (detector) {
    case Detector::Consecutive5xx:
      return config.enforcing_consecutive_5xx;
    case Detector::ConsecutiveGatewayFailure:
      return config.enforcing_consecutive_gateway_failure;
    case Detector::ConsecutiveLocalOriginFailure:
      return config.enforcing_consecutive_local_origin_failure;
    case Detector::SuccessRate:
      return config.enforcing_success_rate;
    case Detector::FailurePercentage:
      return config.enforcing_failure_percentage;
    case Detector::LocalOriginSuccessRate:
      return config.enforcing_local_origin_success_rate;
    case Detector::LocalOriginFailurePercentage:
      return config.enforcing_failure_percentage_local_origin;
  }
  return 0;
}

void eject(const OutlierConfig& config, OutlierState& state, Ejection& ejection, Instant now,
           std::uint64_t random) {
  state.ejected = true;
  ejection.ejected_at = now;
  const auto span =
      static_cast<std::uint64_t>(whole_milliseconds(config.max_ejection_time_jitter)) + 1;
  ejection.jitter = milliseconds(static_cast<std::int64_t>(random % span));
  const Duration present = config.base_ejection_time * ejection.multiplier;
  if (present < config.max_ejection_time + config.base_ejection_time) ejection.multiplier += 1;
}

bool stay_is_over(const OutlierConfig& config, const OutlierState& state, const Ejection& ejection,
                  Instant now) {
  return state.ejected && stay(config, ejection) <= elapsed(ejection.ejected_at, now);
}

void uneject(OutlierState& state, Ejection& ejection, Instant now) {
  state.ejected = false;
  ejection.ever_unejected = true;
  ejection.unejected_at = now;
  state.consecutive_5xx = 0;
  state.consecutive_gateway_failure = 0;
  state.consecutive_local_origin_failure = 0;
}

void decay_multiplier(const OutlierConfig& config, const OutlierState& state, Ejection& ejection,
                      Instant now) {
  if (state.ejected || !ejection.ever_unejected || ejection.multiplier == 0) return;
  if (elapsed(ejection.unejected_at, now) >= config.interval) ejection.multiplier -= 1;
}

SuccessRateThreshold success_rate_threshold(std::span<const double> rates_percent,
                                            double stdev_factor) {
  return threshold_over(
      [&](auto visit) {
        for (const double rate : rates_percent) visit(rate);
      },
      stdev_factor);
}

void interval_outliers(const OutlierConfig& config, Detector detector,
                       std::span<const HostVolume> hosts, std::uint32_t cluster_size,
                       std::vector<std::uint32_t>& out) {
  out.clear();
  // Envoy gives up early only when the cluster is too small for both kinds of detector.
  if (cluster_size < config.success_rate_minimum_hosts &&
      cluster_size < config.failure_percentage_minimum_hosts) {
    return;
  }
  if (is_success_rate(detector)) {
    if (!enough(hosts, config.success_rate_request_volume, config.success_rate_minimum_hosts)) {
      return;
    }
    const double threshold = cluster_success_rate(config, hosts).threshold;
    for (const HostVolume& host : hosts) {
      if (!counts(host, config.success_rate_request_volume)) continue;
      if (rate_percent(host) < threshold) out.push_back(host.host);
    }
    return;
  }
  if (!enough(hosts, config.failure_percentage_request_volume,
              config.failure_percentage_minimum_hosts)) {
    return;
  }
  for (const HostVolume& host : hosts) {
    if (!counts(host, config.failure_percentage_request_volume)) continue;
    if (100.0 - rate_percent(host) >= config.failure_percentage_threshold) out.push_back(host.host);
  }
}

SuccessRateThreshold cluster_success_rate(const OutlierConfig& config,
                                          std::span<const HostVolume> hosts) {
  const std::uint32_t volume = config.success_rate_request_volume;
  if (!enough(hosts, volume, config.success_rate_minimum_hosts)) return {};
  return threshold_over(
      [&](auto visit) {
        for (const HostVolume& host : hosts) {
          if (counts(host, volume)) visit(rate_percent(host));
        }
      },
      config.success_rate_stdev_factor / 1000.0);
}

bool is_default(const OutlierState& state, const Ejection& ejection) {
  // With multiplier 0 and the host in, the times of the last stay are never read again.
  return !state.ejected && ejection.multiplier == 0 && state.consecutive_5xx == 0 &&
         state.consecutive_gateway_failure == 0 && state.consecutive_local_origin_failure == 0 &&
         state.external_total == 0 && state.local_total == 0;
}

}  // namespace mesh
