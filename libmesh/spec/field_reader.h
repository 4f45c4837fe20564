// Readers: each turns one YAML node into one typed value, with a shape for schema and error texts.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libmesh/base/time.h"
#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/diagnostics.h"
#include "libmesh/spec/resource.h"
#include "libmesh/spec/yaml_document.h"
#include "libmesh/spec/yaml_scalar.h"

namespace mesh {

struct TableInfo;

/// What a field may hold: the source of schema and type texts.
struct Shape {
  enum class Kind : std::uint8_t {
    Any,
    Text,
    Boolean,
    Integer,
    Number,
    Duration,
    Quantity,
    Percent,
    IntOrText,
    Words,
    List,
    Map,
    Object,
    OneOf,
  };
  Kind kind = Kind::Any;
  std::vector<std::string> words = {};           // Words
  std::optional<double> min = {}, max = {};      // Integer, Number
  std::vector<Shape> of = {};                    // List, Map: one; OneOf: the alternatives
  std::function<const TableInfo&()> table = {};  // Object; late, since tables may be recursive
};
/// "list of HTTPRoute", "duration", "ROUND_ROBIN | RANDOM".
std::string to_string(const Shape& shape);

/// What a diagnostic points at: a node or a place that was kept.
struct Spot {
  Spot(const YamlNode& node) : place(node.place) {}  // NOLINT(google-explicit-constructor)
  Spot(const Place& kept) : place(kept) {}           // NOLINT(google-explicit-constructor)
  const Place& place;
};

/// The value of a field for a diagnostic to point at; the mapping itself when it is absent.
const YamlNode& child_or_self(const YamlNode& node, std::string_view name);

/// Where a reader stands: the object, the path in it, and where problems go. Lives on the stack;
/// a child refers to its parent.
class Reading {
 public:
  /// `subject` names the object: "DestinationRule/cart".
  Reading(std::string subject, Diagnostics& problems)
      : subject_(std::move(subject)), problems_(&problems) {}

  Reading field(std::string_view name) const { return Reading(*this, name, no_index); }
  Reading item(std::size_t index) const { return Reading(*this, {}, index); }
  /// Below a reported field further reports only repeat it.
  Reading without_reports() const;
  Reading inside(const TableInfo& table) const;

  void error(code::Code code, Spot at, std::string what, std::string hint = "") const;
  void warning(code::Code code, Spot at, std::string what, std::string hint = "") const;
  void info(code::Code code, Spot at, std::string what, std::string hint = "") const;
  void add(Severity severity, code::Code code, Spot at, std::string what,
           std::string hint = "") const;
  /// What another reader has found.
  void add(Diagnostic problem) const { problems_->add(std::move(problem)); }
  /// "expected a duration, found the number 5".
  void wrong_type(const YamlNode& found, const std::string& expected, std::string hint = "") const;

  /// "DestinationRule/cart: spec.subsets[0].name".
  std::string path() const;
  bool reports() const { return reports_; }

 private:
  friend void report_unknown_field(const Reading&, const TableInfo&, const YamlNode& key);
  static constexpr std::size_t no_index = std::numeric_limits<std::size_t>::max();
  Reading(const Reading& parent, std::string_view name, std::size_t index);

  std::string subject_;  // of the root only
  const Reading* parent_ = nullptr;
  std::string name_;
  std::size_t index_ = no_index;
  Diagnostics* problems_;
  const TableInfo* table_ = nullptr;  // the table whose fields are being read here
  bool reports_ = true;
};

/// Reads one value. `read` is false when the value was unusable (and said so).
template <class V>
struct Reader {
  Shape shape;
  std::function<bool(const YamlNode&, const Reading&, V&)> read;
};

// ---- Scalars --------------------------------------------------------------------------------

/// "the boolean on (quote it to make it text)", "a list", "nothing".
std::string describe(const YamlNode& node);

Reader<std::string> text();
/// Text that also takes unquoted numbers and booleans as they stand.
Reader<std::string> any_text();
Reader<bool> boolean();
Reader<double> number(double min = std::numeric_limits<double>::lowest(),
                      double max = std::numeric_limits<double>::max());
/// "1h10m"; not negative. A bare number is refused.
Reader<Duration> duration();
/// Kubernetes quantity in thousandths.
Reader<std::int64_t> quantity_milli();
/// Kubernetes quantity in whole units, rounded up: bytes.
Reader<std::int64_t> quantity();
/// "50%" as a fraction 0 … 1; a bare number 0 … 1 too.
Reader<double> share();
/// A number or a name as text: targetPort, maxUnavailable.
Reader<std::string> int_or_text();
/// One of the words, kept as text.
Reader<std::string> word(std::vector<std::string> words);
Reader<Labels> text_map();
bool read_integer(const YamlNode& node, const Reading& at, std::int64_t min, std::int64_t max,
                  std::int64_t& out);

/// Whole number in the range of I, or narrower.
template <class I>
Reader<I> integer(
    std::int64_t min = std::numeric_limits<I>::lowest(),
    std::int64_t max = sizeof(I) == 8 ? std::numeric_limits<std::int64_t>::max()
                                      : static_cast<std::int64_t>(std::numeric_limits<I>::max())) {
  Shape shape{.kind = Shape::Kind::Integer,
              .min = static_cast<double>(min),
              .max = static_cast<double>(max)};
  return {shape, [min, max](const YamlNode& node, const Reading& at, I& out) {
            std::int64_t wide = 0;
            if (!read_integer(node, at, min, max, wide)) return false;
            out = static_cast<I>(wide);
            return true;
          }};
}

/// One of the words, as the enumerator beside it.
template <class E>
Reader<E> one_of(std::vector<std::pair<std::string, E>> names) {
  std::vector<std::string> words;
  for (const auto& name : names) words.push_back(name.first);
  Reader<std::string> as_text = word(words);
  return {as_text.shape, [as_text, names](const YamlNode& node, const Reading& at, E& out) {
            std::string found;
            if (!as_text.read(node, at, found)) return false;
            for (const auto& [name, value] : names) {
              if (name == found) out = value;
            }
            return true;
          }};
}

// ---- Structures -----------------------------------------------------------------------------

/// Accepted whatever it is.
struct Anything {};
Reader<Anything> any();
/// Checks a value like `reader` and forgets it.
template <class V>
Reader<Anything> checked(Reader<V> reader) {
  return {reader.shape, [reader](const YamlNode& node, const Reading& at, Anything&) {
            V forgotten{};
            return reader.read(node, at, forgotten);
          }};
}

/// A reader of one's own; also for values with several forms (Shape::Kind::OneOf).
template <class V>
Reader<V> custom(Shape shape, std::function<bool(const YamlNode&, const Reading&, V&)> read) {
  return {std::move(shape), std::move(read)};
}

template <class V>
Reader<std::vector<V>> list(Reader<V> item) {
  Shape shape{.kind = Shape::Kind::List, .of = {item.shape}};
  return {shape, [item](const YamlNode& node, const Reading& at, std::vector<V>& out) {
            if (node.kind != YamlNode::Kind::Sequence) {
              at.wrong_type(node, "a list");
              return false;
            }
            out.clear();
            for (std::size_t i = 0; i < node.items.size(); ++i) {
              V value{};
              if (item.read(node.items[i], at.item(i), value)) out.push_back(std::move(value));
            }
            return true;
          }};
}

/// A mapping with free keys, in file order.
template <class V>
Reader<std::vector<std::pair<std::string, V>>> pairs(Reader<V> value_reader) {
  Shape shape{.kind = Shape::Kind::Map, .of = {value_reader.shape}};
  return {shape, [value_reader](const YamlNode& node, const Reading& at,
                                std::vector<std::pair<std::string, V>>& out) {
            if (node.kind != YamlNode::Kind::Mapping) {
              at.wrong_type(node, "a mapping");
              return false;
            }
            out.clear();
            for (const auto& [key, value_node] : node.entries) {
              V value{};
              const Reading here = at.field(key.scalar);
              if (value_reader.read(value_node, here, value)) {
                out.emplace_back(key.scalar, std::move(value));
              }
            }
            return true;
          }};
}

}  // namespace mesh
