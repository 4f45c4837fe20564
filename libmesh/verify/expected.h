// What was measured: expected.json.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libmesh/spec/diagnostics.h"
#include "libmesh/verify/measures.h"

namespace mesh::verify {

struct Recorded {
  double mean = 0, sd = 0, min = 0, max = 0;
};
struct RecordedSeries {
  std::vector<double> mean, min, max;  // by second
};

struct Expected {
  std::map<std::string, Recorded> scalars;
  std::map<std::string, RecordedSeries> series;
  std::vector<SequenceRow> sequence;
  bool same_outcomes = false, same_instances = false;

  /// A measure that was not recorded is 0.
  Recorded scalar(const std::string& name) const {
    const auto found = scalars.find(name);
    return found == scalars.end() ? Recorded{} : found->second;
  }
};

/// Reads `folder`/expected.json; what is wrong with it goes to `problems`.
Expected read_expected(const std::string& folder, Diagnostics& problems);

}  // namespace mesh::verify
