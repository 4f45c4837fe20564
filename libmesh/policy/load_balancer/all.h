// The one list of balancers; parser, docs, contract test and bindings read it.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "libmesh/policy/load_balancer/config.h"
#include "libmesh/policy/load_balancer/edf.h"
#include "libmesh/policy/load_balancer/least_request.h"
#include "libmesh/policy/load_balancer/random.h"
#include "libmesh/policy/load_balancer/round_robin.h"

namespace mesh {

using LoadBalancer = std::variant<RoundRobinBalancer, LeastRequestBalancer, RandomBalancer>;

}  // namespace mesh
