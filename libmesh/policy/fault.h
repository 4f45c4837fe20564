// Envoy's fault filter: delay and abort as independent modulo draws.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "libmesh/base/time.h"

namespace mesh {

/// Numerator of a million, Envoy's finest FractionalPercent denominator; Istio writes it so.
struct Millionths {
  std::uint32_t numerator = 0;
  bool operator==(const Millionths&) const = default;
};
/// random() mod 1 000 000 < numerator.
constexpr bool happens(Millionths share, std::uint64_t random) {
  return random % 1'000'000u < share.numerator;
}
constexpr bool happens_always(Millionths share) {
  return share.numerator >= 1'000'000u;
}

struct FaultPolicy {
  Millionths delay_share{};
  Duration delay{0};  // 0 = no delay
  Millionths abort_share{};
  std::uint16_t abort_code = 0;        // 0 = no abort
  std::int8_t abort_grpc_status = -1;  // >= 0: HTTP 200 with this grpc-status
  /// max_active_faults: faults under way at once (delays running, streams aborted or limited).
  std::uint32_t max_active = std::numeric_limits<std::uint32_t>::max();
  bool operator==(const FaultPolicy&) const = default;
};

/// May one more fault begin? At the limit it is skipped, faults_overflow counts it, the request
/// goes on unharmed. Source: source/extensions/filters/http/fault/fault_filter.cc
/// (tryIncActiveFaults).
constexpr bool may_inject(const FaultPolicy& policy, std::uint32_t active) {
  return active < policy.max_active;
}

/// The roll for the delay; a delay of 0 ms is none. The caller rolls the abort after the delay with
/// a fresh word, whatever came of this one.
constexpr bool wants_delay(const FaultPolicy& policy, std::uint64_t random) {
  return whole_milliseconds(policy.delay) > 0 && happens(policy.delay_share, random);
}
constexpr bool wants_abort(const FaultPolicy& policy, std::uint64_t random) {
  return (policy.abort_code != 0 || policy.abort_grpc_status >= 0) &&
         happens(policy.abort_share, random);
}

/// x-envoy-fault-*-request-percentage: a numerator that may only lower the configured one.
/// Source: source/extensions/filters/common/fault/fault_config.cc (HeaderPercentageProvider).
constexpr Millionths header_share(Millionths configured, std::optional<std::uint32_t> header) {
  return {header ? std::min(*header, configured.numerator) : configured.numerator};
}

/// x-envoy-fault-abort-request: a status from 200 to 599, else no abort. Source: the same file.
constexpr std::optional<std::uint16_t> header_abort_code(std::optional<std::uint64_t> header) {
  if (!header || *header < 200 || *header >= 600) return std::nullopt;
  return static_cast<std::uint16_t>(*header);
}

/// A policy whose delay and abort come from headers (`envoy.md` §8.5): the values of one request
/// put in, without a value no fault of that kind.
struct FaultHeaders {
  std::optional<std::uint64_t> delay_ms{}, abort_code{};
  std::optional<std::uint32_t> delay_percentage{}, abort_percentage{}, abort_grpc_status{};
};
FaultPolicy header_controlled(const FaultPolicy& limits, const FaultHeaders& headers);

}  // namespace mesh
