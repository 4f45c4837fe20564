// Reading expected.json.
#include "libmesh/verify/expected.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "libmesh/spec/diagnostic_codes.h"

namespace mesh::verify {
namespace {

using nlohmann::json;

Recorded recorded_of(const json& value) {
  if (value.is_number()) {
    const double x = value.get<double>();
    return {x, 0, x, x};
  }
  Recorded r;
  r.mean = value.value("mean", 0.0);
  r.sd = value.value("sd", 0.0);
  r.min = value.value("min", r.mean);
  r.max = value.value("max", r.mean);
  return r;
}

std::vector<double> numbers(const json& value) {
  std::vector<double> out;
  if (value.is_object()) {  // sparse: second → value
    for (const auto& [second, x] : value.items()) {
      const std::size_t i = std::stoul(second);
      if (out.size() <= i) out.resize(i + 1, 0.0);
      out[i] = x.get<double>();
    }
    return out;
  }
  for (const json& x : value) out.push_back(x.is_null() ? 0.0 : x.get<double>());
  return out;
}

RecordedSeries series_of(const json& value) {
  RecordedSeries s;
  if (value.is_array()) {
    s.mean = s.min = s.max = numbers(value);
    return s;
  }
  s.mean = numbers(value.at("mean"));
  s.min = value.contains("min") ? numbers(value.at("min")) : s.mean;
  s.max = value.contains("max") ? numbers(value.at("max")) : s.mean;
  return s;
}

Expected expected_of(const json& document) {
  Expected e;
  for (const auto& [name, value] : document.at("scalars").items()) {
    e.scalars[name] = recorded_of(value);
  }
  if (document.contains("series")) {
    for (const auto& [name, value] : document.at("series").items())
      e.series[name] = series_of(value);
  }
  if (!document.contains("sequence")) return e;
  const json& sequence = document.at("sequence");
  e.same_outcomes = sequence.value("same_outcomes_in_all_runs", false);
  e.same_instances = sequence.value("same_instances_in_all_runs", false);
  for (const json& row : sequence.at("rows")) {
    e.sequence.push_back({.code = row.at(2).get<std::uint16_t>(),
                          .flags = row.at(3).get<std::string>(),
                          .attempts = row.at(4).get<std::uint32_t>(),
                          .instances = row.at(5).get<std::string>()});
  }
  return e;
}

}  // namespace

Expected read_expected(const std::string& file, Diagnostics& problems) {
  std::ifstream stream(file);
  Diagnostic problem{.code = std::string(code::unreadable_file.id),
                     .place = {.file = file},
                     .path = "expected.json",
                     .hint = "the folder of a case holds case.yaml, istio.yaml, expected.json"};
  if (!stream) {
    problem.what = "cannot be read";
    problems.add(problem);
    return {};
  }
  try {
    return expected_of(json::parse(stream));
  } catch (const std::exception& e) {  // json's errors and std::stoul's
    problem.what = std::string("is not what a recording writes: ") + e.what();
    problems.add(problem);
    return {};
  }
}

}  // namespace mesh::verify
