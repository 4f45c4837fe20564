// Readers that the tables of the scenario file share.
#include <algorithm>

#include "libmesh/spec/load_report_header.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/scenario_tables.h"
#include "libmesh/spec/yaml_scalar.h"

namespace mesh {
namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_visible(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

}  // namespace

Reader<Duration> time_span() {
  const Reader<Duration> reader = duration();
  return custom<Duration>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, Duration& out) {
        Duration d;
        if (!reader.read(node, at, d)) return false;
        if (d > longest_time) {
          at.error(code::out_of_range, node, "must be at most a year, got " + node.scalar);
          return false;
        }
        out = d;
        return true;
      });
}

Reader<Duration> positive_time_span() {
  const Reader<Duration> reader = time_span();
  return custom<Duration>(reader.shape,
                          [reader](const YamlNode& node, const Reading& at, Duration& out) {
                            Duration d;
                            if (!reader.read(node, at, d)) return false;
                            if (d.ns == 0) {
                              at.error(code::out_of_range, node, "must be above 0");
                              return false;
                            }
                            out = d;
                            return true;
                          });
}

Reader<std::uint16_t> http_status() {
  return integer<std::uint16_t>(200, 599);
}

Reader<std::uint16_t> answer_status() {
  const Reader<std::uint16_t> usual = http_status();
  return custom<std::uint16_t>(
      {.kind = Shape::Kind::Integer, .min = 101.0, .max = 599.0},
      [usual](const YamlNode& node, const Reading& at, std::uint16_t& out) {
        if (node.kind == YamlNode::Kind::Scalar && node.scalar == "101") {
          out = 101;
          return true;
        }
        return usual.read(node, at, out);
      });
}

Reader<std::vector<std::pair<std::string, std::string>>> header_map() {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const auto reader = pairs(any_text());
  return custom<Headers>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, Headers& out) {
        Headers headers;
        if (!reader.read(node, at, headers)) return false;
        for (const auto& [key, value] : node.entries) {
          const std::string name = lower(key.scalar);
          if (name == "host" || name == ":authority" || name == ":path" || name == ":method") {
            at.field(key.scalar)
                .error(code::invalid_headers, key, "is not set as a header",
                       "use the fields host, path, method");
          } else if (!is_header_name(name)) {
            at.field(key.scalar).error(code::invalid_headers, key, "is not the name of a header");
          }
        }
        for (auto& [name, value] : headers) name = lower(std::move(name));
        out = std::move(headers);
        return true;
      });
}

Reader<std::vector<std::pair<std::string, std::string>>> response_header_map() {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const auto reader = header_map();
  return custom<Headers>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, Headers& out) {
        if (!reader.read(node, at, out)) return false;
        const LoadReportReading reading = read_load_report(out);
        if (reading.problem.empty()) return true;
        for (const auto& [key, value] : node.entries) {
          if (lower(key.scalar) != reading.header) continue;
          at.field(key.scalar)
              .warning(code::surprising, value, "Envoy drops this load report: " + reading.problem,
                       "write TEXT cpu_utilization=0.7,rps_fractional=100, or JSON with the fields "
                       "of OrcaLoadReport");
          break;
        }
        return true;
      });
}

Reader<std::uint64_t> body_size() {
  constexpr std::int64_t largest = std::int64_t{1} << 30;
  const Reader<std::int64_t> reader = quantity();
  return custom<std::uint64_t>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, std::uint64_t& out) {
        std::int64_t bytes = 0;
        if (!reader.read(node, at, bytes)) return false;
        if (bytes > largest) {
          at.error(code::out_of_range, node, "must be at most 1Gi, got " + node.scalar);
          return false;
        }
        out = static_cast<std::uint64_t>(bytes);
        return true;
      });
}

Reader<std::uint32_t> limit(std::uint32_t min, std::uint32_t max, std::uint32_t unlimited_value) {
  const Reader<std::uint32_t> reader = integer<std::uint32_t>(min, max);
  const Shape word{.kind = Shape::Kind::Words, .words = {"unlimited"}};
  return custom<std::uint32_t>(
      {.kind = Shape::Kind::OneOf, .of = {reader.shape, word}},
      [reader, unlimited_value](const YamlNode& node, const Reading& at, std::uint32_t& out) {
        if (node.kind == YamlNode::Kind::Scalar && node.scalar == "unlimited") {
          out = unlimited_value;
          return true;
        }
        if (node.kind != YamlNode::Kind::Scalar || scalar_type(node) == ScalarType::Text) {
          at.wrong_type(node, "a whole number or unlimited");
          return false;
        }
        return reader.read(node, at, out);
      });
}

void check_request(const YamlNode& node, const Reading& at, const RequestSpec& request) {
  const YamlNode& path = child_or_self(node, "path");
  if (!request.path.starts_with('/')) {
    at.field("path").error(code::malformed_value, path,
                           "must begin with /, got \"" + request.path + "\"");
  } else if (!is_visible(request.path)) {
    at.field("path").error(code::malformed_value, path, "must not have blanks in it",
                           "write %20 for a blank");
  }
  if (!is_header_name(request.method)) {
    at.field("method").error(code::malformed_value, child_or_self(node, "method"),
                             "\"" + request.method + "\" is not a method");
  } else if (request.method == lower(request.method)) {
    at.field("method").error(code::malformed_value, child_or_self(node, "method"),
                             "methods are written in capitals: GET, POST");
  }
  if (!is_visible(request.authority)) {
    at.field("host").error(code::malformed_value, child_or_self(node, "host"),
                           "must not have blanks in it");
  }
}

}  // namespace mesh
