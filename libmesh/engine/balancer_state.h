// What the balancers of one proxy remember for one cluster: schedules by weight, tries of a retry.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/policy/load_balancer/client_side_wrr.h"
#include "libmesh/policy/load_balancer/edf.h"
#include "libmesh/policy/locality.h"
#include "libmesh/policy/retry_selection.h"

namespace mesh {

/// Schedules of all workers; exists only where weights differ, hosts warm up or localities are
/// weighted. Rebuilt on each delivered update.
struct BalancerState {
  std::vector<EdfSchedule> hosts;            // by worker, then host source; empty = all weigh alike
  std::vector<LocalitySchedule> localities;  // by worker, then priority; then of degraded hosts
  Instant newest_host{};                     // since when its newest healthy host is known
  std::uint32_t updates = 0;
  std::vector<ReportedWeight> reports;  // by host; only where weights come from load reports
  std::vector<std::uint32_t> weights;   // the same: in place of the configured ones
  bool update_armed = false;
};

/// Priorities that one request has tried (retryRemoteLocalities); the plan has at most this many.
struct TriedPriorities {
  static constexpr std::size_t most = 64;
  PreviousPriorities state;
  std::uint32_t noted = 0;  // of the request's tried hosts
  std::array<std::uint8_t, most> tried{}, excluded{};
  std::array<PriorityShare, most> share{};
};

}  // namespace mesh
