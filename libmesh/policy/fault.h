// Envoy's fault filter: delay and abort as independent modulo draws.
#pragma once

#include <cstdint>

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

struct FaultPolicy {
  Millionths delay_share;
  Duration delay{0};  // 0 = no delay
  Millionths abort_share;
  std::uint16_t abort_code = 0;        // 0 = no abort
  std::int8_t abort_grpc_status = -1;  // >= 0: HTTP 200 with this grpc-status
  bool operator==(const FaultPolicy&) const = default;
};

}  // namespace mesh
