// Rows of a table at work: statuses, hints, nesting, checks.
#include "libmesh/spec/field_table.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::complaints;

struct Pool {
  std::int64_t max_connections = 0;
};
struct Thing {
  std::string name;
  Pool pool;
  std::optional<Duration> timeout;
  std::vector<Thing> parts;
  std::string mode = "fast";
  Place place;
};

const Table<Pool>& pool_table() {
  static const Table<Pool> table("Pool", "Limits.",
                                 {simulated("maxConnections", &Pool::max_connections,
                                            integer<std::int64_t>(0), "0", "Most.")});
  return table;
}

const Table<Thing>& thing_table() {
  static const Table<Thing> table(
      "Thing", "For tests.",
      {
          required("name", &Thing::name, text(), "Its name."),
          simulated(
              "pool", [](Thing& t) -> auto& { return t.pool; }, object(pool_table), "", "Limits."),
          simulated("timeout", &Thing::timeout, duration(), "none", "Limit."),
          simulated("parts", &Thing::parts, list(object(thing_table)), "", "Recursive."),
          reported("mode", &Thing::mode, word({"fast", "slow"}), "How.").with_default("fast"),
          reported("tls", object(pool_table), "Later.", Severity::Warning),
          no_effect("image", text(), "Nothing."),
          rejected("oldName", "was removed: write name"),
      },
      [](const YamlNode& node, const Reading& at, Thing& thing) {
        if (thing.name == "bad") at.error(code::invalid_name, node, "bad is bad");
      });
  return table;
}

struct Result {
  Thing thing;
  Diagnostics problems;
  bool usable = false;
};
Result read(const std::string& yaml) {
  Result result;
  const auto documents = parse_yaml(yaml, "t.yaml", result.problems);
  REQUIRE(documents.size() == 1);
  result.usable =
      thing_table().read(documents[0], Reading("Thing/x", result.problems), result.thing);
  return result;
}
std::string said(const std::string& yaml) {
  return complaints(read(yaml).problems, Severity::Info);
}

TEST_CASE("field_table: members are read, places kept, defaults left alone") {
  const Result result = read(
      "name: a\npool: {maxConnections: 7}\ntimeout: 2s\n"
      "parts:\n- name: b\n- {name: c, parts: [{name: d}]}\n");
  CHECK(result.problems.empty());
  CHECK(result.thing.name == "a");
  CHECK(result.thing.pool.max_connections == 7);
  CHECK(result.thing.timeout == seconds(2));
  CHECK(result.thing.mode == "fast");
  REQUIRE(result.thing.parts.size() == 2);
  CHECK(result.thing.parts[1].parts[0].name == "d");
  CHECK(result.thing.place == Place{"t.yaml", 1, 1});
  CHECK(result.thing.parts[1].place == Place{"t.yaml", 6, 3});
}

TEST_CASE("field_table: null is absent") {
  CHECK_EQ(said("{name: a, timeout: null, pool: ~, parts: , image: null}"), "");
  CHECK_EQ(said("name: null"), "error MS0105: name is required");
}

TEST_CASE("field_table: every status says its part") {
  CHECK_EQ(said("{name: a, image: x}"), "");
  CHECK_EQ(said("{name: a, mode: fast}"), "");
  CHECK_EQ(said("{name: a, mode: slow}"), "info MS0301 mode: is not simulated yet");
  CHECK_EQ(said("{name: a, tls: {maxConnections: 1}}"), "warning MS0301 tls: is not simulated yet");
  CHECK_EQ(said("{name: a, oldName: b}"), "error MS0201 oldName: was removed: write name");
  CHECK_EQ(said("{name: a, tls: {maxConnections: x}}"),
           "warning MS0301 tls: is not simulated yet\n"
           "error MS0103 tls.maxConnections: expected a whole number, found the text \"x\"");
}

TEST_CASE("field_table: all problems are reported at once, deep ones with their path") {
  CHECK_EQ(said("parts: [{name: 1, timeout: 5}, text, {nam: c}]\nimage: 3"),
           "error MS0103 parts[0].name: expected text, found the number 1\n"
           "error MS0103 parts[0].timeout: expected a duration such as 100ms or 1h10m, found the "
           "number 5\n"
           "error MS0103 parts[1]: expected a mapping (Thing), found the text \"text\"\n"
           "error MS0104 parts[2].nam: Thing has no field of this name\n"
           "error MS0105 parts[2]: name is required\n"
           "error MS0103 image: expected text, found the number 3\n"
           "error MS0105: name is required");
}

TEST_CASE("field_table: hints lead to the right field") {
  const auto hint = [](const std::string& yaml) { return read(yaml).problems.items().at(0).hint; };
  CHECK(hint("{name: a, timout: 1s}") == "did you mean timeout?");
  CHECK(hint("{name: a, max_connections: 1}") == "did you mean maxConnections in pool?");
  CHECK(hint("{name: a, maxConnections: 1}") == "maxConnections belongs into pool");
  CHECK(hint("{name: a, pool: {timeout: 1s}}") ==
        "timeout belongs to Thing/x: check the indentation");
  CHECK(hint("{name: a, qwertz: 1}") == "Thing has name, pool, timeout, parts, mode, tls, image");
  CHECK(hint("timeout: 1s") == "add name (text): Its name.");
}

TEST_CASE("field_table: the check runs after the fields and sees them") {
  CHECK_EQ(said("name: bad"), "error MS0202: bad is bad");
}

TEST_CASE("field_table: what is no mapping is not usable") {
  CHECK_FALSE(read("[a]").usable);
  CHECK(read("{}").usable);
  CHECK_EQ(said("[a]"), "error MS0103: expected a mapping (Thing), found a list");
}

TEST_CASE("field_table: shapes have texts") {
  const auto text_of = [](const char* name) {
    for (const FieldInfo& field : thing_table().info().fields) {
      if (field.name == name) return to_string(field.shape);
    }
    return std::string("absent");
  };
  CHECK(text_of("name") == "text");
  CHECK(text_of("parts") == "list of Thing");
  CHECK(text_of("mode") == "fast | slow");
  CHECK(text_of("pool") == "Pool");
  CHECK(to_string(Shape{.kind = Shape::Kind::OneOf,
                        .of = {{.kind = Shape::Kind::Duration},
                               {.kind = Shape::Kind::Map, .of = {{.kind = Shape::Kind::Any}}}}}) ==
        "duration or map of any");
}

}  // namespace
}  // namespace mesh
