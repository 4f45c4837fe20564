// Does a row of `compare` hold: our runs against what was recorded.
#pragma once

#include <string>
#include <vector>

#include "libmesh/verify/case.h"
#include "libmesh/verify/expected.h"
#include "libmesh/verify/measures.h"

namespace mesh::verify {

struct RowResult {
  std::string measure;
  Kind kind = Kind::Exact;
  std::vector<double> ours;  // one value a run; for a timeline the worst second's, for a
                             // sequence the share of rows that agree
  Recorded recorded;
  double difference = 0;  // of our mean, in the measure's unit; share: percentage points
  bool holds = false;
  std::string tolerance;  // as the case says it
  std::string note;       // where it fails: the second, the first row that differs
};

/// `runs` holds our measures, one per recorded run.
RowResult judge(const Row& row, const std::vector<Measures>& runs, const Expected& expected);

/// Is the row's tolerance a number with a unit that its kind takes? None is 0.
bool is_tolerance(const Row& row);

/// "exact", "share" …
const char* to_string(Kind kind);

}  // namespace mesh::verify
