// JSON Schema of what a field table reads, so that an editor completes it.
#include "libmesh/spec/json_schema.h"

#include <nlohmann/json.hpp>
#include <set>

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;

/// Collects one definition per table name; tables may refer to themselves.
class Definitions {
 public:
  Json of(const Shape& shape);
  Json object(const TableInfo& table);
  Json& all() { return definitions_; }

 private:
  Json of_integer(const Shape& shape);

  Json definitions_ = Json::object();
  std::set<std::string> begun_;
};

Json Definitions::of_integer(const Shape& shape) {
  // Bounds beyond 2^53 are not exact in JSON and say nothing to a reader.
  constexpr double exact = 9007199254740992.0;
  Json schema = {{"type", shape.kind == Shape::Kind::Integer ? "integer" : "number"}};
  const auto set = [&schema, &shape](const char* name, double bound) {
    if (bound < -exact || bound > exact) return;
    if (shape.kind == Shape::Kind::Integer) {
      schema[name] = static_cast<std::int64_t>(bound);
    } else {
      schema[name] = bound;
    }
  };
  if (shape.min) set("minimum", *shape.min);
  if (shape.max) set("maximum", *shape.max);
  return schema;
}

Json Definitions::of(const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::Any:
      return Json::object();
    case Shape::Kind::Text:
      return {{"type", "string"}};
    case Shape::Kind::Boolean:
      return {{"type", "boolean"}};
    case Shape::Kind::Integer:
    case Shape::Kind::Number:
      return of_integer(shape);
    case Shape::Kind::Duration:
      return {{"type", "string"},
              {"pattern", "^(0|([0-9]+(\\.[0-9]*)?(ns|us|µs|ms|s|m|h))+)$"},
              {"examples", {"100ms", "1.5s", "1h10m"}}};
    case Shape::Kind::Quantity:
      return {{"type", {"string", "number"}}, {"examples", {"500m", "2", "1Gi"}}};
    case Shape::Kind::Percent:
      return {{"type", {"string", "number"}}, {"examples", {"5%", "0.05"}}};
    case Shape::Kind::IntOrText:
      return {{"type", {"integer", "string"}}};
    case Shape::Kind::Words:
      return {{"enum", shape.words}};
    case Shape::Kind::List:
      return {{"type", "array"}, {"items", of(shape.of.front())}};
    case Shape::Kind::Map:
      return {{"type", "object"}, {"additionalProperties", of(shape.of.front())}};
    case Shape::Kind::Object: {
      const TableInfo& table = shape.table();
      if (begun_.insert(table.name).second) {
        definitions_[table.name] = nullptr;  // keeps the order of first mention
        Json definition = object(table);
        definitions_[table.name] = std::move(definition);
      }
      return {{"$ref", "#/$defs/" + table.name}};
    }
    case Shape::Kind::OneOf: {
      Json forms = Json::array();
      for (const Shape& form : shape.of) forms.push_back(of(form));
      return {{"anyOf", std::move(forms)}};
    }
  }
  return Json::object();
}

Json Definitions::object(const TableInfo& table) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const FieldInfo& field : table.fields) {
    if (field.status == FieldStatus::Rejected) continue;
    Json schema = of(field.shape);
    std::string doc = field.doc;
    if (field.status == FieldStatus::Reported) doc += " Not simulated yet.";
    if (!field.default_text.empty()) doc += " Default: " + field.default_text + ".";
    schema["description"] = doc;
    properties[field.name] = std::move(schema);
    if (field.required) required.push_back(field.name);
  }
  Json schema = {{"type", "object"}, {"description", table.doc}};
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace

std::string json_schema(const TableInfo& root, const std::string& title) {
  Definitions definitions;
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  schema.update(definitions.object(root));
  schema["$defs"] = std::move(definitions.all());
  return schema.dump(2) + "\n";
}

}  // namespace mesh
