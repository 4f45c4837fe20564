// When the open-loop requests of a case are sent.
#pragma once

#include <string>
#include <vector>

#include "libmesh/verify/case.h"

namespace mesh::verify {

struct Arrival {
  Duration at{0};
  std::string request;  // a name
};

/// When each phase starts: at its own time, or where the one before it ended.
std::vector<Duration> phase_starts(const Load& load);

/// Number of open-loop requests that the phases ask for, as far as they say it.
double planned_arrivals(const Load& load);

/// All open-loop requests in order: of the phases and the file of `arrivals`, or, when a phase is
/// random, those of arrivals.csv, where they stand as they were sent.
std::vector<Arrival> open_arrivals(const Case& recorded, Diagnostics& problems);

}  // namespace mesh::verify
