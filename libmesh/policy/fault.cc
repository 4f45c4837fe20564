// Faults that a request asks for by its headers.
#include "libmesh/policy/fault.h"

namespace mesh {

FaultPolicy header_controlled(const FaultPolicy& limits, const FaultHeaders& headers) {
  FaultPolicy policy = limits;
  constexpr std::uint64_t longest_ms = 9'000'000'000'000;  // what nanoseconds can hold
  const std::uint64_t delay_ms = std::min(headers.delay_ms.value_or(0), longest_ms);
  policy.delay = milliseconds(static_cast<std::int64_t>(delay_ms));
  policy.delay_share = header_share(limits.delay_share, headers.delay_percentage);
  policy.abort_share = header_share(limits.abort_share, headers.abort_percentage);
  policy.abort_code = header_abort_code(headers.abort_code).value_or(0);
  // The gRPC status counts only where no HTTP status was given.
  policy.abort_grpc_status = -1;
  if (policy.abort_code == 0 && headers.abort_grpc_status && *headers.abort_grpc_status < 128) {
    policy.abort_grpc_status = static_cast<std::int8_t>(*headers.abort_grpc_status);
  }
  return policy;
}

}  // namespace mesh
