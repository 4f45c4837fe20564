// The one list of analyzers.
#pragma once

#include "libmesh/lint/input.h"

namespace mesh {

void lint_outlier_detection(const LintInput& input, Diagnostics& problems);
void lint_timeouts(const LintInput& input, Diagnostics& problems);
void lint_retry_amplification(const LintInput& input, Diagnostics& problems);
void lint_subsets(const LintInput& input, Diagnostics& problems);
void lint_services(const LintInput& input, Diagnostics& problems);
void lint_connection_pools(const LintInput& input, Diagnostics& problems);
void lint_hashing(const LintInput& input, Diagnostics& problems);
void lint_localities(const LintInput& input, Diagnostics& problems);
void lint_ejection_limits(const LintInput& input, Diagnostics& problems);

inline constexpr void (*analyzers[])(const LintInput&, Diagnostics&) = {
    lint_outlier_detection, lint_timeouts,   lint_retry_amplification,
    lint_subsets,           lint_services,   lint_connection_pools,
    lint_hashing,           lint_localities, lint_ejection_limits,
};

}  // namespace mesh
