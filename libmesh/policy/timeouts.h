// Which timeouts rule a request: route, retry policy, headers.
#pragma once

#include <cstdint>
#include <optional>

#include "libmesh/base/time.h"

namespace mesh {

/// Classic route timeout when nothing is said. Source: source/common/router/config_impl.h
/// (DEFAULT_ROUTE_TIMEOUT_MS).
inline constexpr Duration default_route_timeout = milliseconds(15'000);

/// max_grpc_timeout of a route; present = the grpc-timeout header rules gRPC requests.
struct GrpcTimeoutPolicy {
  Duration max{0};  // 0 = no cap
  std::optional<Duration> offset{};
  bool operator==(const GrpcTimeoutPolicy&) const = default;
};

struct TimeoutPolicy {
  Duration route = default_route_timeout;  // 0 = infinite
  bool uses_max_stream_duration = false;   // then the classic route timeout is not applied
  std::optional<GrpcTimeoutPolicy> grpc{};
  Duration per_try{0}, per_try_idle{0};  // 0 = none
  bool hedge_on_per_try_timeout = false;
  bool respect_expected_rq_timeout = false;
};

/// Headers of one request, as whole milliseconds; absent or unreadable ones are empty. Those that
/// begin with x-envoy count for internal requests only (`envoy.md` §1.2.8).
struct TimeoutHeaders {
  bool grpc_request = false;
  std::optional<Duration> grpc_timeout{};
  std::optional<std::uint64_t> upstream_rq_timeout_ms{};
  std::optional<std::uint64_t> per_try_timeout_ms{};
  std::optional<std::uint64_t> expected_rq_timeout_ms{};
};

/// 0 = none.
struct RequestTimeouts {
  Duration global{0}, per_try{0}, per_try_idle{0};
  bool operator==(const RequestTimeouts&) const = default;
};

/// Per-try is dropped when it is not below a finite global timeout.
/// Source: source/common/router/router.cc (FilterUtility::finalTimeout).
RequestTimeouts final_timeouts(const TimeoutPolicy& policy, const TimeoutHeaders& headers);

/// x-envoy-expected-rq-timeout-ms as it is sent upstream with each try: per-try, or global without
/// one or when hedging, never more than what is left of the global timeout, 1 when time is up.
/// Nothing when no timeout applies. `since_request` runs from the end of the downstream request.
/// Source: the same file (setTimeoutHeaders).
std::optional<std::uint64_t> expected_timeout_ms(const RequestTimeouts& timeouts, bool hedging,
                                                 Duration since_request);

}  // namespace mesh
