// Scalars as Kubernetes tools read them, with the place and path of what does not fit.
#include "libmesh/spec/field_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "libmesh/spec/quantity.h"
#include "libmesh/spec/yaml_scalar.h"

namespace mesh {
namespace {

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string number_text(double value) {
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

/// Long scalars are cut: a diagnostic is one line.
std::string shown(const std::string& text) {
  constexpr std::size_t longest = 60;
  std::string line;
  for (const char c : text.substr(0, longest)) line += c == '\n' ? ' ' : c;
  return text.size() > longest ? line + "..." : line;
}

bool is_scalar(const YamlNode& node) {
  return node.kind == YamlNode::Kind::Scalar;
}

/// The rest of a hint for a scalar that a mistake in quoting made another type.
std::string quoting_hint(const YamlNode& node, bool quote) {
  if (!is_scalar(node)) return "";
  return quote ? "write \"" + shown(node.scalar) + "\"" : "write " + shown(node.scalar);
}

bool read_number(const YamlNode& node, const Reading& at, double min, double max, double& out) {
  const ScalarType type = is_scalar(node) ? scalar_type(node) : ScalarType::Text;
  if (type != ScalarType::Integer && type != ScalarType::Number) {
    const bool quoted = is_scalar(node) && node.quoted && parse_yaml_number(node.scalar);
    at.wrong_type(node, "a number", quoted ? quoting_hint(node, false) : "");
    return false;
  }
  const auto whole = parse_yaml_integer(node.scalar);
  const double value =
      whole ? static_cast<double>(*whole) : parse_yaml_number(node.scalar).value_or(0.0);
  if (!std::isfinite(value)) {
    at.error(code::out_of_range, node, shown(node.scalar) + " is not a finite number");
    return false;
  }
  if (value < min || value > max) {
    std::string limit =
        value < min ? "at least " + number_text(min) : "at most " + number_text(max);
    at.error(code::out_of_range, node, "must be " + limit + ", got " + shown(node.scalar));
    return false;
  }
  out = value;
  return true;
}

bool read_duration(const YamlNode& node, const Reading& at, Duration& out) {
  const bool number = is_scalar(node) && (scalar_type(node) == ScalarType::Integer ||
                                          scalar_type(node) == ScalarType::Number);
  if (!is_scalar(node) || number || scalar_type(node) == ScalarType::Boolean) {
    at.wrong_type(node, "a duration such as 100ms or 1h10m",
                  number ? "add a unit: " + shown(node.scalar) + "s" : "");
    return false;
  }
  const auto value = parse_duration(node.scalar);
  if (!value) {
    const bool days = node.scalar.ends_with('d') || node.scalar.find("day") != std::string::npos;
    at.error(code::malformed_value, node, "\"" + shown(node.scalar) + "\" is not a duration",
             days ? "the largest unit is h: one day is 24h"
                  : "durations look like 100ms, 1.5s, 1h10m (units ns us ms s m h)");
    return false;
  }
  if (value->ns < 0) {
    at.error(code::invalid_duration, node, "must not be negative, got " + shown(node.scalar));
    return false;
  }
  out = *value;
  return true;
}

bool read_quantity_milli(const YamlNode& node, const Reading& at, std::int64_t& out) {
  if (!is_scalar(node) || scalar_type(node) == ScalarType::Boolean) {
    at.wrong_type(node, "a quantity such as 500m, 2 or 1Gi");
    return false;
  }
  const auto value = parse_quantity_milli(node.scalar);
  if (!value) {
    at.error(code::malformed_value, node, "\"" + shown(node.scalar) + "\" is not a quantity",
             "quantities look like 500m, 2, 1Gi, 100M (suffixes m k M G T Ki Mi Gi Ti)");
    return false;
  }
  if (*value < 0) {
    at.error(code::out_of_range, node, "must not be negative, got " + shown(node.scalar));
    return false;
  }
  out = *value;
  return true;
}

bool read_share(const YamlNode& node, const Reading& at, double& out) {
  std::optional<double> value;
  if (is_scalar(node)) {
    value = parse_percent(node.scalar);
    if (!value && scalar_type(node) != ScalarType::Boolean) value = parse_yaml_number(node.scalar);
  }
  if (!value) {
    at.wrong_type(node, "a share such as 5% or 0.05");
    return false;
  }
  if (!(*value >= 0.0 && *value <= 1.0)) {
    const bool bare = *value > 1.0 && *value <= 100.0 && node.scalar.find('%') == std::string::npos;
    at.error(code::invalid_percentage, node,
             "must lie between 0% and 100%, got " + shown(node.scalar),
             bare ? "write " + shown(node.scalar) + "%" : "");
    return false;
  }
  out = *value;
  return true;
}

}  // namespace

const YamlNode& child_or_self(const YamlNode& node, std::string_view name) {
  const YamlNode* child = node.find(name);
  return child == nullptr ? node : *child;
}

// ---- Reading ----------------------------------------------------------------------------------

Reading::Reading(const Reading& parent, std::string_view name, std::size_t index)
    : parent_(&parent),
      name_(name),
      index_(index),
      problems_(parent.problems_),
      reports_(parent.reports_) {}

Reading Reading::without_reports() const {
  Reading copy = *this;
  copy.reports_ = false;
  return copy;
}

Reading Reading::inside(const TableInfo& table) const {
  Reading copy = *this;
  copy.table_ = &table;
  return copy;
}

std::string Reading::path() const {
  if (parent_ == nullptr) return subject_;
  std::string text = parent_->path();
  if (index_ != no_index) return text + "[" + std::to_string(index_) + "]";
  if (!is_plain_name(name_)) return text + "[\"" + shown(name_) + "\"]";
  if (parent_->parent_ != nullptr) return text + "." + name_;
  return text.empty() ? name_ : text + ": " + name_;
}

void Reading::add(Severity severity, code::Code code, Spot at, std::string what,
                  std::string hint) const {
  problems_->add({.severity = severity,
                  .code = code.id,
                  .place = at.place,
                  .path = path(),
                  .what = std::move(what),
                  .hint = std::move(hint)});
}
void Reading::error(code::Code code, Spot at, std::string what, std::string hint) const {
  add(Severity::Error, code, at, std::move(what), std::move(hint));
}
void Reading::warning(code::Code code, Spot at, std::string what, std::string hint) const {
  add(Severity::Warning, code, at, std::move(what), std::move(hint));
}
void Reading::info(code::Code code, Spot at, std::string what, std::string hint) const {
  add(Severity::Info, code, at, std::move(what), std::move(hint));
}
void Reading::wrong_type(const YamlNode& found, const std::string& expected,
                         std::string hint) const {
  error(code::wrong_type, found, "expected " + expected + ", found " + describe(found),
        std::move(hint));
}

// ---- Scalars ----------------------------------------------------------------------------------

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null:
      return "nothing";
    case YamlNode::Kind::Sequence:
      return "a list";
    case YamlNode::Kind::Mapping:
      return "a mapping";
    case YamlNode::Kind::Scalar:
      break;
  }
  switch (scalar_type(node)) {
    case ScalarType::Null:
      return "nothing";
    case ScalarType::Boolean:
      return "the boolean " + node.scalar;
    case ScalarType::Integer:
    case ScalarType::Number:
      return "the number " + shown(node.scalar);
    case ScalarType::Text:
      break;
  }
  return "the text \"" + shown(node.scalar) + "\"";
}

Reader<std::string> text() {
  return {{.kind = Shape::Kind::Text}, [](const YamlNode& node, const Reading& at, auto& out) {
            if (!is_scalar(node) || scalar_type(node) != ScalarType::Text) {
              at.wrong_type(node, "text", quoting_hint(node, true));
              return false;
            }
            out = node.scalar;
            return true;
          }};
}

Reader<std::string> any_text() {
  return {{.kind = Shape::Kind::Text}, [](const YamlNode& node, const Reading& at, auto& out) {
            if (!is_scalar(node)) {
              at.wrong_type(node, "text");
              return false;
            }
            out = node.scalar;
            return true;
          }};
}

Reader<bool> boolean() {
  return {{.kind = Shape::Kind::Boolean}, [](const YamlNode& node, const Reading& at, bool& out) {
            if (!is_scalar(node) || scalar_type(node) != ScalarType::Boolean) {
              YamlNode plain = node;
              plain.quoted = false;
              const bool quoted = is_scalar(node) && scalar_type(plain) == ScalarType::Boolean;
              at.wrong_type(node, "true or false", quoted ? quoting_hint(node, false) : "");
              return false;
            }
            out = is_true_word(node.scalar);
            return true;
          }};
}

bool read_integer(const YamlNode& node, const Reading& at, std::int64_t min, std::int64_t max,
                  std::int64_t& out) {
  const ScalarType type = is_scalar(node) ? scalar_type(node) : ScalarType::Text;
  std::optional<std::int64_t> value;
  if (type == ScalarType::Integer) value = parse_yaml_integer(node.scalar);
  if (type == ScalarType::Number) {  // 50.0 and 1e3 are whole numbers to JSON
    const double number = parse_yaml_number(node.scalar).value_or(0.5);
    const double limit = 9.2e18;
    if (number >= -limit && number <= limit && number == std::trunc(number)) {
      value = static_cast<std::int64_t>(number);
    } else if (number > limit || number < -limit) {
      value = number > 0 ? std::numeric_limits<std::int64_t>::max()
                         : std::numeric_limits<std::int64_t>::min();
    }
  }
  if (!value) {
    const bool quoted = is_scalar(node) && node.quoted && parse_yaml_integer(node.scalar);
    at.wrong_type(node, "a whole number", quoted ? quoting_hint(node, false) : "");
    return false;
  }
  const bool huge =
      type == ScalarType::Number && *value == std::numeric_limits<std::int64_t>::max();
  if (*value < min || *value > max || huge) {
    const bool low = *value < min;
    at.error(code::out_of_range, node,
             std::string("must be ") + (low ? "at least " : "at most ") +
                 std::to_string(low ? min : max) + ", got " + shown(node.scalar));
    return false;
  }
  out = *value;
  return true;
}

Reader<double> number(double min, double max) {
  Shape shape{.kind = Shape::Kind::Number};
  if (min != std::numeric_limits<double>::lowest()) shape.min = min;
  if (max != std::numeric_limits<double>::max()) shape.max = max;
  return {shape, [min, max](const YamlNode& node, const Reading& at, double& out) {
            return read_number(node, at, min, max, out);
          }};
}

Reader<Duration> duration() {
  return {{.kind = Shape::Kind::Duration}, read_duration};
}

Reader<std::int64_t> quantity_milli() {
  return {{.kind = Shape::Kind::Quantity}, read_quantity_milli};
}

Reader<std::int64_t> quantity() {
  return {{.kind = Shape::Kind::Quantity},
          [](const YamlNode& node, const Reading& at, std::int64_t& out) {
            std::int64_t milli = 0;
            if (!read_quantity_milli(node, at, milli)) return false;
            out = milli / 1000 + (milli % 1000 != 0 ? 1 : 0);
            return true;
          }};
}

Reader<double> share() {
  return {{.kind = Shape::Kind::Percent}, read_share};
}

Reader<std::string> int_or_text() {
  return {{.kind = Shape::Kind::IntOrText}, [](const YamlNode& node, const Reading& at, auto& out) {
            const ScalarType type = is_scalar(node) ? scalar_type(node) : ScalarType::Null;
            if (type != ScalarType::Integer && type != ScalarType::Text) {
              at.wrong_type(node, "a whole number or text");
              return false;
            }
            out = type == ScalarType::Integer
                      ? std::to_string(parse_yaml_integer(node.scalar).value_or(0))
                      : node.scalar;
            return true;
          }};
}

Reader<std::string> word(std::vector<std::string> words) {
  return {{.kind = Shape::Kind::Words, .words = words},
          [words](const YamlNode& node, const Reading& at, std::string& out) {
            std::string list;
            for (const std::string& w : words) list += (list.empty() ? "" : ", ") + w;
            if (!is_scalar(node) || scalar_type(node) != ScalarType::Text) {
              at.wrong_type(node, "one of " + list, quoting_hint(node, true));
              return false;
            }
            if (std::find(words.begin(), words.end(), node.scalar) == words.end()) {
              const std::string near = did_you_mean(node.scalar, words);
              at.error(code::unknown_word, node,
                       "must be one of " + list + ", got \"" + shown(node.scalar) + "\"",
                       near.empty() ? "" : "did you mean " + near + "?");
              return false;
            }
            out = node.scalar;
            return true;
          }};
}

Reader<Labels> text_map() {
  return {{.kind = Shape::Kind::Map, .of = {{.kind = Shape::Kind::Text}}},
          [](const YamlNode& node, const Reading& at, Labels& out) {
            if (node.kind != YamlNode::Kind::Mapping) {
              at.wrong_type(node, "a mapping of texts");
              return false;
            }
            out.clear();
            for (const auto& [key, value] : node.entries) {
              std::string entry;
              const bool absent = value.kind == YamlNode::Kind::Null;
              if (absent || text().read(value, at.field(key.scalar), entry)) {
                out[key.scalar] = std::move(entry);
              }
            }
            return true;
          }};
}

Reader<Anything> any() {
  return {{.kind = Shape::Kind::Any},
          [](const YamlNode&, const Reading&, Anything&) { return true; }};
}

}  // namespace mesh
