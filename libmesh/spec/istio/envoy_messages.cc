// Reads the forms that Envoy's messages share: percentages, fractions, typed values.
#include <algorithm>
#include <cctype>

#include "libmesh/spec/istio/envoy_tables.h"

namespace mesh::istio {
namespace {

/// Protobuf's JSON takes lowerCamelCase beside the names of the fields themselves.
std::string snake_case(const std::string& key) {
  std::string out;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isupper(byte) != 0) {
      if (!out.empty()) out += '_';
      out += static_cast<char>(std::tolower(byte));
    } else {
      out += c;
    }
  }
  return out;
}

bool has_field(const TableInfo& table, const std::string& name) {
  for (const FieldInfo& field : table.fields) {
    if (field.name == name) return true;
  }
  return false;
}

std::string after_last_slash(const std::string& url) {
  const std::size_t slash = url.rfind('/');
  const std::size_t dot = url.rfind('.');
  const std::size_t cut = dot != std::string::npos ? dot : slash;
  return cut == std::string::npos ? url : url.substr(cut + 1);
}

std::string text_at(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value != nullptr && value->kind == YamlNode::Kind::Scalar ? value->scalar : "";
}

struct PercentForm {
  double value = 0;
};
const Table<PercentForm>& percent_table() {
  static const Table<PercentForm> table(
      "Percent", "A percentage.",
      {simulated("value", &PercentForm::value, number(0, 100), "0", "In percent.")});
  return table;
}

struct RuntimeDoubleForm {
  double default_value = 0;
};
const Table<RuntimeDoubleForm>& runtime_double_table() {
  static const Table<RuntimeDoubleForm> table(
      "RuntimeDouble", "A number that Envoy's runtime may replace.",
      {simulated("default_value", &RuntimeDoubleForm::default_value, number(), "0", "The number."),
       no_effect("runtime_key", text(), "Runtime values are not set here.")});
  return table;
}

struct FractionForm {
  std::uint32_t numerator = 0, denominator = 100;
};
const Table<FractionForm>& fraction_table() {
  static const Table<FractionForm> table(
      "FractionalPercent", "A fraction of the requests.",
      {simulated("numerator", &FractionForm::numerator, integer<std::uint32_t>(), "0", "Of it."),
       simulated("denominator", &FractionForm::denominator,
                 one_of<std::uint32_t>(
                     {{"HUNDRED", 100}, {"TEN_THOUSAND", 10'000}, {"MILLION", 1'000'000}}),
                 "HUNDRED", "Parts of the whole.")});
  return table;
}

/// A numerator above the denominator means always.
Millionths millionths(const FractionForm& form) {
  const std::uint64_t parts = std::uint64_t{form.numerator} * (1'000'000 / form.denominator);
  return {static_cast<std::uint32_t>(std::min<std::uint64_t>(parts, 1'000'000))};
}

struct RuntimeFractionForm {
  FractionForm default_value{0, 100};
};
const Table<RuntimeFractionForm>& runtime_fraction_table() {
  static const Table<RuntimeFractionForm> table(
      "RuntimeFractionalPercent", "A fraction that Envoy's runtime may replace.",
      {simulated("default_value", &RuntimeFractionForm::default_value, message(fraction_table), "",
                 "The fraction."),
       no_effect("runtime_key", text(), "Runtime values are not set here.")});
  return table;
}

/// Reads a form and keeps what it says.
template <class Form, class V, class Get>
Reader<V> said_by(Reader<Form> form_reader, Get get) {
  return {form_reader.shape, [form_reader, get](const YamlNode& node, const Reading& at, V& out) {
            Form form;
            if (!form_reader.read(node, at, form)) return false;
            out = get(form);
            return true;
          }};
}

}  // namespace

YamlNode known_fields(const YamlNode& node, const Reading& at, const TableInfo& table) {
  YamlNode out = node;
  if (out.kind != YamlNode::Kind::Mapping) return out;
  std::erase_if(out.entries, [&](auto& entry) {
    YamlNode& key = entry.first;
    if (key.scalar == "@type") return true;
    key.scalar = snake_case(key.scalar);
    if (has_field(table, key.scalar)) return false;
    at.field(key.scalar)
        .warning(code::not_simulated, key, "is not simulated",
                 table.name + " has many fields; the reference lists those that a run obeys");
    return true;
  });
  return out;
}

TypedMessage typed_message(const YamlNode& node) {
  TypedMessage message{after_last_slash(text_at(node, "@type")), node};
  if (message.type != "TypedStruct") return message;
  std::string url = text_at(node, "type_url");
  if (url.empty()) url = text_at(node, "typeUrl");
  message.type = after_last_slash(url);
  const YamlNode* value = node.find("value");
  if (value != nullptr) {
    message.value = *value;
  } else {
    message.value.entries.clear();
  }
  return message;
}

Reader<Duration> positive_duration() {
  Reader<Duration> reader = duration();
  return {reader.shape, [reader](const YamlNode& node, const Reading& at, Duration& out) {
            if (!reader.read(node, at, out)) return false;
            if (out.ns > 0) return true;
            at.error(code::invalid_duration, node, "must be above zero: Envoy refuses it");
            return false;
          }};
}

Reader<std::uint32_t> percent_up_to_100() {
  return integer<std::uint32_t>(0, 100);
}

Reader<double> percent_message() {
  return said_by<PercentForm, double>(message(percent_table),
                                      [](const PercentForm& form) { return form.value; });
}

Reader<double> runtime_double() {
  return said_by<RuntimeDoubleForm, double>(
      message(runtime_double_table),
      [](const RuntimeDoubleForm& form) { return form.default_value; });
}

Reader<Millionths> runtime_fraction() {
  return said_by<RuntimeFractionForm, Millionths>(
      message(runtime_fraction_table),
      [](const RuntimeFractionForm& form) { return millionths(form.default_value); });
}

Reader<Millionths> fraction() {
  return said_by<FractionForm, Millionths>(message(fraction_table), millionths);
}

}  // namespace mesh::istio
