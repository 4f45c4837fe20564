// Runs recorded experiments through our engine and says which rows hold.
#pragma once

#include <string>
#include <vector>

#include "libmesh/spec/diagnostics.h"
#include "libmesh/verify/case_scenario.h"
#include "libmesh/verify/verdict.h"

namespace mesh::verify {

struct CaseResult {
  std::string name, title;
  std::vector<RowResult> rows;
  std::vector<Measures> runs;  // ours, one per seed
  Expected expected;
  Diagnostics problems;  // errors: the case could not be run, `rows` is empty
  bool holds() const;
};

/// One folder with case.yaml, istio.yaml and expected.json. Never throws: a broken case has errors.
CaseResult verify_case(const std::string& folder, const Overhead& overhead = {});

/// Folders that are cases, and those right below folders that hold cases, sorted by name.
std::vector<std::string> find_cases(const std::vector<std::string>& folders);

/// All cases on `threads` threads (0 = all cores), in the order given.
std::vector<CaseResult> verify_cases(const std::vector<std::string>& folders, unsigned threads = 0,
                                     const Overhead& overhead = {});

}  // namespace mesh::verify
