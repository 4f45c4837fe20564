// The raw text of YAML files: encoding, lines, cuts between documents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libmesh/spec/diagnostics.h"

namespace mesh {

/// A part of a text that holds one document, or several that "..." divides.
struct YamlChunk {
  std::string_view text;
  std::uint32_t first_line = 1;
};

/// Cuts before every line that starts with "---", so that an error in one document does not hide
/// the others. Directives and comments stay with the document that follows them.
std::vector<YamlChunk> split_documents(std::string_view text);

/// True when the text, written without quotes anywhere in block style, is read as it stands.
bool is_plain_yaml(std::string_view text);

/// The first reason why bytes cannot be YAML: a control character, or no UTF-8.
std::optional<Diagnostic> find_binary(std::string_view text, const std::string& file);

/// Looks at a chunk by line and byte column, both from 0, as yaml-cpp's marks count. Places
/// outside, its "no mark" too, are taken as the nearest inside.
class YamlLines {
 public:
  explicit YamlLines(std::string_view text);

  /// Without its end; empty when there is no such line.
  std::string_view line(int number) const;
  /// The character there, '\0' past the end.
  char at(int line, int byte_column) const;
  /// Column from 1 in characters, not bytes.
  std::uint32_t column(int line, int byte_column) const;
  /// The first character of the node that starts there, behind its anchor and tag.
  char first_of_content(int line, int byte_column) const;
  /// False when the node that starts there is a quoted scalar without a closing quote.
  bool is_closed_quote(int line, int byte_column) const;
  /// True when one of the lines from … to - 1 starts with "...".
  bool ends_document(int from, int to) const;

 private:
  std::size_t offset(int line, int byte_column) const;
  std::size_t content(int line, int byte_column) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;
  // Where column() went on last.
  mutable int last_line_ = -1, last_byte_column_ = 0;
  mutable std::uint32_t continued_ = 0;
};

}  // namespace mesh
