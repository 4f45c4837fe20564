// What a host costs by its latest round trips: a moving average that follows peaks at once.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

/// How a caller without a sidecar spreads a call over the hosts.
enum class CallBalance : std::uint8_t { None, RoundRobin, Random, LeastLoaded, PeakEwma };

/// Source: Finagle, finagle-core/src/main/scala/com/twitter/finagle/loadbalancer/PeakEwma.scala:
/// ten seconds of decay; a round trip above the average replaces it, others decay towards it.
struct PeakEwma {
  double cost_ns = 0;
  Instant at{};

  void observe(Duration decay, Instant now, double round_trip_ns);
  /// With `outstanding` calls under way. A host that has not answered yet costs more than any
  /// other, so that it gets one call and no more until it has.
  double load(Duration decay, Instant now, std::uint32_t outstanding);
  bool operator==(const PeakEwma&) const = default;
};

}  // namespace mesh
