// Load reports (ORCA) in response headers, in each of the forms that Envoy reads.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libmesh/policy/load_report.h"

namespace mesh {

/// The binary form of gRPC libraries; it wins over `load_report_header`.
inline constexpr std::string_view load_report_header_bin = "endpoint-load-metrics-bin";

/// What the headers of one response report; both parts are empty where no header does.
struct LoadReportReading {
  std::optional<OrcaReport> report;
  std::string header;   // which one was read
  std::string problem;  // why Envoy drops it
};

/// Names are lower case. "TEXT name=value,…", "JSON {…}" with protobuf's rules for JSON, "BIN " and
/// the binary header with a message in base64. Source: source/common/orca/orca_parser.cc
/// (parseOrcaLoadReportHeaders).
LoadReportReading read_load_report(const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace mesh
