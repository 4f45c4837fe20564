// Every kind of document that is read, with its field table: the one visible list.
#pragma once

#include <string>
#include <vector>

#include "libmesh/spec/field_table.h"

namespace mesh {

struct DocumentTable {
  std::string kind;
  const TableInfo& table;
};

/// In the order of the coverage text and the reference documentation.
const std::vector<DocumentTable>& all_tables();

}  // namespace mesh
