// Duplicate keys and merge keys of one mapping.
#include "libmesh/spec/yaml_mapping.h"

#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;

namespace {

YamlNode scalar(std::string value, std::uint32_t line = 1) {
  YamlNode node;
  node.kind = YamlNode::Kind::Scalar;
  node.scalar = std::move(value);
  node.place = {"t.yaml", line, 1};
  return node;
}

YamlNode mapping(std::vector<std::pair<YamlNode, YamlNode>> entries) {
  YamlNode node;
  node.kind = YamlNode::Kind::Mapping;
  node.entries = std::move(entries);
  return node;
}

}  // namespace

TEST_CASE("yaml_mapping: the first of equal keys stays, each other one is reported") {
  YamlNode node = mapping({{scalar("a", 1), scalar("1")},
                           {scalar("b", 2), scalar("2")},
                           {scalar("a", 3), scalar("3")},
                           {scalar("a", 4), scalar("4")}});
  Diagnostics problems;
  drop_duplicate_keys(node, problems);
  CHECK(to_yaml(node) == "a: 1\nb: 2\n");
  CHECK(testing::brief(problems) ==
        "3:1 MS0102 the key a stands twice in this mapping, first at line 1 (remove one of the "
        "two)\n"
        "4:1 MS0102 the key a stands twice in this mapping, first at line 1 (remove one of the "
        "two)\n");
}

TEST_CASE("yaml_mapping: merged entries stand behind the mapping's own and never win") {
  YamlNode node = mapping(
      {{scalar("<<"), mapping({{scalar("a"), scalar("old")}, {scalar("b"), scalar("new")}})},
       {scalar("a"), scalar("own")}});
  Diagnostics problems;
  expand_merge_keys(node, problems);
  CHECK(problems.empty());
  CHECK(to_yaml(node) == "a: own\nb: new\n");
}

TEST_CASE("yaml_mapping: a quoted << is a key like any other; a merged scalar is an error") {
  YamlNode quoted = mapping({{scalar("<<"), scalar("x")}});
  quoted.entries[0].first.quoted = true;
  Diagnostics problems;
  expand_merge_keys(quoted, problems);
  CHECK(problems.empty());
  CHECK(quoted.entries.size() == 1);

  YamlNode wrong = mapping({{scalar("<<"), scalar("x", 7)}});
  expand_merge_keys(wrong, problems);
  CHECK(wrong.entries.empty());
  REQUIRE(problems.items().size() == 1);
  CHECK(problems.items()[0].place.line == 7);
}
