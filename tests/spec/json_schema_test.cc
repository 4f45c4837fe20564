// The schema that editors complete from.
#include "libmesh/spec/json_schema.h"

#include <doctest/doctest.h>

#include <string>

namespace mesh {
namespace {

struct Tree {
  std::string name;
  std::uint32_t count = 0;
  std::optional<Duration> age;
  std::vector<Tree> branches;
};

const Table<Tree>& tree_table() {
  static const Table<Tree> table(
      "Tree", "Grows.",
      {
          required("name", &Tree::name, word({"oak", "ash"}), "Kind."),
          simulated("count", &Tree::count, integer<std::uint32_t>(1, 9), "1", "How many."),
          reported("branches", &Tree::branches, list(object(tree_table)), "More."),
          no_effect("notes", text_map(), "Labels."),
          rejected("colour", "all are green"),
      });
  return table;
}

TEST_CASE("json_schema: rows become properties, tables definitions, also recursive ones") {
  CHECK_EQ(json_schema(tree_table().info(), "Trees"), R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Trees",
  "type": "object",
  "description": "Grows.",
  "properties": {
    "name": {
      "enum": [
        "oak",
        "ash"
      ],
      "description": "Kind."
    },
    "count": {
      "type": "integer",
      "minimum": 1,
      "maximum": 9,
      "description": "How many. Default: 1."
    },
    "branches": {
      "type": "array",
      "items": {
        "$ref": "#/$defs/Tree"
      },
      "description": "More. Not simulated yet."
    },
    "notes": {
      "type": "object",
      "additionalProperties": {
        "type": "string"
      },
      "description": "Labels."
    }
  },
  "required": [
    "name"
  ],
  "additionalProperties": false,
  "$defs": {
    "Tree": {
      "type": "object",
      "description": "Grows.",
      "properties": {
        "name": {
          "enum": [
            "oak",
            "ash"
          ],
          "description": "Kind."
        },
        "count": {
          "type": "integer",
          "minimum": 1,
          "maximum": 9,
          "description": "How many. Default: 1."
        },
        "branches": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/Tree"
          },
          "description": "More. Not simulated yet."
        },
        "notes": {
          "type": "object",
          "additionalProperties": {
            "type": "string"
          },
          "description": "Labels."
        }
      },
      "required": [
        "name"
      ],
      "additionalProperties": false
    }
  }
}
)");
}

TEST_CASE("json_schema: 64-bit bounds that JSON cannot hold are left out") {
  struct Big {
    std::uint64_t size = 0;
  };
  static const auto table = []() -> const Table<Big>& {
    static const Table<Big> big("Big", "",
                                {simulated("size", &Big::size, integer<std::uint64_t>(0), "", "")});
    return big;
  };
  const std::string schema = json_schema(table().info(), "");
  CHECK(schema.find("minimum") != std::string::npos);
  CHECK(schema.find("maximum") == std::string::npos);
}

}  // namespace
}  // namespace mesh
