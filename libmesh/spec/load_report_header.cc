// Load reports (ORCA) in response headers, in each of the forms that Envoy reads.
#include "libmesh/spec/load_report_header.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mesh {
namespace {

using Json = nlohmann::json;

// ---- where a field of OrcaLoadReport goes ------------------------------------------------------

/// Fields of the message. Source: xds/data/orca/v3/orca_load_report.proto.
struct Field {
  std::uint32_t number;
  const char* name;
  const char* json_name;
  double OrcaReport::*member;  // null: read and not used by any weight
  bool is_map;
  bool is_named;
};
constexpr Field fields[] = {
    {1, "cpu_utilization", "cpuUtilization", &OrcaReport::cpu_utilization, false, false},
    {2, "mem_utilization", "memUtilization", &OrcaReport::mem_utilization, false, false},
    {3, "rps", "rps", nullptr, false, false},
    {4, "request_cost", "requestCost", nullptr, true, false},
    {5, "utilization", "utilization", nullptr, true, false},
    {6, "rps_fractional", "rpsFractional", &OrcaReport::requests_per_s, false, false},
    {7, "eps", "eps", &OrcaReport::errors_per_s, false, false},
    {8, "named_metrics", "namedMetrics", nullptr, true, true},
    {9, "application_utilization", "applicationUtilization", &OrcaReport::application_utilization,
     false, false},
};

void set_named(OrcaReport& report, const std::string& name, double value) {
  for (auto& [known, old] : report.named_metrics) {
    if (known != name) continue;
    old = value;
    return;
  }
  report.named_metrics.emplace_back(name, value);
}

// ---- JSON --------------------------------------------------------------------------------------

/// Protobuf's JSON takes numbers as text too.
std::optional<double> json_number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string read_json_field(const Field& field, const Json& value, OrcaReport& report) {
  if (value.is_null()) return {};
  const auto not_a_number = [](const std::string& name) { return name + " is not a number"; };
  if (!field.is_map) {
    const auto number = json_number(value);
    if (!number) return not_a_number(field.name);
    if (field.member != nullptr) report.*field.member = *number;
    return {};
  }
  if (!value.is_object()) return std::string(field.name) + " is not an object";
  for (const auto& [name, entry] : value.items()) {
    const auto number = json_number(entry);
    if (!number) return not_a_number(std::string(field.name) + "." + name);
    if (field.is_named) set_named(report, name, *number);
  }
  return {};
}

std::string read_json(std::string_view text, OrcaReport& report) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return "the JSON is malformed";
  if (!json.is_object()) return "the JSON is not an object";
  for (const auto& [name, value] : json.items()) {
    const Field* found = nullptr;
    for (const Field& field : fields) {
      if (name == field.name || name == field.json_name) found = &field;
    }
    if (found == nullptr) return "OrcaLoadReport has no field " + name;
    std::string problem = read_json_field(*found, value, report);
    if (!problem.empty()) return problem;
  }
  return {};
}

// ---- binary ------------------------------------------------------------------------------------

/// Nothing when it is no base64. Padding may be missing, as gRPC leaves it out.
std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffu);
  }
  if (count >= 6) return std::nullopt;
  return bytes;
}

/// Protobuf's wire format; `broken` once it ends too early.
struct Wire {
  std::string_view bytes;
  bool broken = false;

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes.empty()) break;
      const auto byte = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    broken = true;
    return 0;
  }
  std::string_view take(std::uint64_t n) {
    if (n > bytes.size()) {
      broken = true;
      return {};
    }
    const std::string_view part = bytes.substr(0, n);
    bytes.remove_prefix(n);
    return part;
  }
  double fixed64() {
    const std::string_view part = take(8);
    std::uint64_t word = 0;
    for (std::size_t i = part.size(); i-- > 0;) {
      word = word << 8 | static_cast<unsigned char>(part[i]);
    }
    return std::bit_cast<double>(word);
  }
  void skip(std::uint64_t type) {
    switch (type) {
      case 0:
        varint();
        return;
      case 1:
        take(8);
        return;
      case 2:
        take(varint());
        return;
      case 5:
        take(4);
        return;
      default:
        broken = true;
    }
  }
};

bool read_entry(std::string_view bytes, OrcaReport& report) {
  Wire wire{bytes};
  std::string name;
  double value = 0;
  while (!wire.broken && !wire.bytes.empty()) {
    const std::uint64_t tag = wire.varint();
    if (tag == (1 << 3 | 2)) {
      name = std::string(wire.take(wire.varint()));
    } else if (tag == (2 << 3 | 1)) {
      value = wire.fixed64();
    } else {
      wire.skip(tag & 7);
    }
  }
  if (wire.broken) return false;
  set_named(report, name, value);
  return true;
}

std::string read_binary(std::string_view text, OrcaReport& report) {
  const auto bytes = from_base64(text);
  if (!bytes) return "it is not base64";
  Wire wire{*bytes};
  while (!wire.broken && !wire.bytes.empty()) {
    const std::uint64_t tag = wire.varint();
    const Field* found = nullptr;
    for (const Field& field : fields) {
      if (field.number == tag >> 3) found = &field;
    }
    if (found != nullptr && found->member != nullptr && (tag & 7) == 1) {
      report.*found->member = wire.fixed64();
    } else if (found != nullptr && found->is_named && (tag & 7) == 2) {
      if (!read_entry(wire.take(wire.varint()), report)) wire.broken = true;
    } else {
      wire.skip(tag & 7);
    }
  }
  return wire.broken ? "it is not an OrcaLoadReport" : "";
}

/// JSON and binary forms may say "infinity", which would become a weight.
bool is_finite(const OrcaReport& report) {
  for (const Field& field : fields) {
    if (field.member != nullptr && !std::isfinite(report.*field.member)) return false;
  }
  for (const auto& [name, value] : report.named_metrics) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

std::string read_value(const std::string& header, std::string_view value, OrcaReport& report) {
  if (header == load_report_header_bin) return read_binary(value, report);
  const auto blank = value.find(' ');
  const std::string_view form = value.substr(0, blank);
  const std::string_view rest =
      blank == std::string_view::npos ? std::string_view{} : value.substr(blank + 1);
  if (form == "TEXT") {
    const auto read = parse_load_report(value);
    if (!read) return "a part is malformed, stands twice or is no metric";
    report = *read;
    return {};
  }
  if (form == "JSON") return read_json(rest, report);
  if (form == "BIN") return read_binary(rest, report);
  return "it begins with none of TEXT, JSON, BIN";
}

}  // namespace

LoadReportReading read_load_report(
    const std::vector<std::pair<std::string, std::string>>& headers) {
  LoadReportReading reading;
  const std::string* value = nullptr;
  for (const auto& [name, text] : headers) {
    const bool binary = name == load_report_header_bin;
    if (!binary && (name != load_report_header || value != nullptr)) continue;
    if (binary && reading.header == load_report_header_bin) continue;
    reading.header = name;
    value = &text;
  }
  if (value == nullptr) return reading;
  OrcaReport report;
  reading.problem = read_value(reading.header, *value, report);
  if (reading.problem.empty() && !is_finite(report)) reading.problem = "a number is not finite";
  if (reading.problem.empty()) reading.report = std::move(report);
  return reading;
}

}  // namespace mesh
