// Forms that Envoy's messages share.
#include <doctest/doctest.h>

#include "libmesh/spec/istio/envoy_tables.h"
#include "tests/spec/snippets.h"

namespace mesh {
namespace {

YamlNode parse(const std::string& text) {
  Diagnostics problems;
  return parse_yaml(text, "test.yaml", problems).at(0);
}

template <class V>
V value_of(const Reader<V>& reader, const std::string& text) {
  Diagnostics problems;
  V value{};
  CHECK(reader.read(parse(text), Reading("x", problems), value));
  CHECK(testing::complaints(problems) == "");
  return value;
}

TEST_CASE("envoy_messages: the type of a value is the last part of its URL") {
  const auto direct = istio::typed_message(
      parse("{'@type': type.googleapis.com/envoy.filters.v3.LocalRateLimit, stat_prefix: x}"));
  CHECK(direct.type == "LocalRateLimit");
  CHECK(direct.value.find("stat_prefix") != nullptr);
  for (const std::string url : {"type_url", "typeUrl"}) {
    const auto wrapped =
        istio::typed_message(parse("{'@type': type.googleapis.com/xds.type.v3.TypedStruct, " + url +
                                   ": type.googleapis.com/envoy.filters.v3.Cors, value: {a: 1}}"));
    CHECK(wrapped.type == "Cors");
    CHECK(wrapped.value.find("a") != nullptr);
  }
  CHECK(istio::typed_message(parse("{a: 1}")).type == "");
}

TEST_CASE("envoy_messages: keys in both spellings, unknown ones named and left out") {
  static const TableInfo table{"Thing", "", {{.name = "max_tokens"}}};
  Diagnostics problems;
  const YamlNode known = istio::known_fields(parse("{'@type': x, maxTokens: 1, otherThing: 2}"),
                                             Reading("Filter/x", problems), table);
  REQUIRE_EQ(known.entries.size(), 1);
  CHECK(known.entries.front().first.scalar == "max_tokens");
  CHECK(testing::complaints(problems) == "warning MS0301 other_thing: is not simulated");
}

TEST_CASE("envoy_messages: percentages and fractions") {
  CHECK(value_of(istio::percent_message(), "{value: 12.5}") == 12.5);
  CHECK(value_of(istio::runtime_double(), "{runtime_key: k, default_value: 1.5}") == 1.5);
  CHECK(value_of(istio::fraction(), "{numerator: 3}") == Millionths{30'000});
  CHECK(value_of(istio::fraction(), "{numerator: 3, denominator: TEN_THOUSAND}") ==
        Millionths{300});
  CHECK(value_of(istio::fraction(), "{numerator: 3, denominator: MILLION}") == Millionths{3});
  CHECK(value_of(istio::fraction(), "{numerator: 101}") == Millionths{1'000'000});
  CHECK(value_of(istio::runtime_fraction(), "{default_value: {numerator: 100}}") ==
        Millionths{1'000'000});
  CHECK(value_of(istio::positive_duration(), "0.05s") == milliseconds(50));
}

}  // namespace
}  // namespace mesh
