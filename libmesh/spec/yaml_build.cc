// Makes YAML trees in code: scalars that read back as they were meant, mappings in order.
#include "libmesh/spec/yaml_build.h"

#include <algorithm>
#include <charconv>

#include "libmesh/spec/quantity.h"
#include "libmesh/spec/yaml_scalar.h"

namespace mesh::yaml {

YamlNode plain(std::string value) {
  YamlNode node;
  node.kind = YamlNode::Kind::Scalar;
  node.scalar = std::move(value);
  return node;
}

YamlNode text(std::string value) {
  YamlNode node = plain(std::move(value));
  node.quoted = node.scalar.empty() || scalar_type(node) != ScalarType::Text;
  return node;
}

YamlNode number(double value) {
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return plain(std::string(buffer, result.ptr));
}

YamlNode integer(std::uint64_t value) {
  return plain(std::to_string(value));
}

YamlNode boolean(bool value) {
  return plain(value ? "true" : "false");
}

YamlNode duration(Duration value) {
  return plain(to_string(value));
}

YamlNode share(double value) {
  // The decimal point moves in the text, so that the way back gives the same double.
  char buffer[512];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  if (end.ec != std::errc()) return number(value);
  std::string digits(buffer, end.ptr);
  std::size_t point = std::min(digits.find('.'), digits.size());
  if (point < digits.size()) digits.erase(point, 1);
  point += 2;
  while (digits.size() < point) digits += '0';
  const std::size_t first = std::min(digits.find_first_not_of('0'), point - 1);
  std::string places = digits.substr(point);
  places.erase(places.find_last_not_of('0') + 1);
  return plain(digits.substr(first, point - first) + (places.empty() ? "" : "." + places) + "%");
}

YamlNode bytes(std::uint64_t value) {
  constexpr std::pair<const char*, unsigned> units[] = {{"Gi", 30}, {"Mi", 20}, {"Ki", 10}};
  for (const auto& [suffix, bits] : units) {
    const std::uint64_t unit = std::uint64_t{1} << bits;
    if (value >= unit && value % unit == 0) return plain(std::to_string(value / unit) + suffix);
  }
  return integer(value);
}

YamlNode list(std::vector<YamlNode> items) {
  YamlNode node;
  node.kind = YamlNode::Kind::Sequence;
  node.items = std::move(items);
  return node;
}

Map& Map::add(std::string_view key, YamlNode value) {
  node_.entries.emplace_back(text(std::string(key)), std::move(value));
  return *this;
}

YamlNode object(const char* api_version, const char* kind, const std::string& name,
                const std::string& name_space, YamlNode spec) {
  Map map, metadata;
  metadata.add("name", text(name));
  if (!name_space.empty()) metadata.add("namespace", text(name_space));
  map.add("apiVersion", text(api_version)).add("kind", text(kind));
  return map.add("metadata", metadata.take()).add("spec", std::move(spec)).take();
}

}  // namespace mesh::yaml
