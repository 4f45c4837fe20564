// Makes YAML trees in code: scalars that read back as they were meant, mappings in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/spec/yaml_document.h"

namespace mesh::yaml {

/// As it stands: for text that is known to be no more than a number, a time, a word.
YamlNode plain(std::string value);
/// Quoted where it would be taken for a number, a boolean or nothing.
YamlNode text(std::string value);
/// The shortest text that reads back as the same number.
YamlNode number(double value);
YamlNode integer(std::uint64_t value);
YamlNode boolean(bool value);
YamlNode duration(Duration value);
/// 0.001 is written 0.1%.
YamlNode share(double value);
/// Bytes as a Kubernetes quantity: 8Gi, 1500.
YamlNode bytes(std::uint64_t value);

YamlNode list(std::vector<YamlNode> items);
template <class T, class F>
YamlNode list_of(const std::vector<T>& items, F to_node) {
  std::vector<YamlNode> nodes;
  for (const T& item : items) nodes.push_back(to_node(item));
  return list(std::move(nodes));
}

/// A mapping, entry by entry.
class Map {
 public:
  Map() { node_.kind = YamlNode::Kind::Mapping; }
  Map& add(std::string_view key, YamlNode value);
  template <class T, class F>
  Map& add_if(std::string_view key, const std::optional<T>& value, F to_node) {
    return value ? add(key, to_node(*value)) : *this;
  }
  /// Nothing for an empty list.
  template <class T, class F>
  Map& add_list(std::string_view key, const std::vector<T>& items, F to_node) {
    return items.empty() ? *this : add(key, list_of(items, to_node));
  }
  bool empty() const { return node_.entries.empty(); }
  YamlNode take() { return std::move(node_); }

 private:
  YamlNode node_;
};

/// An object as `kubectl apply` takes it; without a namespace where `name_space` is empty.
YamlNode object(const char* api_version, const char* kind, const std::string& name,
                const std::string& name_space, YamlNode spec);

}  // namespace mesh::yaml
