// JSON Schema of what a field table reads, so that an editor completes it.
#pragma once

#include <string>

#include "libmesh/spec/field_table.h"

namespace mesh {

/// JSON Schema 2020-12 of the objects that `root` reads, indented by two.
std::string json_schema(const TableInfo& root, const std::string& title);

}  // namespace mesh
