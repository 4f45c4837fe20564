// State of what callers keep around their calls, and of what travels along with requests.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "libmesh/base/id_vector.h"
#include "libmesh/base/ring.h"
#include "libmesh/base/slot_map.h"
#include "libmesh/engine/keyed_cells.h"
#include "libmesh/engine/tried_hosts.h"
#include "libmesh/plan/plan.h"
#include "libmesh/policy/adaptive_throttle.h"
#include "libmesh/policy/application_breaker.h"
#include "libmesh/policy/hedge_delay.h"
#include "libmesh/policy/peak_ewma.h"

namespace mesh {

/// What a request carries along, and whoever works for it.
struct Carried {
  Instant deadline = never;
  std::uint8_t priority = no_priority;
};

/// The latest call of a frame that has a guard.
struct GuardedCall {
  BreakerPermit permit;
  std::uint32_t breaker = nil;  // index in GuardState::breakers
  std::uint32_t thread = 0;     // which of them
  std::uint32_t serial = 0;     // makes the timers of earlier calls void
  Instant started{};
  std::array<Handle, hedges_max> copies;  // beside the frame's child request
  std::uint32_t hedges = 0;               // of them, sent so far
  std::uint16_t refusal = 0;
  bool active = false;
};

/// How a pod spreads its calls to a service over the hosts.
struct CallBalancer {
  std::uint64_t turn = 0;
  std::vector<PeakEwma> hosts;  // by index in the cluster
};

/// Workers of a pod, where they keep something of their own: whoever has been idle the longest
/// comes first, a new one before that, as thread pools start theirs.
struct Threads {
  std::uint32_t made = 0;
  Ring<std::uint32_t> idle;
};

/// All of it is empty where nothing asks for it.
struct GuardState {
  std::vector<GuardedCall> calls;                        // by slot of the frame
  KeyedCells<std::vector<ApplicationBreaker>> breakers;  // by pod and guard; of each thread
  KeyedCells<ThrottleWindow> throttles;                  // by pod and guard, and so on
  KeyedCells<HedgeDelay> delays;
  KeyedCells<CallBalancer> balancers;
  IdVector<EndpointId, Threads> threads;
  std::vector<std::uint32_t> thread_of;  // by slot of the visit
  std::vector<Carried> by_request, by_visit;
};

}  // namespace mesh
