// Why an upstream stream was reset, with the response flag, status, text that follow from it.
#pragma once

#include <cstdint>
#include <string_view>

#include "libmesh/base/flags.h"

namespace mesh {

/// Source: envoy/http/codec.h (StreamResetReason).
enum class ResetReason : std::uint8_t {
  LocalReset,
  LocalRefusedStream,
  RemoteReset,
  RemoteRefusedStream,
  LocalConnectionFailure,
  RemoteConnectionFailure,
  ConnectionTimeout,
  ConnectionTermination,
  Overflow,
  ConnectError,
  ProtocolError,
  OverloadManager,
};

/// Source: source/common/router/router.cc (streamResetReasonToResponseFlag).
ResponseFlag flag_of(ResetReason reason);

/// Status of the local reply when nothing was sent yet: 502 for a protocol error, else 503, never
/// 504. Source: the same file (onUpstreamReset).
std::uint16_t status_of(ResetReason reason);

/// "connection timeout": as Envoy prints it in the body of the local reply.
/// Source: source/common/http/utility.cc (resetReasonToString).
std::string_view to_string(ResetReason reason);

/// "connection_timeout": the same inside `upstream_reset_before_response_started{…}`.
std::string_view details_of(ResetReason reason);

/// Is this reset told to outlier detection, as LocalOriginConnectFailed? All are but overflow,
/// remote resets and protocol errors too, even after the response has started (`envoy.md` §1.6).
constexpr bool is_reported_to_outlier(ResetReason reason) {
  return reason != ResetReason::Overflow;
}

/// Did the stream die because no connection came about?
constexpr bool is_connection_failure(ResetReason reason) {
  return reason == ResetReason::LocalConnectionFailure ||
         reason == ResetReason::RemoteConnectionFailure || reason == ResetReason::ConnectionTimeout;
}

}  // namespace mesh
