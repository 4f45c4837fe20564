// Reading expected.json.
#include "libmesh/verify/expected.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "libmesh/verify/case_file.h"

namespace mesh::verify {
namespace {

using nlohmann::json;

/// Seconds of a series: a sparse one may not name the end of time.
constexpr std::size_t seconds_max = 1'000'000;

/// What stands at `path` is not what a recording writes.
struct Unusual {
  std::string path, what;
};

const json& object_at(const json& whole, const std::string& path, const char* name) {
  const auto found = whole.find(name);
  if (found == whole.end()) throw Unusual{path + name, "is missing"};
  if (!found->is_object()) throw Unusual{path + name, "is no object"};
  return *found;
}

double number(const json& value, const std::string& path) {
  if (value.is_null()) return 0.0;
  if (!value.is_number()) {
    throw Unusual{path, std::string("expected a number, found ") + value.type_name()};
  }
  return value.get<double>();
}

double member(const json& value, const std::string& path, const char* name, double otherwise) {
  const auto found = value.find(name);
  return found == value.end() ? otherwise : number(*found, path + "." + name);
}

Recorded recorded_of(const json& value, const std::string& path) {
  if (!value.is_object()) {
    const double x = number(value, path);
    return {x, 0, x, x};
  }
  if (!value.contains("mean")) throw Unusual{path + ".mean", "is missing"};
  Recorded r;
  r.mean = member(value, path, "mean", 0);
  r.sd = member(value, path, "sd", 0);
  r.min = member(value, path, "min", r.mean);
  r.max = member(value, path, "max", r.mean);
  return r;
}

std::size_t second_of(const std::string& key, const std::string& path) {
  std::size_t second = 0;
  const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), second);
  if (error != std::errc{} || stop != key.data() + key.size() || second >= seconds_max) {
    throw Unusual{path, "\"" + key + "\" is no second"};
  }
  return second;
}

std::vector<double> numbers(const json& value, const std::string& path) {
  std::vector<double> out;
  if (value.is_object()) {  // sparse: second → value
    for (const auto& [key, x] : value.items()) {
      const std::size_t second = second_of(key, path);
      if (out.size() <= second) out.resize(second + 1, 0.0);
      out[second] = number(x, path + "." + key);
    }
    return out;
  }
  if (!value.is_array()) throw Unusual{path, "is no list of numbers"};
  for (const json& x : value) out.push_back(number(x, path));
  return out;
}

RecordedSeries series_of(const json& value, const std::string& path) {
  RecordedSeries s;
  if (value.is_array()) {
    s.mean = s.min = s.max = numbers(value, path);
    return s;
  }
  if (!value.is_object() || !value.contains("mean")) throw Unusual{path + ".mean", "is missing"};
  s.mean = numbers(value.at("mean"), path + ".mean");
  s.min = value.contains("min") ? numbers(value.at("min"), path + ".min") : s.mean;
  s.max = value.contains("max") ? numbers(value.at("max"), path + ".max") : s.mean;
  return s;
}

template <class Number>
Number whole(const json& value, const std::string& path) {
  const double x = number(value, path);
  if (!(x >= 0 && x <= 65535)) throw Unusual{path, "expected a number from 0 to 65535"};
  return static_cast<Number>(x);
}

std::string text(const json& value, const std::string& path) {
  if (!value.is_string()) throw Unusual{path, "expected a text"};
  return value.get<std::string>();
}

void read_sequence(const json& sequence, Expected& e) {
  const auto flag = [&](const char* name) {
    const auto found = sequence.find(name);
    if (found == sequence.end()) return false;
    if (!found->is_boolean()) throw Unusual{std::string("sequence.") + name, "is no boolean"};
    return found->get<bool>();
  };
  e.same_outcomes = flag("same_outcomes_in_all_runs");
  e.same_instances = flag("same_instances_in_all_runs");
  const auto rows = sequence.find("rows");
  if (rows == sequence.end() || !rows->is_array()) throw Unusual{"sequence.rows", "is no list"};
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const json& row = (*rows)[i];
    const std::string path = "sequence.rows[" + std::to_string(i) + "]";
    if (!row.is_array() || row.size() < 6) throw Unusual{path, "has fewer than six columns"};
    e.sequence.push_back({.code = whole<std::uint16_t>(row[2], path + "[2]"),
                          .flags = text(row[3], path + "[3]"),
                          .attempts = whole<std::uint32_t>(row[4], path + "[4]"),
                          .instances = text(row[5], path + "[5]")});
  }
}

Expected expected_of(const json& document) {
  if (!document.is_object()) throw Unusual{"expected.json", "is no object"};
  Expected e;
  for (const auto& [name, value] : object_at(document, "", "scalars").items()) {
    e.scalars[name] = recorded_of(value, "scalars." + name);
  }
  if (document.contains("series")) {
    for (const auto& [name, value] : object_at(document, "", "series").items()) {
      e.series[name] = series_of(value, "series." + name);
    }
  }
  if (document.contains("sequence")) read_sequence(object_at(document, "", "sequence"), e);
  return e;
}

std::uint32_t line_of(const std::string& text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  return static_cast<std::uint32_t>(std::count(text.begin(), end, '\n') + 1);
}

/// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error …": its end.
std::string reason_of(const std::string& message) {
  const std::size_t colon = message.find(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

}  // namespace

Expected read_expected(const std::string& folder, Diagnostics& problems) {
  const CaseFile file(folder, "expected.json");
  const std::optional<std::string> text = file.read(problems);
  if (!text) return {};
  try {
    return expected_of(json::parse(*text));
  } catch (const json::parse_error& e) {
    problems.add(file.error(code::syntax, line_of(*text, e.byte), "expected.json",
                            "is no JSON: " + reason_of(e.what())));
  } catch (const Unusual& e) {
    problems.add(file.error(code::wrong_type, 0, e.path, e.what,
                            "expected.json is what the recorder wrote"));
  } catch (const json::exception& e) {  // numbers beyond a double
    problems.add(file.error(code::out_of_range, 0, "expected.json", reason_of(e.what())));
  }
  return {};
}

}  // namespace mesh::verify
