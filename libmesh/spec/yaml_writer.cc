// Trees to block-style YAML text.
#include <string_view>

#include "libmesh/spec/yaml_document.h"
#include "libmesh/spec/yaml_text.h"

namespace mesh {
namespace {

using Kind = YamlNode::Kind;

/// Longer keys must be written as "? key" (YAML 1.2, 7.4: implicit keys).
constexpr std::size_t simple_key_max = 1000;

std::string quoted(std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += hex[byte >> 4];
      out += hex[byte & 15u];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string scalar_text(const YamlNode& node) {
  if (node.kind == Kind::Null) return "null";
  return node.quoted || !is_plain_yaml(node.scalar) ? quoted(node.scalar) : node.scalar;
}

bool is_inline(const YamlNode& node) {
  return (node.kind != Kind::Sequence || node.items.empty()) &&
         (node.kind != Kind::Mapping || node.entries.empty());
}

std::string inline_text(const YamlNode& node) {
  if (node.kind == Kind::Sequence) return "[]";
  if (node.kind == Kind::Mapping) return "{}";
  return scalar_text(node);
}

/// Writes a node that starts where the text stands now: behind "- " or at the start of a line,
/// with `indent` blanks before it.
void write(const YamlNode& node, std::size_t indent, std::string& out) {
  if (is_inline(node)) {
    out += inline_text(node) + '\n';
    return;
  }
  const std::string margin(indent, ' ');
  bool first = true;
  for (const YamlNode& item : node.items) {
    if (!first) out += margin;
    first = false;
    out += "- ";
    write(item, indent + 2, out);
  }
  for (const auto& [key, value] : node.entries) {
    if (!first) out += margin;
    first = false;
    const std::string name = scalar_text(key);
    const bool simple = name.size() <= simple_key_max;
    out += simple ? name + ':' : "? " + name + '\n' + margin + ':';
    if (is_inline(value)) {
      out += ' ' + inline_text(value) + '\n';
    } else {
      out += '\n' + margin + "  ";
      write(value, indent + 2, out);
    }
  }
}

}  // namespace

std::string to_yaml(const YamlNode& node) {
  std::string out;
  write(node, 0, out);
  return out;
}

}  // namespace mesh
