// Reads load reports.
#include "libmesh/policy/load_report.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mesh {
namespace {

constexpr std::string_view named_prefix = "named_metrics.";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

double* plain_metric(OrcaReport& report, std::string_view name) {
  if (name == "application_utilization") return &report.application_utilization;
  if (name == "cpu_utilization") return &report.cpu_utilization;
  if (name == "mem_utilization") return &report.mem_utilization;
  if (name == "rps_fractional") return &report.requests_per_s;
  if (name == "eps") return &report.errors_per_s;
  return nullptr;
}

bool set_metric(OrcaReport& report, std::string_view name, double value) {
  if (double* const plain = plain_metric(report, name)) {
    *plain = value;
    return true;
  }
  if (!name.starts_with(named_prefix) || name.size() == named_prefix.size()) return false;
  report.named_metrics.emplace_back(name.substr(named_prefix.size()), value);
  return true;
}

double metric(const OrcaReport& report, std::string_view name) {
  if (name == "application_utilization") return report.application_utilization;
  if (name == "cpu_utilization") return report.cpu_utilization;
  if (name == "mem_utilization") return report.mem_utilization;
  if (!name.starts_with(named_prefix)) return 0.0;
  for (const auto& [named, value] : report.named_metrics) {
    if (named == name.substr(named_prefix.size())) return value;
  }
  return 0.0;
}

}  // namespace

std::optional<OrcaReport> parse_load_report(std::string_view header) {
  constexpr std::string_view text_form = "TEXT ";
  if (!header.starts_with(text_form)) return std::nullopt;
  header.remove_prefix(text_form.size());
  OrcaReport report;
  std::vector<std::string_view> seen;
  while (!header.empty()) {
    const auto comma = header.find(',');
    const std::string_view part = trimmed(header.substr(0, comma));
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    if (part.empty()) continue;
    const auto sign = part.find('=');
    if (sign == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(part.substr(0, sign));
    const auto value = number(trimmed(part.substr(sign + 1)));
    if (!value || std::find(seen.begin(), seen.end(), name) != seen.end()) return std::nullopt;
    if (!set_metric(report, name, *value)) return std::nullopt;
    seen.push_back(name);
  }
  return report;
}

LoadReport load_report(const OrcaReport& report, std::span<const std::string> metrics) {
  LoadReport load{.application_utilization = report.application_utilization,
                  .cpu_utilization = report.cpu_utilization,
                  .requests_per_s = report.requests_per_s,
                  .errors_per_s = report.errors_per_s};
  for (const std::string& name : metrics) {
    load.named_utilization = std::max(load.named_utilization, metric(report, name));
  }
  return load;
}

}  // namespace mesh
