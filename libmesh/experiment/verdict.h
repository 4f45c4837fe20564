// Whether a run kept the thresholds that its scenario states.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libmesh/spec/scenario.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

struct Verdict {
  std::string text;             // "p99 of ingress->productpage ≤ 800ms"
  std::string metric;           // "p99"
  std::string of;               // an edge, a load, or "" for all loads
  std::optional<double> value;  // absent: the run has no such edge or load
  std::string_view unit;        // "ms", "1/s" or ""
  bool ok = false;              // false when the value is absent
};

/// One verdict per threshold, in their order.
std::vector<Verdict> judge(const RunRecord& record, const std::vector<ThresholdSpec>& thresholds);

}  // namespace mesh
