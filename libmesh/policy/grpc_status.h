// gRPC status codes against HTTP ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mesh {

/// Source: envoy/grpc/status.h.
enum class GrpcStatus : std::uint8_t {
  Ok,
  Cancelled,
  Unknown,
  InvalidArgument,
  DeadlineExceeded,
  NotFound,
  AlreadyExists,
  PermissionDenied,
  ResourceExhausted,
  FailedPrecondition,
  Aborted,
  OutOfRange,
  Unimplemented,
  Internal,
  Unavailable,
  DataLoss,
  Unauthenticated,
};
inline constexpr std::uint8_t grpc_status_count = 17;

/// The code that outlier detection hears for a status in response headers; unknown numbers are 500.
/// Source: source/common/grpc/status.cc (grpcToHttpStatus).
std::uint16_t http_status_of(std::uint32_t grpc_status);

/// The status of a local reply with this HTTP code to a gRPC request.
/// Source: the same file (httpToGrpcStatus).
GrpcStatus grpc_status_of(std::uint16_t http_status);

/// "UNAVAILABLE", as Istio's abort.grpcStatus and JSON mappings write it; empty for other numbers.
std::string_view to_string(GrpcStatus status);
std::optional<GrpcStatus> grpc_status_named(std::string_view name);

}  // namespace mesh
