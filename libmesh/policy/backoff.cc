// Jitter by modulo: exponential windows with a cap, or a lower bound with half on top.
#include "libmesh/policy/backoff.h"

#include <algorithm>
#include <limits>

namespace mesh {

std::uint32_t backoff_window_ms(Duration interval) {
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(whole_milliseconds(interval), 1, most));
}

Duration jittered_backoff(std::uint32_t& window_ms, std::uint32_t max_ms, std::uint64_t random) {
  const std::uint64_t window = std::max<std::uint32_t>(window_ms, 1);
  window_ms = window < max_ms / 2 ? static_cast<std::uint32_t>(window * 2) : max_ms;
  const std::uint64_t delay = std::min<std::uint64_t>(random % window, max_ms);
  return milliseconds(static_cast<std::int64_t>(delay));
}

Duration jittered_lower_bound(Duration interval, std::uint64_t random) {
  const std::int64_t ms = whole_milliseconds(interval);
  if (ms <= 1) return interval;
  const auto half = static_cast<std::uint64_t>(ms) / 2;
  return milliseconds(ms + static_cast<std::int64_t>(random % half));
}

}  // namespace mesh
