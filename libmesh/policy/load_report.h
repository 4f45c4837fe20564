// Load reports (ORCA) that backends send in response headers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mesh {

/// What a header says. Source: xds/data/orca/v3/orca_load_report.proto.
struct OrcaReport {
  double application_utilization = 0.0, cpu_utilization = 0.0, mem_utilization = 0.0;
  double requests_per_s = 0.0, errors_per_s = 0.0;  // rps_fractional, eps
  std::vector<std::pair<std::string, double>> named_metrics = {};
  bool operator==(const OrcaReport&) const = default;
};

/// The part of a report that weights are made of.
struct LoadReport {
  double application_utilization = 0.0;
  double named_utilization = 0.0;  // maximum of the configured metrics
  double cpu_utilization = 0.0;
  double requests_per_s = 0.0, errors_per_s = 0.0;
};

inline constexpr std::string_view load_report_header = "endpoint-load-metrics";

/// "TEXT cpu_utilization=0.7,rps_fractional=1000,eps=2,named_metrics.queue=0.4" → the report.
/// Nothing when a part is malformed, unknown or stands twice: Envoy then drops all of it. The other
/// forms are read in spec/load_report_header.h. Source: source/common/orca/orca_parser.cc
/// (parseOrcaLoadReportHeaders).
std::optional<OrcaReport> parse_load_report(std::string_view header);

/// `metrics` are names like "mem_utilization" or "named_metrics.queue".
/// Source: source/common/orca/orca_load_metrics.cc (getMaxUtilization).
LoadReport load_report(const OrcaReport& report, std::span<const std::string> metrics);

}  // namespace mesh
