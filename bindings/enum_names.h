// Names of the enumerators that a record's columns hold as numbers.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <string_view>

#include "libmesh/telemetry/facts.h"

namespace mesh::python {

/// EndedBy.
inline constexpr std::array<std::string_view, 3> ended_by_names{"horizon", "interrupt", "limit"};

/// Names of the first `count` enumerators of a telemetry enum.
template <class Enum>
pybind11::list names_list(std::size_t count) {
  pybind11::list out;
  for (std::size_t i = 0; i < count; ++i) out.append(to_string(static_cast<Enum>(i)));
  return out;
}

}  // namespace mesh::python
