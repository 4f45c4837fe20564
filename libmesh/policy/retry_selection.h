// Which host a retry goes to: predicates that refuse hosts, priorities that were tried before.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "libmesh/policy/load_balancer/hosts.h"
#include "libmesh/policy/priority_load.h"

namespace mesh {

/// Predicate `previous_hosts`: was this host attempted already? A host counts when a pool became
/// ready on it or failed on it. Source:
/// source/extensions/retry/host/previous_hosts/previous_hosts.h.
constexpr bool was_attempted(std::span<const std::uint32_t> attempted, std::uint32_t host) {
  return std::find(attempted.begin(), attempted.end(), host) != attempted.end();
}

/// Picks again while `refuses(host)` holds: `extra_attempts` times beyond the first pick; the last
/// pick is used even if refused. `pick(i)` is the i-th pick of this selection, `no_host` ends it.
/// On a first attempt pass 0: predicates apply to retries only.
/// Source: source/extensions/load_balancing_policies/common/load_balancer_impl.cc (chooseHost).
template <class Pick, class Refuses>
constexpr std::uint32_t select_host(std::uint32_t extra_attempts, Pick&& pick, Refuses&& refuses) {
  std::uint32_t host = no_host;
  for (std::uint32_t i = 0; i <= extra_attempts; ++i) {
    host = pick(i);
    if (host == no_host || !refuses(host)) return host;
  }
  return host;
}

/// Predicate state of `previous_priorities`, per request. `excluded` has one entry per priority,
/// 1 = excluded.
struct PreviousPriorities {
  std::uint32_t attempted = 0;  // hosts attempted since the last start over
  bool adjusted = false;        // `share` below holds a load of our own
};

/// Counts an attempted host of `priority`.
void note_attempt(PreviousPriorities& state, std::span<std::uint8_t> tried, std::uint32_t priority);

/// Load for the next host selection of a retry: the original one until `frequency` hosts were
/// attempted, then, each time their number is a multiple of it, 100 % over the priorities that were
/// not attempted; when none is left everything starts over (`envoy.md` §2.7).
///
/// `health` are the usual availabilities, `tried` the priorities of attempted hosts so far,
/// `excluded` and `share` this request's own columns (one entry per priority). Returns whether
/// `share` is to be used instead of the original load. Source:
/// source/extensions/retry/priority/previous_priorities/previous_priorities.cc.
bool previous_priorities_load(PreviousPriorities& state, std::uint32_t frequency,
                              std::span<const Availability> health, std::span<std::uint8_t> tried,
                              std::span<std::uint8_t> excluded, std::span<PriorityShare> share);

}  // namespace mesh
