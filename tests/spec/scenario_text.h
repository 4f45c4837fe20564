// Short forms of scenarios and problems for the tests of the scenario file.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "libmesh/spec/field_reader.h"
#include "libmesh/spec/scenario.h"
#include "libmesh/spec/yaml_document.h"

namespace mesh::testing {

/// "3:5 MS0104 spec.run.untl: Run has no field of this name (did you mean until?)", one a line.
inline std::string brief(const Diagnostics& problems) {
  std::string text;
  for (const Diagnostic& d : problems) {
    text += std::to_string(d.place.line) + ':' + std::to_string(d.place.column) + ' ' + d.code +
            ' ' + (d.path.empty() ? "" : d.path + ": ") + d.what +
            (d.hint.empty() ? "" : " (" + d.hint + ")") + '\n';
  }
  return text;
}

/// The first document of a text that has no mistakes.
inline YamlNode node_of(const std::string& text) {
  Diagnostics problems;
  std::vector<YamlNode> documents = parse_yaml(text, "t.yaml", problems);
  return documents.empty() ? YamlNode{} : documents.front();
}

/// What a reader makes of a text; the problems are added to `problems`.
template <class V>
V read_text(const Reader<V>& reader, const std::string& text, Diagnostics& problems) {
  V value{};
  reader.read(node_of(text), Reading("", problems), value);
  return value;
}

/// A scenario whose spec is `spec`: block style, written without indentation. Its first line is
/// line 4 of the text.
inline Scenario scenario_of(const std::string& spec) {
  std::string text = "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nspec:\n";
  std::size_t from = 0;
  while (from < spec.size()) {
    const std::size_t to = std::min(spec.find('\n', from), spec.size());
    text += "  " + spec.substr(from, to - from) + '\n';
    from = to + 1;
  }
  return parse_scenario(text, "t.yaml");
}

/// The problems of such a scenario, places counted from the first line of `spec`.
inline std::string problems_of(const std::string& spec) {
  Diagnostics shifted;
  for (Diagnostic d : scenario_of(spec).diagnostics) {
    if (d.place.line > 3) d.place.line -= 3;
    if (d.path.starts_with("Scenario: ")) d.path.erase(0, 10);
    if (d.place.column > 2) d.place.column -= 2;
    shifted.add(std::move(d));
  }
  return brief(shifted);
}

/// A text with a mistake, and how its one line in brief() begins.
struct Mistake {
  const char *text, *problem;
};

/// Each text, read from its second line on, has this one problem.
template <class V>
void check_mistakes(const Reader<V>& reader, std::initializer_list<Mistake> mistakes) {
  for (const Mistake& mistake : mistakes) {
    CAPTURE(std::string(mistake.text));
    Diagnostics problems;
    read_text(reader, "\n" + std::string(mistake.text), problems);
    const std::string found = brief(problems);
    CAPTURE(found);
    CHECK(found.starts_with(mistake.problem));
    CHECK(found.find('\n') + 1 == found.size());  // one problem only
  }
}

inline void drop_places(YamlNode& node) {
  node.place = {};
  for (YamlNode& item : node.items) drop_places(item);
  for (auto& [key, value] : node.entries) {
    drop_places(key);
    drop_places(value);
  }
}

}  // namespace mesh::testing
