// Names of the enumerators that a record's columns hold as numbers.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <string_view>

#include "libmesh/telemetry/facts.h"

namespace mesh::python {

/// EndedBy.
inline constexpr std::array<std::string_view, 3> ended_by_names{"horizon", "interrupt", "limit"};

/// Detector: why outlier detection ejects.
inline constexpr std::array<std::string_view, 7> detector_names{"consecutive 5xx",
                                                                "consecutive gateway failures",
                                                                "consecutive local-origin failures",
                                                                "success rate",
                                                                "failure percentage",
                                                                "local-origin success rate",
                                                                "local-origin failure percentage"};

/// Names of the first `count` enumerators of a telemetry enum.
template <class Enum>
pybind11::list names_list(std::size_t count) {
  pybind11::list out;
  for (std::size_t i = 0; i < count; ++i) out.append(to_string(static_cast<Enum>(i)));
  return out;
}

}  // namespace mesh::python
