// gRPC statuses against HTTP ones.
#include "libmesh/policy/grpc_status.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("grpc_status: the HTTP code that outlier detection hears") {
  struct Row {
    std::string_view name;
    std::uint16_t http;
  };
  const Row rows[grpc_status_count] = {{"OK", 200},
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
                                       {"UNAUTHENTICATED", 401}};
  for (std::uint32_t i = 0; i < grpc_status_count; ++i) {
    CAPTURE(rows[i].name);
    CHECK(http_status_of(i) == rows[i].http);
    CHECK(to_string(static_cast<GrpcStatus>(i)) == rows[i].name);
    CHECK(grpc_status_named(rows[i].name) == static_cast<GrpcStatus>(i));
  }
  CHECK(http_status_of(17) == 500);
  CHECK(http_status_of(4'000'000'000u) == 500);
  CHECK_FALSE(grpc_status_named("GONE"));
}

TEST_CASE("grpc_status: local replies to gRPC requests") {
  CHECK(grpc_status_of(400) == GrpcStatus::Internal);
  CHECK(grpc_status_of(401) == GrpcStatus::Unauthenticated);
  CHECK(grpc_status_of(403) == GrpcStatus::PermissionDenied);
  CHECK(grpc_status_of(404) == GrpcStatus::Unimplemented);
  for (const std::uint16_t code : {429, 502, 503, 504}) {
    CHECK(grpc_status_of(code) == GrpcStatus::Unavailable);
  }
  CHECK(grpc_status_of(500) == GrpcStatus::Unknown);
  CHECK(grpc_status_of(418) == GrpcStatus::Unknown);
}
