// What tables say of unknown, missing, refused and not simulated fields.
#include "libmesh/spec/field_table.h"

#include <algorithm>

namespace mesh {
namespace {

const FieldInfo* find_field(const TableInfo& table, const std::string& name) {
  for (const FieldInfo& field : table.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

/// The table of an object, or of the objects in a list.
const TableInfo* table_of(const Shape& shape) {
  if (shape.kind == Shape::Kind::Object) return &shape.table();
  if (shape.kind == Shape::Kind::List) return table_of(shape.of.front());
  return nullptr;
}

/// `field` as it would be written below it: "tcp" or "servers[]".
std::string step_into(const FieldInfo& field) {
  return field.shape.kind == Shape::Kind::List ? field.name + "[]" : field.name;
}

std::vector<std::string> names_of(const TableInfo& table) {
  std::vector<std::string> names;
  for (const FieldInfo& field : table.fields) {
    if (field.status != FieldStatus::Rejected) names.push_back(field.name);
  }
  return names;
}

/// Looks one level down: connectionPool.maxConnections belongs to connectionPool.tcp.
std::string hint_from_children(const TableInfo& table, const std::string& name, bool exact) {
  for (const FieldInfo& field : table.fields) {
    const TableInfo* child =
        field.status == FieldStatus::Rejected ? nullptr : table_of(field.shape);
    if (child == nullptr || child == &table) continue;
    if (exact && find_field(*child, name) != nullptr) {
      return name + " belongs into " + step_into(field);
    }
    const std::string near = exact ? "" : did_you_mean(name, names_of(*child));
    if (!near.empty()) return "did you mean " + near + " in " + step_into(field) + "?";
  }
  return "";
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

}  // namespace

std::string_view to_string(FieldStatus status) {
  switch (status) {
    case FieldStatus::Simulated:
      return "simulated";
    case FieldStatus::Reported:
      return "reported";
    case FieldStatus::NoEffect:
      return "no effect";
    case FieldStatus::Rejected:
      return "rejected";
  }
  return "";
}

std::string to_string(const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::Any:
      return "any";
    case Shape::Kind::Text:
      return "text";
    case Shape::Kind::Boolean:
      return "boolean";
    case Shape::Kind::Integer:
      return "integer";
    case Shape::Kind::Number:
      return "number";
    case Shape::Kind::Duration:
      return "duration";
    case Shape::Kind::Quantity:
      return "quantity";
    case Shape::Kind::Percent:
      return "share";
    case Shape::Kind::IntOrText:
      return "integer or text";
    case Shape::Kind::Words:
      return joined(shape.words, " | ");
    case Shape::Kind::List:
      return "list of " + to_string(shape.of.front());
    case Shape::Kind::Map:
      return "map of " + to_string(shape.of.front());
    case Shape::Kind::Object:
      return shape.table().name;
    case Shape::Kind::OneOf: {
      std::vector<std::string> forms;
      for (const Shape& form : shape.of) forms.push_back(to_string(form));
      return joined(forms, " or ");
    }
  }
  return "";
}

void report_unknown_field(const Reading& at, const TableInfo& table, const YamlNode& key) {
  const Reading here = at.field(key.scalar);
  std::string hint = hint_from_children(table, key.scalar, true);
  if (hint.empty()) {
    const std::string near = did_you_mean(key.scalar, names_of(table));
    if (!near.empty()) hint = "did you mean " + near + "?";
  }
  for (const Reading* up = at.parent_; hint.empty() && up != nullptr; up = up->parent_) {
    if (up->table_ != nullptr && find_field(*up->table_, key.scalar) != nullptr) {
      hint = key.scalar + " belongs to " + up->path() + ": check the indentation";
    }
  }
  if (hint.empty()) hint = hint_from_children(table, key.scalar, false);
  if (hint.empty()) hint = table.name + " has " + joined(names_of(table), ", ");
  here.error(code::unknown_field, key, table.name + " has no field of this name", hint);
}

bool announce_field(const Reading& at, const FieldInfo& field, const YamlNode& key,
                    const YamlNode& value) {
  if (field.status == FieldStatus::Rejected) {
    at.error(code::refused_field, key, field.doc);
    return false;
  }
  const bool is_default = value.kind == YamlNode::Kind::Scalar && !field.default_text.empty() &&
                          value.scalar == field.default_text;
  if (field.status == FieldStatus::Reported && at.reports() && !is_default) {
    at.add(field.severity, code::not_simulated, key,
           "is not simulated yet" + (field.meanwhile.empty() ? "" : ": " + field.meanwhile));
  }
  return true;
}

void report_missing_fields(const Reading& at, const TableInfo& table, const YamlNode& node) {
  for (const FieldInfo& field : table.fields) {
    if (!field.required) continue;
    const YamlNode* value = node.find(field.name);
    if (value == nullptr || value->kind == YamlNode::Kind::Null) {
      at.error(code::missing_field, node, field.name + " is required",
               "add " + field.name + " (" + to_string(field.shape) + "): " + field.doc);
    }
  }
}

}  // namespace mesh
