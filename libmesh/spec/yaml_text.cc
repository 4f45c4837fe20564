// The raw text of YAML files: encoding, lines, cuts between documents.
#include "libmesh/spec/yaml_text.h"

#include <algorithm>

#include "libmesh/spec/diagnostic_codes.h"

namespace mesh {
namespace {

bool is_marker(std::string_view line, std::string_view marker) {
  if (!line.starts_with(marker)) return false;
  return line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r';
}

/// Nothing that belongs to a document yet: blank, comment or directive.
bool is_prologue(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#' || line[0] == '%';
}

/// Bytes of the UTF-8 character at the front; 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  std::size_t length = 0;
  std::uint32_t value = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
    value = lead & 0x1fu;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    value = lead & 0x0fu;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    value = lead & 0x07u;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return 0;
    value = value << 6 | (byte(i) & 0x3fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return overlong || surrogate || value > 0x10ffff ? 0 : length;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

std::string hex(char c) {
  constexpr char digits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'0', 'x', digits[byte >> 4], digits[byte & 15u]};
}

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

}  // namespace

bool is_plain_yaml(std::string_view text) {
  constexpr std::string_view indicators = ",[]{}#&*!|>'\"%@` \t";
  constexpr std::string_view indicators_before_blank = "-?:";
  if (is_null_word(text) || text == "<<") return text == "<<";
  if (text.back() == ' ' || text.back() == '\t' || text.back() == ':') return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  if (indicators.find(text[0]) != std::string_view::npos) return false;
  if (indicators_before_blank.find(text[0]) != std::string_view::npos &&
      (text.size() == 1 || text[1] == ' ' || text[1] == '\t')) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && text[i] != '\t') || byte == 0x7f) return false;
    if (text[i] == ':' && (text[i + 1] == ' ' || text[i + 1] == '\t')) return false;
    if (text[i] == '#' && (text[i - 1] == ' ' || text[i - 1] == '\t')) return false;
  }
  return true;
}

std::vector<YamlChunk> split_documents(std::string_view text) {
  std::vector<YamlChunk> chunks;
  std::size_t start = 0, position = 0;
  std::uint32_t line_number = 1, first_line = 1;
  bool has_content = false;
  while (position < text.size()) {
    const std::size_t end = std::min(text.find('\n', position), text.size());
    const std::string_view line = text.substr(position, end - position);
    if (has_content && is_marker(line, "---")) {
      chunks.push_back({text.substr(start, position - start), first_line});
      start = position;
      first_line = line_number;
    }
    has_content = has_content || !is_prologue(line);
    position = std::min(end + 1, text.size());
    ++line_number;
  }
  if (has_content) chunks.push_back({text.substr(start), first_line});
  return chunks;
}

std::optional<Diagnostic> find_binary(std::string_view text, const std::string& file) {
  std::uint32_t line = 1, column = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0 || is_control(text[i])) {
      const std::string what = length == 0 ? "is not UTF-8 text: byte " + hex(text[i])
                                           : "control character " + hex(text[i]);
      return Diagnostic{Severity::Error,
                        code::syntax.id,
                        {file, line, column},
                        "",
                        what,
                        "give a YAML file that is saved as UTF-8"};
    }
    ++column;
    if (text[i] == '\n') {
      ++line;
      column = 1;
    }
    i += length;
  }
  return std::nullopt;
}

YamlLines::YamlLines(std::string_view text) : text_(text) {
  starts_.push_back(0);
  for (std::size_t i = text.find('\n'); i != std::string_view::npos; i = text.find('\n', i + 1)) {
    starts_.push_back(i + 1);
  }
}

std::string_view YamlLines::line(int number) const {
  if (number < 0 || static_cast<std::size_t>(number) >= starts_.size()) return {};
  const std::size_t start = starts_[static_cast<std::size_t>(number)];
  return text_.substr(start, std::min(text_.find('\n', start), text_.size()) - start);
}

std::size_t YamlLines::offset(int line, int byte_column) const {
  const auto row = static_cast<std::size_t>(std::max(line, 0));
  if (row >= starts_.size()) return text_.size();
  return std::min(starts_[row] + static_cast<std::size_t>(std::max(byte_column, 0)), text_.size());
}

char YamlLines::at(int line, int byte_column) const {
  const std::size_t i = offset(line, byte_column);
  return i < text_.size() ? text_[i] : '\0';
}

std::uint32_t YamlLines::column(int line, int byte_column) const {
  byte_column = std::max(byte_column, 0);
  // Marks come in order: going on from the last one keeps a file of one long line linear.
  if (line != last_line_ || byte_column < last_byte_column_) {
    last_line_ = line;
    last_byte_column_ = 0;
    continued_ = 0;
  }
  const std::size_t end = offset(line, byte_column);
  for (std::size_t i = offset(line, last_byte_column_); i < end; ++i) {
    if ((static_cast<unsigned char>(text_[i]) & 0xc0u) == 0x80u) ++continued_;
  }
  last_byte_column_ = byte_column;
  return static_cast<std::uint32_t>(byte_column) + 1 - continued_;
}

std::size_t YamlLines::content(int line, int byte_column) const {
  constexpr std::string_view blanks = " \t\r\n";
  std::size_t i = offset(line, byte_column);
  while (i < text_.size()) {
    if (text_[i] == '&' || text_[i] == '!') {
      i = std::min(text_.find_first_of(blanks, i), text_.size());
    } else if (text_[i] == '#') {
      i = std::min(text_.find('\n', i), text_.size());
    } else if (blanks.find(text_[i]) != std::string_view::npos) {
      ++i;
    } else {
      break;
    }
  }
  return i;
}

char YamlLines::first_of_content(int line, int byte_column) const {
  const std::size_t i = content(line, byte_column);
  return i < text_.size() ? text_[i] : '\0';
}

bool YamlLines::is_closed_quote(int line, int byte_column) const {
  const std::size_t start = content(line, byte_column);
  if (start >= text_.size()) return true;
  const char quote = text_[start];
  if (quote != '"' && quote != '\'') return true;
  for (std::size_t i = start + 1; i < text_.size(); ++i) {
    if (quote == '"' && text_[i] == '\\') {
      ++i;
    } else if (text_[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < text_.size() && text_[i + 1] == quote;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

bool YamlLines::ends_document(int from, int to) const {
  for (int i = from; i < to; ++i) {
    if (is_marker(line(i), "...")) return true;
  }
  return false;
}

}  // namespace mesh
