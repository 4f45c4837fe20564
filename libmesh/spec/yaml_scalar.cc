// What unquoted scalars mean in YAML 1.1, as Kubernetes tools resolve them.
#include "libmesh/spec/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <string>

namespace mesh {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool all_of(std::string_view text, std::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

}  // namespace

std::optional<std::int64_t> parse_yaml_integer(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  if (digits.empty() || digits[0] < '0' || digits[0] > '9') return std::nullopt;
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) base = 16;
  if (digits.starts_with("0o") || digits.starts_with("0O")) base = 8;
  if (digits.starts_with("0b") || digits.starts_with("0B")) base = 2;
  if (base != 10) {
    digits.erase(0, 2);
  } else if (digits.size() > 1 && digits[0] == '0' && all_of(digits, "01234567")) {
    base = 8;
  }
  if (digits.empty() || digits[0] == '-') return std::nullopt;
  if (negative) digits.insert(0, "-");
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, base);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

std::optional<double> parse_yaml_number(std::string_view text) {
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  if (is_one_of(rest, {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    return text[0] == '-' ? -infinity : infinity;
  }
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  if (rest.empty() || rest.find_first_not_of("0123456789.eE+-") != std::string_view::npos) {
    return std::nullopt;
  }
  if (rest[0] != '.' && (rest[0] < '0' || rest[0] > '9')) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ptr != text.data() + text.size()) return std::nullopt;
  if (result.ec == std::errc::result_out_of_range) {
    return text[0] == '-' ? std::numeric_limits<double>::lowest()
                          : std::numeric_limits<double>::max();
  }
  if (result.ec != std::errc()) return std::nullopt;
  return value;
}

ScalarType scalar_type(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::Null) return ScalarType::Null;
  if (node.quoted) return ScalarType::Text;
  const std::string_view text = node.scalar;
  if (is_one_of(text, {"y",  "Y",  "yes",  "Yes",  "YES",  "n",     "N",     "no",
                       "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE",
                       "on", "On", "ON",   "off",  "Off",  "OFF"})) {
    return ScalarType::Boolean;
  }
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return ScalarType::Null;
  const char first = text[0];
  const bool may_be_number =
      (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
  if (!may_be_number) return ScalarType::Text;
  if (parse_yaml_integer(text)) return ScalarType::Integer;
  return parse_yaml_number(text) ? ScalarType::Number : ScalarType::Text;
}

bool is_true_word(std::string_view word) {
  return is_one_of(word, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"});
}

}  // namespace mesh
