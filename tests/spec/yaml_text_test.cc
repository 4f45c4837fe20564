// Encoding, lines and cuts of raw YAML text.
#include "libmesh/spec/yaml_text.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("yaml_text: cuts before every line that starts with three dashes") {
  struct Row {
    const char* name;
    const char* text;
    std::vector<std::pair<const char*, std::uint32_t>> chunks;
  };
  const Row rows[] = {
      {"nothing", "", {}},
      {"comments only", "# a\n\n", {}},
      {"one document", "a: 1\n", {{"a: 1\n", 1}}},
      {"no line end", "a: 1", {{"a: 1", 1}}},
      {"two documents", "a\n---\nb\n", {{"a\n", 1}, {"---\nb\n", 2}}},
      {"a leading marker cuts nothing", "---\na\n", {{"---\na\n", 1}}},
      {"comments before it neither", "# x\n---\na\n", {{"# x\n---\na\n", 1}}},
      {"directives stay with their document", "%YAML 1.1\n---\na\n", {{"%YAML 1.1\n---\na\n", 1}}},
      {"content behind the marker", "a\n--- b\n", {{"a\n", 1}, {"--- b\n", 2}}},
      {"no marker", "a\n---b\n ---\n", {{"a\n---b\n ---\n", 1}}},
      {"Windows line ends", "a\r\n---\r\nb", {{"a\r\n", 1}, {"---\r\nb", 2}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<YamlChunk> chunks = split_documents(row.text);
    REQUIRE(chunks.size() == row.chunks.size());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      CHECK(chunks[i].text == row.chunks[i].first);
      CHECK(chunks[i].first_line == row.chunks[i].second);
    }
  }
}

TEST_CASE("yaml_text: the first byte that is no text, at its character") {
  using namespace std::string_literals;
  CHECK_FALSE(find_binary("a: \u00e4\t\r\n\U0001f600", "f").has_value());
  struct Row {
    std::string text;
    std::uint32_t line, column;
  };
  const Row rows[] = {{"a\0b"s, 1, 2},
                      {"\u00e4\x01"s, 1, 2},
                      {"a\n\xff"s, 2, 1},
                      {"\u00e4\u00e4\xe4x"s, 1, 3},
                      {"\xf4\x90\x80\x80"s, 1, 1},
                      {"\xe0\x80\x80"s, 1, 1},
                      {"\xf0\x9f\x98"s, 1, 1}};
  for (const Row& row : rows) {
    const auto found = find_binary(row.text, "f");
    REQUIRE(found.has_value());
    CHECK(found->place == Place{"f", row.line, row.column});
  }
}

TEST_CASE("yaml_text: what may stand without quotes") {
  for (const char* text : {"a", "a b", "-x", "?x", ":x", "a:b", "a#b", "http://x", "100ms", "<<",
                           "=", "a'b", "x]", "x,y", "\u00e4", "a\tb"}) {
    CAPTURE(text);
    CHECK(is_plain_yaml(text));
  }
  for (const char* text :
       {"",   "~",  "null", " a", "a ", "- a",  "-",   "? a",   "a: b", "a:",   "a #b",
        "#a", "&a", "*a",   "!a", "|",  ">",    "'a'", "\"a\"", "%a",   "@a",   "`a`",
        "[a", "{a", "]",    "}",  ",",  "a\nb", "---", "---x",  "...",  "\x01", "a\t#b"}) {
    CAPTURE(text);
    CHECK_FALSE(is_plain_yaml(text));
  }
}

TEST_CASE("yaml_text: columns count characters, forwards and backwards") {
  const YamlLines lines("\u00e4b\u00f6d\nxyz");
  CHECK(lines.line(0) == "\u00e4b\u00f6d");
  CHECK(lines.line(1) == "xyz");
  CHECK(lines.line(2).empty());
  CHECK(lines.line(-1).empty());
  CHECK(lines.column(0, 0) == 1);
  CHECK(lines.column(0, 2) == 2);
  CHECK(lines.column(0, 5) == 4);
  CHECK(lines.column(0, 2) == 2);
  CHECK(lines.column(1, 2) == 3);
  CHECK(lines.column(0, 5) == 4);
  CHECK(lines.at(1, 2) == 'z');
  CHECK(lines.at(9, 9) == '\0');
}

TEST_CASE("yaml_text: open quotes are found behind anchors and tags") {
  CHECK(YamlLines("'a'").is_closed_quote(0, 0));
  CHECK(YamlLines("'it''s'").is_closed_quote(0, 0));
  CHECK(YamlLines("\"a\\\"b\"").is_closed_quote(0, 0));
  CHECK(YamlLines("plain").is_closed_quote(0, 0));
  CHECK(YamlLines("&x !t 'a'").is_closed_quote(0, 0));
  CHECK_FALSE(YamlLines("'it''s").is_closed_quote(0, 0));
  CHECK_FALSE(YamlLines("\"a\\\"").is_closed_quote(0, 0));
  CHECK_FALSE(YamlLines("&x !t 'a").is_closed_quote(0, 0));
  CHECK(YamlLines("&x !t 'a").first_of_content(0, 0) == '\'');
}

TEST_CASE("yaml_text: dots end a document") {
  const YamlLines lines("a\n...\nb\n...x\n");
  CHECK(lines.ends_document(0, 2));
  CHECK_FALSE(lines.ends_document(2, 4));
}
