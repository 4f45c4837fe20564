// Trees made in code read back as they were meant.
#include "libmesh/spec/yaml_build.h"

#include <doctest/doctest.h>

#include <random>

#include "libmesh/spec/quantity.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;

TEST_CASE("yaml_build: text is quoted where it would be something else") {
  struct Row {
    const char* value;
    const char* written;
  };
  const Row rows[] = {{"cart", "cart\n"},   {"", "\"\"\n"},         {"1.27", "\"1.27\"\n"},
                      {"yes", "\"yes\"\n"}, {"null", "\"null\"\n"}, {"a: b", "\"a: b\"\n"},
                      {"100ms", "100ms\n"}, {"~", "\"~\"\n"},       {"- x", "\"- x\"\n"}};
  for (const Row& row : rows) {
    CAPTURE(row.value);
    CHECK(to_yaml(yaml::text(row.value)) == row.written);
    const YamlNode again = testing::node_of(to_yaml(yaml::text(row.value)));
    CHECK(again.kind == YamlNode::Kind::Scalar);
    CHECK(again.scalar == row.value);
  }
}

TEST_CASE("yaml_build: shares are percentages that read back as the same double") {
  struct Row {
    double value;
    const char* written;
  };
  const Row rows[] = {{0, "0%"},           {1, "100%"},      {0.5, "50%"},  {0.001, "0.1%"},
                      {0.01, "1%"},        {0.999, "99.9%"}, {0.25, "25%"}, {0.1, "10%"},
                      {0.00001, "0.001%"}, {0.125, "12.5%"}, {2.5, "250%"}};
  for (const Row& row : rows) {
    CAPTURE(row.value);
    CHECK(yaml::share(row.value).scalar == row.written);
  }
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const double value = static_cast<double>(random() >> 11) * 0x1p-53;
    CAPTURE(value);
    CHECK(parse_percent(yaml::share(value).scalar) == value);
    CHECK(parse_percent(yaml::share(value * 1e-12).scalar) == value * 1e-12);
  }
}

TEST_CASE("yaml_build: bytes are the largest binary unit that divides them") {
  CHECK(yaml::bytes(0).scalar == "0");
  CHECK(yaml::bytes(1000).scalar == "1000");
  CHECK(yaml::bytes(1024).scalar == "1Ki");
  CHECK(yaml::bytes(8ull << 30).scalar == "8Gi");
  CHECK(yaml::bytes((1ull << 30) + 1024).scalar == "1048577Ki");
}

TEST_CASE("yaml_build: mappings keep their order and leave out what is absent") {
  yaml::Map map;
  map.add("b", yaml::integer(1)).add_if("x", std::optional<Duration>(), yaml::duration);
  map.add_if("a", std::optional<Duration>(seconds(1)), yaml::duration);
  map.add_list("none", std::vector<double>{}, yaml::number);
  map.add_list("list", std::vector<double>{1, 2.5}, yaml::number);
  map.add("flag", yaml::boolean(true));
  CHECK(to_yaml(map.take()) == "b: 1\na: 1s\nlist:\n  - 1\n  - 2.5\nflag: true\n");
}
