// Reads YAML snippets and says in one text what was found wrong.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "libmesh/spec/scenario.h"

namespace mesh::testing {

struct ReadText {
  Resources resources;
  Diagnostics problems;
};

inline ReadText read_text(const std::string& yaml) {
  ReadText result;
  const std::vector<YamlNode> documents = parse_yaml(yaml, "test.yaml", result.problems);
  result.resources = read_resources(documents, result.problems);
  result.problems.sort();
  return result;
}

/// "error MS0206 spec.http[0].timeout: must be …", one line each; the object's name is left out.
inline std::string complaints(const Diagnostics& problems, Severity least = Severity::Warning) {
  static constexpr const char* words[] = {"info", "warning", "error"};
  std::string text;
  for (const Diagnostic& d : problems) {
    if (d.severity < least) continue;
    const std::size_t colon = d.path.find(": ");
    const std::string path = colon == std::string::npos ? "" : " " + d.path.substr(colon + 2);
    if (!text.empty()) text += "\n";
    text += std::string(words[static_cast<int>(d.severity)]) + " " + d.code + path + ": " + d.what;
  }
  return text;
}
inline std::string complaints(const std::string& yaml, Severity least = Severity::Warning) {
  return complaints(read_text(yaml).problems, least);
}

/// Every line of `text` moved to the right.
inline std::string indented(const std::string& text, std::size_t by) {
  std::string out;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t end = text.find('\n', from);
    out += std::string(by, ' ') + text.substr(from, end - from) + "\n";
    if (end == std::string::npos) break;
    from = end + 1;
  }
  return out;
}

/// An object of networking.istio.io with `spec` as its spec.
inline std::string istio_object(const std::string& kind, const std::string& spec) {
  return "apiVersion: networking.istio.io/v1\nkind: " + kind + "\nmetadata: {name: cart}\nspec:\n" +
         indented(spec, 2);
}
/// A VirtualService whose only rule has these fields.
inline std::string with_rule(const std::string& rule) {
  return istio_object("VirtualService",
                      "hosts: [cart]\nhttp:\n- name: first\n" + indented(rule, 2));
}
/// The same with a destination, so that only `rule` can be wrong.
inline std::string with_routed_rule(const std::string& rule) {
  return with_rule("route: [{destination: {host: cart}}]\n" + rule);
}
/// A DestinationRule with this traffic policy.
inline std::string with_policy(const std::string& policy) {
  return istio_object("DestinationRule", "host: cart\ntrafficPolicy:\n" + indented(policy, 2));
}

struct Row {
  const char* name;
  std::string yaml;      // what the test wraps into an object
  std::string expected;  // complaints()
};
template <class Wrap>
void check_rows(const std::vector<Row>& rows, Wrap wrap) {
  for (const Row& row : rows) {
    INFO(std::string(row.name));
    CHECK_EQ(complaints(wrap(row.yaml)), row.expected);
  }
}

}  // namespace mesh::testing
