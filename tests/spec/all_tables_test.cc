// The one list of tables: coverage, and what all rows must have.
#include "libmesh/spec/all_tables.h"

#include <doctest/doctest.h>

#include <set>

#include "libmesh/spec/json_schema.h"
#include "libmesh/spec/scenario.h"
#include "tests/support/golden.h"

namespace mesh {
namespace {

using Seen = std::set<const TableInfo*>;

void visit(const Shape& shape, Seen& seen, void (*each)(const TableInfo&));
void visit(const TableInfo& table, Seen& seen, void (*each)(const TableInfo&)) {
  if (!seen.insert(&table).second) return;
  each(table);
  for (const FieldInfo& field : table.fields) visit(field.shape, seen, each);
}
void visit(const Shape& shape, Seen& seen, void (*each)(const TableInfo&)) {
  if (shape.kind == Shape::Kind::Object) visit(shape.table(), seen, each);
  for (const Shape& part : shape.of) visit(part, seen, each);
}

TEST_CASE("all_tables: one line per field of every table") {
  testing::check_golden("field_coverage.txt", field_coverage());
}

TEST_CASE("all_tables: every row has a name of its own and says what it is") {
  Seen seen;
  for (const DocumentTable& document : all_tables()) {
    visit(document.table, seen, [](const TableInfo& table) {
      CAPTURE(table.name);
      CHECK_FALSE(table.doc.empty());
      std::set<std::string> names;
      for (const FieldInfo& field : table.fields) {
        CAPTURE(field.name);
        CHECK(names.insert(field.name).second);
        CHECK_FALSE(field.doc.empty());
        CHECK((field.status == FieldStatus::Simulated || !field.required ||
               field.status == FieldStatus::NoEffect));
      }
    });
  }
  CHECK(seen.size() > 60);
}

TEST_CASE("all_tables: within one document a table's name stands for one table") {
  for (const DocumentTable& document : all_tables()) {
    CAPTURE(document.kind);
    Seen seen;
    visit(document.table, seen, [](const TableInfo&) {});
    std::set<std::string> names;
    for (const TableInfo* table : seen) {
      CAPTURE(table->name);
      CHECK(names.insert(table->name).second);
    }
  }
}

TEST_CASE("all_tables: every table has a schema") {
  for (const DocumentTable& document : all_tables()) {
    const std::string schema = json_schema(document.table, document.kind);
    CHECK(schema.find("\"additionalProperties\": false") != std::string::npos);
  }
}

}  // namespace
}  // namespace mesh
