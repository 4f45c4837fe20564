// What a proxy saw when it picked a host or decided about a retry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libmesh/base/id.h"
#include "libmesh/base/time.h"

namespace mesh {

/// A count with its limit.
struct Fill {
  std::uint32_t now = 0;
  std::uint32_t most = 0xffffffffu;  // no limit
};

/// How a proxy came to a host.
enum class PickedBy : std::uint8_t {
  OwnApplication,  // the receiving sidecar knows no other
  RoundRobin,
  LeastRequest,
  Random,
  RingHash,
  Maglev,
  Other,
};
inline constexpr std::size_t picked_by_count = static_cast<std::size_t>(PickedBy::Other) + 1;

/// In words: "least request".
std::string_view to_string(PickedBy by);

/// A proxy chose a host for an attempt, or found none: what it saw at that moment, before the
/// attempt itself counts anywhere. Stated only where requests are recorded.
struct HostPicked {
  std::uint64_t request = 0;
  std::uint16_t number = 1;  // of the attempt
  EndpointId host{};         // none: there was none
  PickedBy by = PickedBy::Other;
  bool panic = false;            // unhealthy hosts were chosen among, too
  bool scheduled = false;        // by weights (EDF), no choice was drawn
  std::uint16_t priority = 0;    // that the host is of
  std::uint32_t hosts = 0;       // of that priority that could be chosen
  std::uint32_t members = 0;     // endpoints of the cluster
  std::uint32_t tried = 0;       // hosts that the request has tried before
  std::uint32_t weight = 0;      // of the cluster among the route's; 0: there is only one
  std::uint32_t weights = 0;     // of all of them
  std::uint16_t worker = 0;      // of the proxy
  std::uint32_t idle = 0;        // connections of that worker to the host: without a stream,
  std::uint32_t busy = 0;        // with some,
  std::uint32_t connecting = 0;  // and not ready yet
  Fill connections{}, pending{}, requests{}, retries{};  // breakers of the cluster
  Duration timeout{0}, timeout_left{0};                  // global; 0 = none
  Duration per_try{0};
  std::uint64_t expected_ms = 0;  // x-envoy-expected-rq-timeout-ms as sent upstream; 0 = not sent
};

/// A host that a balancer compared before it picked one.
struct HostCompared {
  std::uint64_t request = 0;
  std::uint16_t number = 1;
  EndpointId host{};
  std::uint32_t active = 0;  // streams
};

/// What became of an outcome that a retry policy looked at.
enum class RetryDecision : std::uint8_t { NotWanted, Retried, LimitExceeded, Overflow };
inline constexpr std::size_t retry_decision_count =
    static_cast<std::size_t>(RetryDecision::Overflow) + 1;

/// A proxy decided whether to try again. Stated only where requests are recorded.
struct RetryDecided {
  Instant at{};
  std::uint64_t request = 0;
  std::uint16_t number = 1;  // of the latest attempt
  RetryDecision decision = RetryDecision::NotWanted;
  bool asked = false;           // the answer named the time to wait
  Duration backoff{0};          // drawn from …
  Duration window{0};           // … [0, window), or from `window` on when the answer named it
  std::uint32_t remaining = 0;  // further retries
  Fill retries{};               // breaker or budget, before this one
};

}  // namespace mesh
