// Envoy's two jittered back-off strategies, in whole milliseconds.
#pragma once

#include <cstdint>

#include "libmesh/base/time.h"

namespace mesh {

/// A configured interval as a back-off window: whole milliseconds, never below 1.
/// Source: source/common/router/retry_policy_impl.cc (base and max interval).
std::uint32_t backoff_window_ms(Duration interval);

/// Fully jittered exponential: `random` mod the window, then the window doubles while it is below
/// half the maximum, else becomes the maximum. The delay is 0 … window - 1 ms.
/// Source: source/common/common/backoff_strategy.cc (JitteredExponentialBackOffStrategy).
Duration jittered_backoff(std::uint32_t& window_ms, std::uint32_t max_ms, std::uint64_t random);

/// interval + `random` mod floor(interval / 2), that is [1, 1.5) × interval. An interval of at
/// most 1 ms has no room for jitter and comes back as it is.
/// Source: source/common/common/backoff_strategy.cc (JitteredLowerBoundBackOffStrategy).
Duration jittered_lower_bound(Duration interval, std::uint64_t random);

}  // namespace mesh
