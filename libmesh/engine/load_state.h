// State of loads: their users, and how far along their curves they are.
#pragma once

#include <cstdint>

#include "libmesh/base/id.h"
#include "libmesh/base/time.h"

namespace mesh {

struct User {
  LoadId load;
  std::uint32_t number = 0;
  std::uint64_t sent = 0;
  std::uint64_t asked = 0;  // number of the latest request among the load's
  std::uint32_t retries = 0;
  Duration pause{};  // before the latest of them
  Instant due{};     // of a paced load: when its latest request was to be sent
};

struct LoadState {
  std::uint64_t arrivals = 0;  // sent so far
  std::uint32_t segment = 0;
  double target = 0;  // cumulative arrivals at which the next one is due
  double passed = 0;  // integral of the rate before `segment`
  double whole = -1;  // the same over `segment`; -1 = not yet worked out
};

}  // namespace mesh
