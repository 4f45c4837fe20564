// What a proxy saw and decided, in words.
#pragma once

#include <string>
#include <vector>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// Why this host, how full the breakers and the pool were, which timers ran: a line each, those
/// that would say nothing left out. `compared`: the hosts that the balancer looked at, as drawn.
std::vector<std::string> pick_lines(const RunRecord& record, const HostPicked& pick,
                                    const std::vector<HostCompared>& compared);

/// Was a limit reached, or no connection idle though there are some?
bool is_tight(const HostPicked& pick);

/// "retry after a back-off of 19 ms, drawn from 0 to 25 ms; 1 more left". `outcome`: what the
/// attempt before came to.
std::string decision_text(const RetryDecided& decision, Details outcome);

}  // namespace mesh
