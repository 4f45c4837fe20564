// Rules about the keys of a finished mapping: no duplicates, merge keys expanded.
#pragma once

#include <string>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/yaml_document.h"

namespace mesh {

Diagnostic yaml_problem(code::Code code, Place place, std::string what, std::string hint = "");

/// Reports equal keys and keeps the first.
void drop_duplicate_keys(YamlNode& mapping, Diagnostics& problems);

/// Puts the entries of merged mappings ("<<: *base") behind the mapping's own, which win.
void expand_merge_keys(YamlNode& mapping, Diagnostics& problems);

}  // namespace mesh
