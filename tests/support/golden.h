// Golden files: text that a test produces, compared with the committed copy.
#pragma once

#include <string>

namespace mesh::testing {

/// Compares `actual` with tests/golden/`name`, line by line, as a doctest check. With
/// UPDATE_GOLDEN=1 in the environment the file is rewritten instead; the review is the git diff.
void check_golden(const std::string& name, const std::string& actual);

}  // namespace mesh::testing
