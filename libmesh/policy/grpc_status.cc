// The table of gRPC statuses.
#include "libmesh/policy/grpc_status.h"

#include <iterator>

namespace mesh {
namespace {

struct Row {
  std::string_view name;
  std::uint16_t http;
};

// In the order of GrpcStatus.
constexpr Row rows[grpc_status_count] = {
    {"OK", 200},
    {"CANCELLED", 499},
    {"UNKNOWN", 500},
    {"INVALID_ARGUMENT", 400},
    {"DEADLINE_EXCEEDED", 504},
    {"NOT_FOUND", 404},
    {"ALREADY_EXISTS", 409},
    {"PERMISSION_DENIED", 403},
    {"RESOURCE_EXHAUSTED", 429},
    {"FAILED_PRECONDITION", 400},
    {"ABORTED", 409},
    {"OUT_OF_RANGE", 400},
    {"UNIMPLEMENTED", 501},
    {"INTERNAL", 500},
    {"UNAVAILABLE", 503},
    {"DATA_LOSS", 500},
    {"UNAUTHENTICATED", 401},
};

}  // namespace

std::uint16_t http_status_of(std::uint32_t grpc_status) {
  return grpc_status < std::size(rows) ? rows[grpc_status].http : 500;
}

GrpcStatus grpc_status_of(std::uint16_t http_status) {
  switch (http_status) {
    case 400:
      return GrpcStatus::Internal;
    case 401:
      return GrpcStatus::Unauthenticated;
    case 403:
      return GrpcStatus::PermissionDenied;
    case 404:
      return GrpcStatus::Unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcStatus::Unavailable;
    default:
      return GrpcStatus::Unknown;
  }
}

std::string_view to_string(GrpcStatus status) {
  const auto index = static_cast<std::size_t>(status);
  return index < std::size(rows) ? rows[index].name : std::string_view{};
}

std::optional<GrpcStatus> grpc_status_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    if (rows[i].name == name) return static_cast<GrpcStatus>(i);
  }
  return std::nullopt;
}

}  // namespace mesh
