// A recorded experiment as a scenario that any user could have written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/spec/scenario.h"
#include "libmesh/verify/case.h"

namespace mesh::verify {

/// What measuring added in the recordings, taken from their case `baseline` alone.
struct Overhead {
  Duration proxy = microseconds(130);    // one traversal, request and response together
  Duration loopback = microseconds(60);  // one round trip
  Duration service = microseconds(50);   // a service takes longer than its latency
  Duration client = microseconds(120);   // the generator's own turn, between answer and request
};

/// The scenario of a case: its istio.yaml, one workload per entry of `instances`, its load as fixed
/// arrivals or closed loops. `problems` gets what cannot be read.
Scenario scenario_of(const Case& recorded, const Overhead& overhead, Diagnostics& problems);

/// Name of the load that all open-loop requests of a case belong to.
inline constexpr const char* open_load_name = "open";

/// Where the client of the case sends its requests from, in the scenario.
std::string client_workload(const Case& recorded);

}  // namespace mesh::verify
