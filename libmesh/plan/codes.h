// The stable codes of problems that compiling finds.
#pragma once

#include "libmesh/spec/diagnostic_codes.h"

namespace mesh::plan_code {

using code::Code;

// MS05xx: names, loads and rules that do not fit together.
inline constexpr Code no_duration{"MS0500", "There is load and no duration."};
inline constexpr Code unknown_workload{"MS0501", "No workload has this name."};
inline constexpr Code ambiguous_workload{"MS0502", "Several workloads have this name."};
inline constexpr Code second_behaviour{"MS0503", "A workload's behaviour stands twice."};
inline constexpr Code unknown_entry{"MS0504", "A load enters by a Gateway that does not exist."};
inline constexpr Code unknown_target{"MS0505", "A load calls a service that does not exist."};
inline constexpr Code unknown_port{"MS0506", "A load's port is served by nothing."};
inline constexpr Code no_weight{"MS0507", "The requests of a load weigh nothing."};
inline constexpr Code no_arrivals{"MS0508", "A load says neither open nor closed."};
inline constexpr Code unknown_threshold{"MS0509", "A threshold is on something unknown."};
inline constexpr Code unknown_call{"MS0510", "A script calls a service that does not exist."};
inline constexpr Code unknown_host{"MS0511", "A request goes to a host outside the mesh."};
inline constexpr Code no_behaviour{"MS0512", "A workload takes the default behaviour."};
inline constexpr Code endless_gateways{"MS0513", "Gateways forward to each other without end."};
inline constexpr Code too_many_replicas{"MS0514", "A fault wants more pods than there can be."};
inline constexpr Code call_circle{"MS0515", "Calls cause themselves again."};
inline constexpr Code counter_in_call{"MS0516", "A counter in a call's request is not unrolled."};
inline constexpr Code unknown_request{"MS0517", "An arrival names an unknown request."};
inline constexpr Code same_workload_name{"MS0518", "Workloads of two kinds have one name."};
inline constexpr Code no_proxy{"MS0519", "A workload without a sidecar has no configuration."};
inline constexpr Code unknown_gateway{"MS0520", "A VirtualService names an unknown Gateway."};
inline constexpr Code unknown_destination{"MS0521", "A route leads to an unknown host."};
inline constexpr Code unknown_destination_port{"MS0522", "A route leads to an unknown port."};
inline constexpr Code unknown_subset{"MS0523", "A route leads to an unknown subset."};
inline constexpr Code headers_by_destination{
    "MS0524", "Header operations of single destinations are not simulated."};
inline constexpr Code refused_by_envoy{"MS0525", "Envoy refuses what an EnvoyFilter makes."};
inline constexpr Code merged_zero{"MS0526", "A zero merged over a number changes nothing."};
inline constexpr Code merged_beside{"MS0527", "What is merged is not looked at by Envoy."};
inline constexpr Code no_authoriser{"MS0528", "A policy's authoriser does not exist."};
inline constexpr Code unknown_filter_cluster{"MS0529", "A filter asks a cluster nobody knows."};
inline constexpr Code sidecar_balances{"MS0570", "A caller's balance is the sidecar's business."};

inline constexpr Code unknown_zone{"MS0530", "A fault hits a zone in which nothing runs."};
inline constexpr Code too_many_points{"MS0532", "A load's curve has too many points."};
inline constexpr Code too_many_faults{"MS0531", "A fault is repeated without end."};

}  // namespace mesh::plan_code
