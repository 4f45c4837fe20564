// Trees to block-style text, which reads back as the same trees.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "libmesh/spec/yaml_document.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using Kind = YamlNode::Kind;

TEST_CASE("yaml_writer: written as block style") {
  struct Row {
    const char* name;
    const char* text;
    const char* written;
  };
  const Row rows[] = {
      {"nested", "{a: [1, {b: c, d: [e]}], f: {g: h}}",
       "a:\n  - 1\n  - b: c\n    d:\n      - e\nf:\n  g: h\n"},
      {"empty things", "{a: [], b: {}, c: , d: ''}", "a: []\nb: {}\nc: null\nd: \"\"\n"},
      {"lists of lists", "[[1, 2], [[3]]]", "- - 1\n  - 2\n- - - 3\n"},
      {"quotes where they were or must be", "{a: '1', b: \"x: y\", c: x y}",
       "a: \"1\"\nb: \"x: y\"\nc: x y\n"},
      {"escapes", "a: \"x\\ny\\t\\\"\\\\\\x07\"", "a: \"x\\ny\\t\\\"\\\\\\x07\"\n"},
      {"a scalar", "x", "x\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Diagnostics problems;
    const auto documents = parse_yaml(row.text, "t.yaml", problems);
    REQUIRE(documents.size() == 1);
    CHECK(to_yaml(documents[0]) == row.written);
  }
}

namespace {

YamlNode random_tree(std::mt19937_64& random, int depth) {
  const std::string_view pieces[] = {
      "a",   "b1", " ",    ":",  ": ",   "#", " #", "-",      "- ",         "\n",
      "\t",  "'",  "\"",   "\\", "{",    "]", ",",  "&",      "*",          "!",
      "|",   "%",  "null", "~",  "true", "1", ".5", "\u00e9", "\U0001f600", "---",
      "...", "<<", "?",    "? ", "@",    "`", "=",  "\x7f",   "\x01",       "\r"};
  const auto random_text = [&] {
    std::string text;
    for (std::uint64_t n = random() % 5; n > 0; --n) text += pieces[random() % std::size(pieces)];
    return text;
  };
  YamlNode node;
  const std::uint64_t kind = random() % (depth > 4 ? 4 : 8);
  if (kind < 1) return node;
  if (kind < 4) {
    node.kind = Kind::Scalar;
    node.scalar = random_text();
    node.quoted = true;
  } else if (kind < 6) {
    node.kind = Kind::Sequence;
    for (std::uint64_t n = random() % 4; n > 0; --n) {
      node.items.push_back(random_tree(random, depth + 1));
    }
  } else {
    node.kind = Kind::Mapping;
    for (std::uint64_t n = random() % 4; n > 0; --n) {
      YamlNode key;
      key.kind = Kind::Scalar;
      key.quoted = true;
      key.scalar = std::to_string(n) + random_text();
      if (random() % 20 == 0) key.scalar += std::string(2000, 'k');
      node.entries.emplace_back(std::move(key), random_tree(random, depth + 1));
    }
  }
  return node;
}

}  // namespace

TEST_CASE("yaml_writer: every tree survives writing and reading") {
  std::mt19937_64 random(20250101);
  for (int i = 0; i < 5'000; ++i) {
    const YamlNode tree = random_tree(random, 0);
    if (tree.kind == Kind::Null) continue;
    const std::string text = to_yaml(tree);
    CAPTURE(text);
    Diagnostics problems;
    std::vector<YamlNode> again = parse_yaml(text, "t.yaml", problems);
    CHECK(testing::brief(problems) == "");
    REQUIRE(again.size() == 1);
    testing::drop_places(again[0]);
    CHECK(again[0] == tree);
  }
}

TEST_CASE("yaml_writer: whatever is read is written as something that reads the same") {
  std::mt19937_64 random(20250102);
  const std::string_view pieces[] = {
      "a",    "b",    "1",     " ",     "  ",  ":",    ": ",     "- ", "-",  "\n",
      "\n  ", "\n- ", "\na: ", "#",     "'",   "\"",   "\\",     "{",  "}",  "[",
      "]",    ", ",   "&x ",   "*x",    "!t ", "|\n",  ">\n",    "%",  "? ", "~",
      "null", "<<: ", "---\n", "...\n", "\t",  "\r\n", "\u00e9", "@",  "`",  "!!str "};
  int read = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (std::uint64_t n = random() % 14; n > 0; --n) text += pieces[random() % std::size(pieces)];
    Diagnostics problems;
    for (YamlNode& document : parse_yaml(text, "t.yaml", problems)) {
      ++read;
      const std::string written = to_yaml(document);
      CAPTURE(text);
      CAPTURE(written);
      Diagnostics further;
      std::vector<YamlNode> again = parse_yaml(written, "t.yaml", further);
      REQUIRE(again.size() == 1);
      CHECK(testing::brief(further) == "");
      testing::drop_places(document);
      testing::drop_places(again[0]);
      REQUIRE(again[0] == document);
    }
  }
  CHECK(read > 10'000);
}
