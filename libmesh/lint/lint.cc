// What `analyze` says beyond errors: configuration whose effect is not what it looks like.
#include "libmesh/lint/lint.h"

#include "libmesh/lint/all.h"

namespace mesh {

Diagnostics lint(const Scenario& scenario, const Plan& plan) {
  const LintInput input(scenario, plan);
  Diagnostics problems;
  for (const auto analyzer : analyzers) analyzer(input, problems);
  problems.sort();
  return problems;
}

}  // namespace mesh
