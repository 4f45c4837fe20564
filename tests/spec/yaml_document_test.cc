// YAML trees: places, what is refused, limits, the way back to text.
#include "libmesh/spec/yaml_document.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "tests/support/paths.h"

using namespace mesh;
using Kind = YamlNode::Kind;

namespace {

/// A tree in one line, with line:column when asked: {a@1:1: [1, "2"]}.
std::string brief(const YamlNode& node, bool places = false) {
  std::string text;
  switch (node.kind) {
    case Kind::Null:
      text = "null";
      break;
    case Kind::Scalar:
      text = node.quoted ? '"' + node.scalar + '"' : node.scalar;
      break;
    case Kind::Sequence:
      for (const YamlNode& item : node.items) {
        text += (text.empty() ? "" : ", ") + brief(item, places);
      }
      text = '[' + text + ']';
      break;
    case Kind::Mapping:
      for (const auto& [key, value] : node.entries) {
        text += (text.empty() ? "" : ", ") + brief(key, places) + ": " + brief(value, places);
      }
      text = '{' + text + '}';
      break;
  }
  if (places) {
    text += '@' + std::to_string(node.place.line) + ':' + std::to_string(node.place.column);
  }
  return text;
}

std::string brief(const std::vector<YamlNode>& documents, bool places = false) {
  std::string text;
  for (const YamlNode& document : documents) {
    text += (text.empty() ? "" : " | ") + brief(document, places);
  }
  return text;
}

std::string brief(const Diagnostics& problems) {
  std::string text;
  for (const Diagnostic& d : problems) {
    text += std::to_string(d.place.line) + ':' + std::to_string(d.place.column) + ' ' + d.code +
            ' ' + d.what + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("yaml_document: trees") {
  struct Row {
    const char* name;
    const char* text;
    const char* tree;
  };
  const Row rows[] = {
      {"an empty text has no documents", "", ""},
      {"nor have comments", "# nothing\n\n  # here\n", ""},
      {"nor have markers", "---\n---\n...\n", ""},
      {"block style", "a: 1\nb:\n- x\n- y: z\n", "{a: 1, b: [x, {y: z}]}"},
      {"flow style", "{a: [1, {b: c}], d: }", "{a: [1, {b: c}], d: null}"},
      {"a quoted scalar is marked", "a: '1'\nb: \"2\"\nc: 3\n", "{a: \"1\", b: \"2\", c: 3}"},
      {"nothing in its spellings", "a:\nb: ~\nc: null\nd: 'null'\n",
       "{a: null, b: null, c: null, d: \"null\"}"},
      {"block scalars are text", "a: |\n  1\nb: >-\n  x\n  y\n", "{a: \"1\n\", b: \"x y\"}"},
      {"a plain scalar over lines is one line", "a: x\n  y\n", "{a: x y}"},
      {"a paragraph is text", "a: x\n\n  y\n", "{a: \"x\ny\"}"},
      {"documents", "a: 1\n---\nb: 2\n--- c\n...\n# end\n", "{a: 1} | {b: 2} | c"},
      {"directives belong to the document", "%YAML 1.1\n---\na: 1\n---\nb: 2\n", "{a: 1} | {b: 2}"},
      {"a document after an end marker", "a: 1\n...\nb: 2\n", "{a: 1} | {b: 2}"},
      {"a byte order mark",
       "\xef\xbb\xbf"
       "a: 1\n",
       "{a: 1}"},
      {"Windows line ends", "a: 1\r\nb:\r\n  - x\r\n---\r\nc: 2\r\n", "{a: 1, b: [x]} | {c: 2}"},
      {"anchors are copied", "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
       "{a: {b: 1}, c: {b: 1}, d: [{b: 1}, {b: 1}]}"},
      {"scalars have anchors too", "a: &x 5\nb: *x\nc: &n\nd: *n\n",
       "{a: 5, b: 5, c: null, d: null}"},
      {"an anchor's last meaning counts", "a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}"},
      {"merge keys stand behind and lose", "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n",
       "{x: {a: 1, b: 2}, y: {b: 3, a: 1}}"},
      {"of merged lists the first wins", "x: &x {a: 1}\ny: &y {a: 2, c: 3}\nz: {<<: [*x, *y]}\n",
       "{x: {a: 1}, y: {a: 2, c: 3}, z: {a: 1, c: 3}}"},
      {"a quoted << is a key", "{'<<': 1}", "{\"<<\": 1}"},
      {"tags of the core schema", "a: !!str 5\nb: !!int \"6\"\n", "{a: \"5\", b: 6}"},
      {"a ? key", "? a\n: 1\n? b\n", "{a: 1, b: null}"},
      {"three dashes inside a line are text", "a: ---\nb: |\n  ---\n  x\n",
       "{a: \"---\", b: \"---\nx\n\"}"},
      {"a bare scalar is a document", "hello", "hello"},
      {"comments end scalars only after a blank", "a: x#y # z\n", "{a: x#y}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Diagnostics problems;
    CHECK(brief(parse_yaml(row.text, "t.yaml", problems)) == row.tree);
    CHECK(brief(problems) == "");
  }
}

TEST_CASE("yaml_document: every node knows its line and column, in characters from 1") {
  struct Row {
    const char* name;
    const char* text;
    const char* tree;
  };
  const Row rows[] = {
      {"block mapping", "a: 1\nbb:\n  c: 2\n", "{a@1:1: 1@1:4, bb@2:1: {c@3:3: 2@3:6}@3:3}@1:1"},
      {"lists", "- x\n- - y\n", "[x@1:3, [y@2:5]@2:3]@1:1"},
      {"further documents", "a: 1\n---\n\nb: 2\n", "{a@1:1: 1@1:4}@1:1 | {b@4:1: 2@4:4}@4:1"},
      {"characters, not bytes", "\u00e4\u00f6: \U0001f600 \nx: [\u00e9, b]\n",
       "{\u00e4\u00f6@1:1: \U0001f600@1:5, x@2:1: [\u00e9@2:5, b@2:8]@2:4}@1:1"},
      {"nothing stands at its key", "a:\n\nb: 1\n", "{a@1:1: null@1:1, b@3:1: 1@3:4}@1:1"},
      {"a byte order mark is no column",
       "\xef\xbb\xbf"
       "a: 1\n",
       "{a@1:1: 1@1:4}@1:1"},
      {"Windows line ends", "a: 1\r\nb: 2\r\n", "{a@1:1: 1@1:4, b@2:1: 2@2:4}@1:1"},
      {"an alias's content stands at its anchor", "a: &x {b: 1}\nc: *x\n",
       "{a@1:1: {b@1:8: 1@1:11}@1:4, c@2:1: {b@1:8: 1@1:11}@1:4}@1:1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Diagnostics problems;
    CHECK(brief(parse_yaml(row.text, "t.yaml", problems), true) == row.tree);
  }
  Diagnostics problems;
  CHECK(parse_yaml("a: 1", "dir/t.yaml", problems)[0].place.file == "dir/t.yaml");
}

TEST_CASE("yaml_document: what is wrong, at its place, and what is kept") {
  struct Row {
    const char* name;
    const char* text;
    const char* problems;
    const char* kept;
  };
  const Row rows[] = {
      {"a key twice", "a: 1\nb: 2\na: 3\n",
       "3:1 MS0102 the key a stands twice in this mapping, first at line 1\n", "{a: 1, b: 2}"},
      {"a key three times, quoted too", "{a: 1, 'a': 2, \"a\": 3}",
       "1:8 MS0102 the key a stands twice in this mapping, first at line 1\n"
       "1:16 MS0102 the key a stands twice in this mapping, first at line 1\n",
       "{a: 1}"},
      {"a list that never ends", "a: [1, 2\nb: 3\n", "2:2 MS0101 a '[' is not closed before this\n",
       ""},
      {"a colon in plain text", "a: b: c\n", "1:5 MS0101 ':' is not allowed here\n", ""},
      {"a forgotten colon", "a: 1\nb\nc: 2\n", "3:2 MS0101 ':' is not allowed here\n", ""},
      {"a forgotten blank after -", "a:\n- b\n-c\n", "3:1 MS0101 ':' is missing after -c\n", ""},
      {"a tab in the indentation", "a:\n\tb: 1\n", "2:3 MS0101 ':' is not allowed here\n", ""},
      {"crooked indentation", "a:\n   b: 1\n  c: 2\n",
       "3:3 MS0101 the indentation does not fit the lines above\n", ""},
      {"less indentation than the root", " a: 1\nb: 2\n",
       "2:1 MS0101 this does not belong to the document above\n", "{a: 1}"},
      {"an open double quote", "a: 1\nb: \"x\nc: 2\n",
       "2:4 MS0101 the quote opened here is never closed\n", ""},
      {"an open single quote", "b: 'it''s\n", "1:4 MS0101 the quote opened here is never closed\n",
       ""},
      {"an unknown escape", "a: \"\\q\"\n", "1:7 MS0101 unknown escape character: q\n", ""},
      {"a reserved character", "a: @x\n", "1:4 MS0101 no value can start with this character\n",
       ""},
      {"an unknown anchor", "a: *x\n", "1:4 MS0111 there is no anchor of this name above\n", ""},
      {"an anchor in itself", "a: &x [1, *x]\n", "1:11 MS0111 this anchor contains itself\n",
       "{a: [1, null]}"},
      {"an anchor in itself by merging", "a: &x\n  <<: *x\n  b: 1\n",
       "2:7 MS0111 this anchor contains itself\n"
       "2:7 MS0103 the merge key << takes a mapping or a list of mappings\n",
       "{a: {b: 1}}"},
      {"a merged scalar", "a: {<<: 5, b: 1}\n",
       "1:9 MS0103 the merge key << takes a mapping or a list of mappings\n", "{a: {b: 1}}"},
      {"a list as a key", "? [a]\n: 1\n", "1:3 MS0103 the key of a mapping must be text\n", "{}"},
      {"a template", "a: {{ .x }}\n", "1:5 MS0103 the key of a mapping must be text\n", "{a: {}}"},
      {"a missing list item", "a: [x, , y]\n", "1:8 MS0101 a value is missing before this comma\n",
       ""},
      {"an unknown tag", "a: !x 1\n", "1:4 MS0304 the tag !x is ignored\n", "{a: 1}"},
      {"an error hides no other document", "a: 1\n---\nb: [\n---\nc: 3\n---\nd: }\n---\ne: 5\n",
       "4:1 MS0101 a '[' is not closed before this\n"
       "7:4 MS0101 this bracket closes nothing that is open\n",
       "{a: 1} | {c: 3} | {e: 5}"},
      {"a control character", "a: 1\nb: \x07\n", "2:4 MS0101 control character 0x07\n", ""},
      {"bytes that are not text", "a: \xff\xfe\n", "1:4 MS0101 is not UTF-8 text: byte 0xff\n", ""},
      {"a surrogate in UTF-8", "a: \xed\xa0\x80\n", "1:4 MS0101 is not UTF-8 text: byte 0xed\n",
       ""},
      {"an overlong slash", "a: \xc0\xaf\n", "1:4 MS0101 is not UTF-8 text: byte 0xc0\n", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Diagnostics problems;
    CHECK(brief(parse_yaml(row.text, "t.yaml", problems)) == row.kept);
    CHECK(brief(problems) == row.problems);
  }
}

TEST_CASE("yaml_document: tabs are named in the hint") {
  for (const char* text : {"a:\n\tb: 1\n", "a: |\n\tx\n", "a:\n- b: 1\n\tc: 2\n"}) {
    CAPTURE(text);
    Diagnostics problems;
    parse_yaml(text, "t.yaml", problems);
    REQUIRE(problems.items().size() == 1);
    CHECK(problems.items()[0].hint.find("tabs") != std::string::npos);
  }
}

TEST_CASE("yaml_document: NUL bytes and UTF-16 are refused with a message") {
  using namespace std::string_literals;
  for (const std::string& text : {"a: \0b"s, "\xff\xfe"s + "a\0:\0"s,
                                  "\x7f"
                                  "ELF\x02"s,
                                  "a: \x04"s}) {
    Diagnostics problems;
    CHECK(parse_yaml(text, "t.yaml", problems).empty());
    CHECK(problems.has_errors());
  }
}

TEST_CASE("yaml_document: limits hold with a message") {
  YamlLimits small{.file_bytes = 1000, .nodes = 50, .depth = 10};
  const auto first_problem = [&small](const std::string& text) {
    Diagnostics problems;
    parse_yaml(text, "t.yaml", problems, small);
    return problems.empty() ? "" : problems.items()[0].code + ' ' + problems.items()[0].what;
  };
  CHECK(first_problem("a: " + std::string(990, 'x')) == "");
  CHECK(first_problem(std::string(1001, ' ')) == "MS0110 larger than 1000 bytes");
  CHECK(first_problem(std::string(10, '[') + std::string(10, ']')) == "");
  CHECK(first_problem(std::string(11, '[') + std::string(11, ']')) ==
        "MS0110 nested deeper than 10 levels");
  CHECK(first_problem("a: &a " + std::string(6, '[') + std::string(6, ']') + "\nb: [[*a]]") == "");
  CHECK(first_problem("a: &a " + std::string(6, '[') + std::string(6, ']') + "\nb: [[[[*a]]]]") ==
        "MS0110 nested deeper than 10 levels");
  std::string list = "[x";
  for (int i = 0; i < 48; ++i) list += ", x";
  CHECK(first_problem(list + "]") == "");
  CHECK(first_problem(list + ", x]") == "MS0110 more than 50 YAML nodes");
  CHECK(first_problem("- &a [x, x, x, x]\n- &b [*a, *a, *a]\n- &c [*b, *b, *b]\n") ==
        "MS0110 more than 50 YAML nodes");
}

TEST_CASE("yaml_document: hostile texts end quickly, without a crash") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int k = 1; k < 10; ++k) bomb += ", " + below;
    bomb += "]\n";
  }
  std::string merges = "x: &x {", keys = "";
  for (int i = 0; i < 20'000; ++i) keys += "k" + std::to_string(i) + ": 1, ";
  merges += keys + "z: 1}\ny: {<<: [*x, *x, *x, *x], " + keys + "}\n";
  std::string same;
  for (int i = 0; i < 20'000; ++i) same += "a: 1\n";
  std::string stairs;
  for (std::size_t i = 0; i < 600; ++i) stairs += std::string(i, ' ') + "a:\n";
  const std::string rows[] = {
      bomb,
      merges,
      same,
      stairs,
      std::string(200'000, '['),
      std::string(200'000, '{'),
      std::string(200'000, '-'),
      std::string(200'000, '?'),
      std::string(200'000, ':'),
      std::string(200'000, '&'),
      std::string(200'000, '!'),
      std::string(200'000, '"'),
      std::string(200'000, '%'),
      std::string(200'000, '\t'),
      std::string(200'000, '\n'),
      std::string(200'000, '\r'),
      [] {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += "- ";
        return text;
      }(),
      [] {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += "? ";
        return text;
      }(),
      [] {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += "a: ";
        return text;
      }(),
      [] {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += "---\n";
        return text;
      }(),
      [] {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += "[a, ";
        return text;
      }(),
      [] {
        std::string text;
        for (int i = 0; i < 50'000; ++i) text += "{a: ";
        return text;
      }(),
  };
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CAPTURE(i);
    Diagnostics problems;
    const auto start = std::chrono::steady_clock::now();
    parse_yaml(rows[i], "t.yaml", problems);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    CHECK(took.count() < 30.0);  // unoptimised under sanitizers on a busy machine
  }
}

TEST_CASE("yaml_document: files") {
  const testing::ScratchDir dir;
  Diagnostics problems;
  const std::string path = dir.write("a.yaml", "a: 1\n").string();
  CHECK(brief(read_yaml_file(path, problems)) == "{a: 1}");
  CHECK(problems.empty());

  CHECK(read_yaml_file((dir.path() / "none.yaml").string(), problems).empty());
  CHECK(read_yaml_file(dir.path().string(), problems).empty());
  const std::string large = dir.write("large.yaml", std::string(2000, '#')).string();
  CHECK(read_yaml_file(large, problems, {.file_bytes = 1000}).empty());
  REQUIRE(problems.items().size() == 3);
  CHECK(problems.items()[0].code == "MS0109");
  CHECK(problems.items()[1].code == "MS0109");
  CHECK(to_string(problems.items()[2]) ==
        large + ": error [MS0110] larger than 1000 bytes\n  fix: split the file");
}

TEST_CASE("yaml_document: find looks at the keys of a mapping") {
  Diagnostics problems;
  YamlNode node = parse_yaml("a: 1\nb: {c: 2}\n", "t.yaml", problems)[0];
  REQUIRE(node.find("b") != nullptr);
  CHECK(brief(*node.find("b")) == "{c: 2}");
  CHECK(node.find("c") == nullptr);
  node.find("a")->scalar = "7";
  CHECK(brief(node) == "{a: 7, b: {c: 2}}");
  CHECK(node.find("b")->find("c")->find("d") == nullptr);
}
