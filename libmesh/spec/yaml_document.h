// YAML as a tree of our own with a place on every node; yaml-cpp ends here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libmesh/spec/diagnostics.h"

namespace mesh {

struct YamlNode {
  enum class Kind : std::uint8_t { Null, Scalar, Sequence, Mapping };
  Kind kind = Kind::Null;
  std::string scalar;
  bool quoted = false;          // a quoted scalar is a string whatever it looks like
  std::vector<YamlNode> items;  // Sequence
  std::vector<std::pair<YamlNode, YamlNode>> entries;  // Mapping, in file order
  Place place;

  const YamlNode* find(std::string_view key) const;
  YamlNode* find(std::string_view key);
  bool operator==(const YamlNode&) const = default;
};

struct YamlLimits {
  std::size_t file_bytes = 32u << 20;  // larger files are refused with a message
  std::size_t nodes = 2'000'000;       // after anchors are expanded
  std::size_t depth = 128;
};

/// All documents of a text. Duplicate keys, bad syntax, recursive anchors and exceeded limits are
/// diagnostics; documents before a syntax error are kept.
std::vector<YamlNode> parse_yaml(std::string_view text, const std::string& file,
                                 Diagnostics& problems, const YamlLimits& limits = {});
/// The same from a file ("-" = standard input).
std::vector<YamlNode> read_yaml_file(const std::string& path, Diagnostics& problems,
                                     const YamlLimits& limits = {});
/// Block-style YAML text of a tree; parse_yaml of it gives the same tree apart from places.
std::string to_yaml(const YamlNode& node);

}  // namespace mesh
