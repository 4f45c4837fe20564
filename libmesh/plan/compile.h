// istiod's work: from a Scenario to the Plan that proxies and engine run on.
#pragma once

#include <memory>

#include "libmesh/plan/plan.h"
#include "libmesh/spec/scenario.h"

namespace mesh {

struct CompileResult {
  std::shared_ptr<const Plan> plan;  // null when `problems` has errors
  Diagnostics problems;              // unknown hosts, subsets, gateways … (warnings), and errors
};

CompileResult compile(const Scenario& scenario);

}  // namespace mesh
