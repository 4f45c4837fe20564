// What unquoted words and numbers mean to Kubernetes tools.
#include "libmesh/spec/yaml_scalar.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

namespace mesh {
namespace {

YamlNode plain(const std::string& text) {
  YamlNode node;
  node.kind = YamlNode::Kind::Scalar;
  node.scalar = text;
  return node;
}

TEST_CASE("yaml_scalar: words and numbers have the types of YAML 1.1") {
  struct Row {
    const char* text;
    ScalarType type;
  };
  const Row rows[] = {
      {"on", ScalarType::Boolean},      {"No", ScalarType::Boolean},
      {"y", ScalarType::Boolean},       {"TRUE", ScalarType::Boolean},
      {"tRUE", ScalarType::Text},       {"yep", ScalarType::Text},
      {"", ScalarType::Null},           {"~", ScalarType::Null},
      {"null", ScalarType::Null},       {"none", ScalarType::Text},
      {"0", ScalarType::Integer},       {"-12", ScalarType::Integer},
      {"+3", ScalarType::Integer},      {"1_000", ScalarType::Integer},
      {"0x1F", ScalarType::Integer},    {"0b101", ScalarType::Integer},
      {"0o17", ScalarType::Integer},    {"017", ScalarType::Integer},
      {"089", ScalarType::Integer},     {"1.5", ScalarType::Number},
      {".5", ScalarType::Number},       {"1e3", ScalarType::Number},
      {"-.inf", ScalarType::Number},    {".nan", ScalarType::Number},
      {"1.2.3", ScalarType::Text},      {"5s", ScalarType::Text},
      {"10.0.0.1", ScalarType::Text},   {"1:30", ScalarType::Text},
      {"2024-01-01", ScalarType::Text}, {"-", ScalarType::Text},
      {"--1", ScalarType::Text},        {"0x", ScalarType::Text},
      {"inf", ScalarType::Text},        {"99999999999999999999", ScalarType::Number},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(scalar_type(plain(row.text)) == row.type);
    YamlNode quoted = plain(row.text);
    quoted.quoted = true;
    CHECK(scalar_type(quoted) == ScalarType::Text);
  }
}

TEST_CASE("yaml_scalar: integers in every notation") {
  CHECK(parse_yaml_integer("0x1F") == 31);
  CHECK(parse_yaml_integer("-0x10") == -16);
  CHECK(parse_yaml_integer("0b101") == 5);
  CHECK(parse_yaml_integer("0o17") == 15);
  CHECK(parse_yaml_integer("017") == 15);
  CHECK(parse_yaml_integer("089") == 89);
  CHECK(parse_yaml_integer("1_000_000") == 1'000'000);
  CHECK(parse_yaml_integer("-9223372036854775808") == INT64_MIN);
  for (const char* bad : {"", "-", "+", "0x-1", "0xg", "1a", "9223372036854775808", "1.0"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_yaml_integer(bad));
  }
}

TEST_CASE("yaml_scalar: numbers, infinities, overflow") {
  CHECK(parse_yaml_number("+1.5") == 1.5);
  CHECK(parse_yaml_number("1e3") == 1000.0);
  CHECK(parse_yaml_number("-.INF") == -INFINITY);
  CHECK(std::isnan(parse_yaml_number(".nan").value()));
  CHECK(parse_yaml_number("1e999").value() > 1e300);
  for (const char* bad : {"", ".", "-", "e5", "1e", "0x1p3", "1.5.2", "infinity", "nan"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_yaml_number(bad));
  }
}

}  // namespace
}  // namespace mesh
