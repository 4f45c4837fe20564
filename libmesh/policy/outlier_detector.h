// Envoy's outlier detection: which histories of a host eject it, for how long, and the way back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libmesh/base/time.h"

namespace mesh {

/// Defaults as in Envoy (source/common/upstream/outlier_detection_impl.h); istiod turns the
/// success-rate and failure-percentage detectors off (`istio.md` §1.2.4).
struct OutlierConfig {
  Duration interval = seconds(10);
  Duration base_ejection_time = seconds(30);
  Duration max_ejection_time = seconds(300);
  Duration max_ejection_time_jitter{0};
  std::uint32_t max_ejection_percent = 10;
  bool always_eject_one_host = false;
  bool split_external_local_origin_errors = false;
  std::uint32_t consecutive_5xx = 5, enforcing_consecutive_5xx = 100;
  std::uint32_t consecutive_gateway_failure = 5, enforcing_consecutive_gateway_failure = 0;
  std::uint32_t consecutive_local_origin_failure = 5;
  std::uint32_t enforcing_consecutive_local_origin_failure = 100;
  std::uint32_t success_rate_minimum_hosts = 5, success_rate_request_volume = 100;
  std::uint32_t success_rate_stdev_factor = 1900;  // thousandths
  std::uint32_t enforcing_success_rate = 100, enforcing_local_origin_success_rate = 100;
  std::uint32_t failure_percentage_threshold = 85, failure_percentage_minimum_hosts = 5;
  std::uint32_t failure_percentage_request_volume = 50;
  std::uint32_t enforcing_failure_percentage = 0;
  std::uint32_t enforcing_failure_percentage_local_origin = 0;
  bool operator==(const OutlierConfig&) const = default;
};

enum class Detector : std::uint8_t {
  Consecutive5xx,
  ConsecutiveGatewayFailure,
  ConsecutiveLocalOriginFailure,
  SuccessRate,
  FailurePercentage,
  LocalOriginSuccessRate,
  LocalOriginFailurePercentage,
};

/// What the router reports of a host (`envoy.md` §5.2).
enum class HostResult : std::uint8_t {
  ExternalCode,                    // response headers arrived: `code` says which
  LocalOriginConnectSuccess,       // pool ready
  LocalOriginTimeout,              // per-try or global timeout: `code` 504 (or 204)
  LocalOriginConnectFailed,        // any reset but overflow, or a pool failure; no code
  LocalOriginConnectSuccessFinal,  // TCP proxy: connected, nothing above will report
};

/// One host as seen by one proxy: what results count in. Trivially copyable; default = nothing
/// known.
struct OutlierState {
  std::uint32_t consecutive_5xx = 0;
  std::uint32_t consecutive_gateway_failure = 0;
  std::uint32_t consecutive_local_origin_failure = 0;
  std::uint32_t external_success = 0, external_total = 0;  // of the running interval
  std::uint32_t local_success = 0, local_total = 0;
  bool ejected = false;
  bool operator==(const OutlierState&) const = default;
};

/// The rest, which only hosts need that were ejected once: results of all others leave it alone.
struct Ejection {
  std::uint32_t multiplier = 0;  // how many base_ejection_times the present stay lasts
  bool ever_unejected = false;
  Instant ejected_at{};
  Instant unejected_at{};
  Duration jitter{0};
  bool operator==(const Ejection&) const = default;
};

/// Detectors whose threshold a result has just reached, in Envoy's order of testing
/// (gateway before 5xx). At most two.
struct Tripped {
  std::uint8_t count = 0;
  Detector detector[2]{};
};

/// Counts one result. Results of an ejected host keep counting without effect (§5.3).
Tripped observe(const OutlierConfig& config, OutlierState& state, HostResult result,
                std::uint16_t code);

/// After a consecutive detector tripped and was handled: its counter restarts (§5.3).
void reset_counter(OutlierState& state, Detector detector);

/// The percentage test that precedes the enforcing roll (§5.5): may one more of `hosts` go?
bool may_eject(const OutlierConfig& config, std::uint32_t ejected_now, std::uint32_t hosts);

/// Percent chance (0 … 100) that a detection of this kind is enforced.
std::uint32_t enforcing(const OutlierConfig& config, Detector detector);

/// Marks the host ejected at `now`; `random` is one word for the jitter.
void eject(const OutlierConfig& config, OutlierState& state, Ejection& ejection, Instant now,
           std::uint64_t random);

/// At an interval tick: is the stay over (§5.6)?
bool stay_is_over(const OutlierConfig& config, const OutlierState& state, const Ejection& ejection,
                  Instant now);
/// Returns the host: its three streaks zeroed, time stored. The interval's volumes stay.
void uneject(OutlierState& state, Ejection& ejection, Instant now);
/// At an interval tick, for a host that is in: the multiplier decays by one when the last return
/// is at least one interval ago.
void decay_multiplier(const OutlierConfig& config, const OutlierState& state, Ejection& ejection,
                      Instant now);

/// Volumes of one host over the interval that just ended.
struct HostVolume {
  std::uint32_t host = 0;  // caller's index
  std::uint32_t success = 0, total = 0;
};
/// mean - stdev × factor over the rates in percent, population variance (§5.4).
struct SuccessRateThreshold {
  double mean = -1.0, threshold = -1.0;  // -1 = too few hosts with enough requests
};
SuccessRateThreshold success_rate_threshold(std::span<const double> rates_percent,
                                            double stdev_factor);
/// The same over the hosts that reached the request volume; -1 when they are too few.
SuccessRateThreshold cluster_success_rate(const OutlierConfig& config,
                                          std::span<const HostVolume> hosts);
/// Hosts that an interval detector would eject, in the order given (§5.4). `detector` is one of
/// the four interval detectors; `hosts` are the non-ejected hosts with at least one request.
void interval_outliers(const OutlierConfig& config, Detector detector,
                       std::span<const HostVolume> hosts, std::uint32_t cluster_size,
                       std::vector<std::uint32_t>& out);

/// Is the host indistinguishable from an untouched one? Then its cell may go.
bool is_default(const OutlierState& state, const Ejection& ejection);

}  // namespace mesh
