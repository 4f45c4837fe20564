// Field tables: one row per YAML field makes its reader, error texts, schema and coverage.
#pragma once

//   const Table<HttpCookie>& http_cookie_table() {
//     static const Table<HttpCookie> table("HTTPCookie", "Cookie that names the host.", {
//         required("name", &HttpCookie::name, text(), "Name of the cookie."),
//         simulated("path", &HttpCookie::path, text(), "", "Path of the cookie."),
//         simulated("ttl", &HttpCookie::ttl, duration(), "none", "Lifetime; 0s = session."),
//         reported("attributes", list(object(cookie_attribute_table)), "Further attributes."),
//         no_effect("comment", any(), "For people."),
//         rejected("domain", "Envoy sets none"),
//     }, check_http_cookie);  // optional: called when all fields are read
//     return table;
//   }
//   HttpCookie cookie;
//   http_cookie_table().read(node, Reading("DestinationRule/cart", problems), cookie);
//
// A null value counts as an absent field. A member may be the reader's type, an optional of it, or
// anything a callable returns by reference:
//   simulated("tcp", [](Pool& p) -> auto& { return p.limits.tcp; }, object(tcp_table), "", "…")

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libmesh/spec/field_reader.h"

namespace mesh {

enum class FieldStatus : std::uint8_t {
  Simulated,  // read, and a run obeys it
  Reported,   // known to Istio or Kubernetes, checked, not simulated yet: a diagnostic names it
  NoEffect,   // accepted in silence by design: nothing in a simulation depends on it
  Rejected,   // refused, with the reason
};
std::string_view to_string(FieldStatus status);

struct FieldInfo {
  std::string name;
  FieldStatus status = FieldStatus::Simulated;
  Shape shape = {};
  std::string default_text = {};  // as one would write it; empty = absent
  std::string doc = {};           // one line; for Rejected the reason
  bool required = false;
  Severity severity = Severity::Info;  // of the diagnostic that names a Reported field
  std::string meanwhile = {};          // what a run does until a Reported field is simulated
};

/// The typeless half of a table: everything but the readers.
struct TableInfo {
  std::string name;
  std::string doc;
  std::vector<FieldInfo> fields;
};

void report_unknown_field(const Reading& at, const TableInfo& table, const YamlNode& key);
/// Says what is to be said about a field that is present; false when it must not be read.
bool announce_field(const Reading& at, const FieldInfo& field, const YamlNode& key,
                    const YamlNode& value);
void report_missing_fields(const Reading& at, const TableInfo& table, const YamlNode& node);

/// One row: what everybody may know of the field, and how to read it into a T.
template <class T>
struct Field : FieldInfo {
  std::function<void(const YamlNode&, const Reading&, T&)> read = {};
};

template <class T>
class Table {
 public:
  /// Called when all fields are read: rules between them.
  using Check = void (*)(const YamlNode& node, const Reading& at, T& value);

  Table(std::string name, std::string doc, std::vector<Field<T>> rows, Check check = nullptr)
      : info_{std::move(name), std::move(doc), {}}, check_(check) {
    for (Field<T>& row : rows) {
      info_.fields.push_back(row);
      readers_.push_back(std::move(row.read));
    }
  }

  bool read(const YamlNode& node, const Reading& outside, T& out) const {
    const Reading at = outside.inside(info_);
    if (node.kind != YamlNode::Kind::Mapping) {
      at.wrong_type(node, "a mapping (" + info_.name + ")");
      return false;
    }
    for (const auto& [key, value] : node.entries) read_field(key, value, at, out);
    // After the fields: a field that is read into the same object has written its own place.
    if constexpr (requires { out.place = node.place; }) out.place = node.place;
    report_missing_fields(at, info_, node);
    if (check_ != nullptr) check_(node, at, out);
    return true;
  }

  const TableInfo& info() const { return info_; }

 private:
  void read_field(const YamlNode& key, const YamlNode& value, const Reading& at, T& out) const {
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      const FieldInfo& field = info_.fields[i];
      if (field.name != key.scalar) continue;
      if (value.kind == YamlNode::Kind::Null) return;
      const Reading here = at.field(field.name);
      if (!announce_field(here, field, key, value)) return;
      const bool reported = field.status == FieldStatus::Reported;
      readers_[i](value, reported ? here.without_reports() : here, out);
      return;
    }
    report_unknown_field(at, info_, key);
  }

  TableInfo info_;
  std::vector<std::function<void(const YamlNode&, const Reading&, T&)>> readers_;
  Check check_;
};

/// A value that is read by a table of its own.
template <class T>
Reader<T> object(const Table<T>& (*table)()) {
  Shape shape{.kind = Shape::Kind::Object,
              .table = [table]() -> const TableInfo& { return table().info(); }};
  return {shape, [table](const YamlNode& node, const Reading& at, T& out) {
            return table().read(node, at, out);
          }};
}

// ---- Rows -----------------------------------------------------------------------------------

/// Converts to Field<T> for any T that `access` fits: what the functions below return.
template <class Access, class V>
struct Row {
  FieldInfo info;
  Access access;
  Reader<V> reader;

  /// A reported field is not reported when it says what would hold without it.
  Row with_default(std::string value) const {
    Row row = *this;
    row.info.default_text = std::move(value);
    return row;
  }

  /// What a run does until the reported field is simulated.
  Row meanwhile(std::string text) const {
    Row row = *this;
    row.info.meanwhile = std::move(text);
    return row;
  }
  Row as_required() const {
    Row row = *this;
    row.info.required = true;
    return row;
  }

  template <class T>
  operator Field<T>() const {  // NOLINT(google-explicit-constructor): rows are written in lists
    Field<T> field;
    static_cast<FieldInfo&>(field) = info;
    field.read = [row = *this](const YamlNode& node, const Reading& at, T& out) {
      row.read(node, at, out);
    };
    return field;
  }

 private:
  template <class T>
  void read(const YamlNode& node, const Reading& at, T& out) const {
    if constexpr (std::is_same_v<Access, Anything>) {
      V forgotten{};
      reader.read(node, at, forgotten);
    } else if constexpr (std::is_same_v<std::invoke_result_t<Access, T&>, V&>) {
      reader.read(node, at, std::invoke(access, out));  // what is not written keeps its value
    } else {
      V value{};
      if (reader.read(node, at, value)) std::invoke(access, out) = std::move(value);
    }
  }
};

template <class Access, class V>
Row<Access, V> simulated(std::string name, Access access, Reader<V> reader,
                         std::string default_text, std::string doc) {
  return {{.name = std::move(name),
           .shape = reader.shape,
           .default_text = std::move(default_text),
           .doc = std::move(doc)},
          access,
          reader};
}
/// Simulated, and an error when absent.
template <class Access, class V>
Row<Access, V> required(std::string name, Access access, Reader<V> reader, std::string doc) {
  Row<Access, V> row = simulated(std::move(name), access, std::move(reader), "", std::move(doc));
  row.info.required = true;
  return row;
}
/// Known and kept in the struct, not simulated yet.
template <class Access, class V>
Row<Access, V> reported(std::string name, Access access, Reader<V> reader, std::string doc,
                        Severity severity = Severity::Info) {
  Row<Access, V> row = simulated(std::move(name), access, std::move(reader), "", std::move(doc));
  row.info.status = FieldStatus::Reported;
  row.info.severity = severity;
  return row;
}
/// Known, checked and forgotten.
template <class V>
Row<Anything, V> reported(std::string name, Reader<V> reader, std::string doc,
                          Severity severity = Severity::Info) {
  return reported(std::move(name), Anything{}, std::move(reader), std::move(doc), severity);
}
/// Accepted in silence, and kept in the struct.
template <class Access, class V>
Row<Access, V> no_effect(std::string name, Access access, Reader<V> reader, std::string doc) {
  Row<Access, V> row = simulated(std::move(name), access, std::move(reader), "", std::move(doc));
  row.info.status = FieldStatus::NoEffect;
  return row;
}
/// Accepted in silence, checked and forgotten.
template <class V>
Row<Anything, V> no_effect(std::string name, Reader<V> reader, std::string doc) {
  return no_effect(std::move(name), Anything{}, std::move(reader), std::move(doc));
}
/// A field of something that is reported, or without effect, as a whole: it shares that status.
template <class V>
Row<Anything, V> part(std::string name, Reader<V> reader, std::string doc) {
  return simulated(std::move(name), Anything{}, std::move(reader), "", std::move(doc));
}
inline Row<Anything, Anything> rejected(std::string name, std::string reason) {
  Row<Anything, Anything> row =
      simulated(std::move(name), Anything{}, any(), "", std::move(reason));
  row.info.status = FieldStatus::Rejected;
  return row;
}
/// The same function for a whole T: several members from one field.
template <class T>
Field<T> simulated_whole(std::string name, Shape shape,
                         std::function<void(const YamlNode&, const Reading&, T&)> read,
                         std::string default_text, std::string doc) {
  Field<T> field;
  static_cast<FieldInfo&>(field) = {.name = std::move(name),
                                    .shape = std::move(shape),
                                    .default_text = std::move(default_text),
                                    .doc = std::move(doc)};
  field.read = std::move(read);
  return field;
}

}  // namespace mesh
