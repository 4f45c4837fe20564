// Times as decimal numbers with all their digits, by integers.
#pragma once

#include <cstdint>
#include <string>

#include "libmesh/base/time.h"

namespace mesh {

/// "12.000000345" without trailing zeros: seconds of a duration or instant, exact.
std::string seconds_text(Duration d);

/// "12.345678" without trailing zeros: milliseconds, exact.
std::string milliseconds_text(Duration d);

}  // namespace mesh
