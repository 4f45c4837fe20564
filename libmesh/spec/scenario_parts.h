// Steps between files and a Scenario, each usable on its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libmesh/spec/scenario.h"

namespace mesh {

/// Reads everything from trees: the pure half of loading. `document` is the Scenario document (or
/// nothing), complete in itself but for `include`; `unreadable` is what was wrong before.
Scenario assemble(YamlNode document, std::vector<YamlNode> documents, std::string file,
                  Diagnostics unreadable);

/// Any kind of ours, whatever its version.
bool is_scenario(const YamlNode& document);
/// The text of a field; empty when it is absent or no scalar.
std::string text_of(const YamlNode& node, std::string_view field);

/// What makes two objects the same to kubectl.
struct Identity {
  std::string group, kind, name_space, name;
  bool operator==(const Identity&) const = default;
};
Identity identity_of(const YamlNode& document);

/// The objects in documents: `kind: List` is opened.
void append_objects(YamlNode document, std::vector<YamlNode>& objects);

/// Objects replaced or added by identity.
std::vector<YamlNode> merged_objects(std::vector<YamlNode> objects,
                                     const std::vector<YamlNode>& applied);

/// Files of a path: itself, the YAML files of a folder, or what a pattern (* ? [] **) matches;
/// sorted. Empty when there is none.
std::vector<std::string> expand_path(const std::string& path);

}  // namespace mesh
