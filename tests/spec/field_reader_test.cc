// Scalars by type: what is accepted, and what is said of the rest.
#include "libmesh/spec/field_reader.h"

#include <doctest/doctest.h>

#include <string>

namespace mesh {
namespace {

/// Reads the value of `v:`; the text is the only complaint with its hint, or empty.
template <class V>
std::string complaint(const Reader<V>& reader, const std::string& value, V& out) {
  Diagnostics problems;
  const auto documents = parse_yaml("v: " + value, "t", problems);
  REQUIRE(problems.empty());
  const Reading root("Thing/x", problems);
  const Reading at = root.field("v");
  const bool usable = reader.read(*documents.at(0).find("v"), at, out);
  CHECK(usable == problems.empty());
  if (problems.empty()) return "";
  REQUIRE(problems.items().size() == 1);
  const Diagnostic& d = problems.items()[0];
  CHECK(d.path == "Thing/x: v");
  CHECK(d.place == Place{"t", 1, 4});
  return d.code + " " + d.what + (d.hint.empty() ? "" : " | " + d.hint);
}
template <class V>
std::string complaint(const Reader<V>& reader, const std::string& value) {
  V out{};
  return complaint(reader, value, out);
}
template <class V>
V value_of(const Reader<V>& reader, const std::string& value) {
  V out{};
  CHECK_EQ(complaint(reader, value, out), "");
  return out;
}

TEST_CASE("field_reader: text refuses what YAML 1.1 takes for another type") {
  CHECK(value_of(text(), "reviews") == "reviews");
  CHECK(value_of(text(), "'off'") == "off");
  CHECK(value_of(text(), "1.20.3") == "1.20.3");
  CHECK_EQ(complaint(text(), "off"), "MS0103 expected text, found the boolean off | write \"off\"");
  CHECK_EQ(complaint(text(), "1.20"),
           "MS0103 expected text, found the number 1.20 | write \"1.20\"");
  CHECK_EQ(complaint(text(), "[a]"), "MS0103 expected text, found a list");
  CHECK(value_of(any_text(), "1.20") == "1.20");
  CHECK_EQ(complaint(any_text(), "{a: b}"), "MS0103 expected text, found a mapping");
}

TEST_CASE("field_reader: booleans have six spellings each way") {
  for (const char* word : {"true", "Yes", "ON", "y"}) CHECK(value_of(boolean(), word));
  for (const char* word : {"false", "No", "OFF", "n"}) CHECK_FALSE(value_of(boolean(), word));
  CHECK_EQ(complaint(boolean(), "'true'"),
           "MS0103 expected true or false, found the text \"true\" | write true");
  CHECK_EQ(complaint(boolean(), "1"), "MS0103 expected true or false, found the number 1");
}

TEST_CASE("field_reader: integers have bounds, and whole fractions are whole") {
  const auto reader = integer<std::int32_t>(0, 100);
  CHECK(value_of(reader, "100") == 100);
  CHECK(value_of(reader, "50.0") == 50);
  CHECK(value_of(reader, "1e1") == 10);
  CHECK(value_of(reader, "0x10") == 16);
  CHECK_EQ(complaint(reader, "101"), "MS0108 must be at most 100, got 101");
  CHECK_EQ(complaint(reader, "-1"), "MS0108 must be at least 0, got -1");
  CHECK_EQ(complaint(reader, "1e30"), "MS0108 must be at most 100, got 1e30");
  CHECK_EQ(complaint(reader, "-1e30"), "MS0108 must be at least 0, got -1e30");
  CHECK_EQ(complaint(reader, "0.5"), "MS0103 expected a whole number, found the number 0.5");
  CHECK_EQ(complaint(reader, "\"50\""),
           "MS0103 expected a whole number, found the text \"50\" | write 50");
  CHECK_EQ(complaint(reader, "many"), "MS0103 expected a whole number, found the text \"many\"");
  CHECK_EQ(complaint(integer<std::uint64_t>(0), "99999999999999999999"),
           "MS0108 must be at most 9223372036854775807, got 99999999999999999999");
}

TEST_CASE("field_reader: numbers are finite") {
  CHECK(value_of(number(0, 1), "0.5") == 0.5);
  CHECK(value_of(number(), "-3") == -3.0);
  CHECK_EQ(complaint(number(0, 1), "1.5"), "MS0108 must be at most 1, got 1.5");
  CHECK_EQ(complaint(number(), ".inf"), "MS0108 .inf is not a finite number");
  CHECK_EQ(complaint(number(), "'2'"), "MS0103 expected a number, found the text \"2\" | write 2");
}

TEST_CASE("field_reader: durations carry a unit") {
  CHECK(value_of(duration(), "1h10m") == minutes(70));
  CHECK(value_of(duration(), "1.5s") == milliseconds(1500));
  CHECK(value_of(duration(), "0s") == Duration{0});
  CHECK_EQ(complaint(duration(), "5"),
           "MS0103 expected a duration such as 100ms or 1h10m, found the number 5 | "
           "add a unit: 5s");
  CHECK_EQ(complaint(duration(), "1d"),
           "MS0107 \"1d\" is not a duration | the largest unit is h: one day is 24h");
  CHECK_EQ(complaint(duration(), "soon"),
           "MS0107 \"soon\" is not a duration | "
           "durations look like 100ms, 1.5s, 1h10m (units ns us ms s m h)");
  CHECK_EQ(complaint(duration(), "-1s"), "MS0206 must not be negative, got -1s");
  CHECK_EQ(complaint(duration(), "[1s]"),
           "MS0103 expected a duration such as 100ms or 1h10m, found a list");
}

TEST_CASE("field_reader: quantities and shares") {
  CHECK(value_of(quantity_milli(), "500m") == 500);
  CHECK(value_of(quantity_milli(), "2") == 2000);
  CHECK(value_of(quantity(), "1Gi") == 1'073'741'824);
  CHECK(value_of(quantity(), "1m") == 1);  // a part of a byte is a byte
  CHECK_EQ(complaint(quantity(), "1GiB"),
           "MS0107 \"1GiB\" is not a quantity | "
           "quantities look like 500m, 2, 1Gi, 100M (suffixes m k M G T Ki Mi Gi Ti)");
  CHECK_EQ(complaint(quantity(), "-1"), "MS0108 must not be negative, got -1");
  CHECK(value_of(share(), "5%") == 0.05);
  CHECK(value_of(share(), "0.25") == 0.25);
  CHECK(value_of(share(), "'0.1%'") == 0.001);
  CHECK_EQ(complaint(share(), "5"), "MS0207 must lie between 0% and 100%, got 5 | write 5%");
  CHECK_EQ(complaint(share(), "101%"), "MS0207 must lie between 0% and 100%, got 101%");
  CHECK_EQ(complaint(share(), ".nan"), "MS0207 must lie between 0% and 100%, got .nan");
  CHECK_EQ(complaint(share(), "on"),
           "MS0103 expected a share such as 5% or 0.05, found the boolean on");
}

TEST_CASE("field_reader: int or text, words, enumerators") {
  CHECK(value_of(int_or_text(), "9080") == "9080");
  CHECK(value_of(int_or_text(), "0x10") == "16");
  CHECK(value_of(int_or_text(), "http") == "http");
  CHECK_EQ(complaint(int_or_text(), "true"),
           "MS0103 expected a whole number or text, found the boolean true");
  const auto reader = one_of<int>({{"TCP", 1}, {"UDP", 2}});
  CHECK(value_of(reader, "UDP") == 2);
  CHECK_EQ(complaint(reader, "tcp"),
           "MS0106 must be one of TCP, UDP, got \"tcp\" | did you mean TCP?");
  CHECK_EQ(complaint(reader, "7"),
           "MS0103 expected one of TCP, UDP, found the number 7 | "
           "write \"7\"");
}

TEST_CASE("field_reader: lists and mappings name the bad item") {
  Diagnostics problems;
  const auto documents =
      parse_yaml("a: [x, 1, z]\nb: {k: v, 'a.b/c': 2}\nc: {d:, e: f}", "t", problems);
  const Reading root("Thing/x", problems);
  std::vector<std::string> items;
  CHECK(list(text()).read(*documents[0].find("a"), root.field("a"), items));
  CHECK(items == std::vector<std::string>{"x", "z"});
  Labels labels;
  CHECK(text_map().read(*documents[0].find("b"), root.field("b"), labels));
  CHECK(labels == Labels{{"k", "v"}});
  CHECK(text_map().read(*documents[0].find("c"), root.field("c"), labels));
  CHECK(labels == Labels{{"d", ""}, {"e", "f"}});
  std::vector<std::pair<std::string, std::string>> in_order;
  CHECK(pairs(text()).read(parse_yaml("z: 'a'\ny: b", "t", problems)[0], root, in_order));
  CHECK(in_order[0].first == "z");
  REQUIRE(problems.items().size() == 2);
  CHECK(problems.items()[0].path == "Thing/x: a[1]");
  CHECK(problems.items()[1].path == "Thing/x: b[\"a.b/c\"]");
}

TEST_CASE("field_reader: long text is cut in messages") {
  const std::string long_text(200, 'x');
  CHECK(complaint(duration(), long_text).size() < 200);
}

}  // namespace
}  // namespace mesh
