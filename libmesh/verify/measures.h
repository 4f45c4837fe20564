// What one run says under the names of expected.json: scalars, series, the sequence of requests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "libmesh/plan/plan.h"
#include "libmesh/telemetry/run_record.h"
#include "libmesh/verify/case.h"

namespace mesh::verify {

/// One request of the client, in order of arrival.
struct SequenceRow {
  std::uint16_t code = 0;
  std::string flags = "-";
  std::uint32_t attempts = 0;
  std::string instances = "-";  // those that received an attempt, in order, joined by ">"
  bool operator==(const SequenceRow&) const = default;
};

struct Measures {
  std::map<std::string, double> scalars;
  std::map<std::string, std::vector<double>> series;  // by second of t
  std::vector<SequenceRow> sequence;

  /// A measure that did not occur is 0.
  double scalar(const std::string& name) const {
    const auto found = scalars.find(name);
    return found == scalars.end() ? 0.0 : found->second;
  }
};

Measures measure(const Case& recorded, const Plan& plan, const RunRecord& record);

}  // namespace mesh::verify
