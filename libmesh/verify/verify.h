// Runs recorded experiments through our engine and says which rows hold.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "libmesh/spec/diagnostics.h"
#include "libmesh/verify/case_scenario.h"
#include "libmesh/verify/verdict.h"

namespace mesh::verify {

struct CaseResult {
  std::string folder, name, title, question;
  std::vector<RowResult> rows;
  std::vector<Measures> runs;  // ours, one per seed
  Expected expected;
  Diagnostics problems;   // errors: the case could not be run, `rows` is empty
  bool finished = false;  // false: stopped before its last run, `rows` is empty
  bool holds() const;
};

/// Asked now and then while cases run; true stops them.
using Stop = std::function<bool()>;

/// One folder with case.yaml, istio.yaml and expected.json. Never throws: a broken case has errors.
CaseResult verify_case(const std::string& folder, const Overhead& overhead = {},
                       const Stop& stop = {});

/// Folders that are cases, and those right below folders that hold cases, sorted by name. A folder
/// with nothing to find is given back as it is: verify_case says what is missing.
std::vector<std::string> find_cases(const std::vector<std::string>& folders);

/// Called about ten times a second on the thread that called verify_cases, with the number of cases
/// that are done; returning false stops.
using CasesProgress = std::function<bool(std::size_t done)>;

/// All cases on `threads` threads (0 = all cores), in the order given.
std::vector<CaseResult> verify_cases(const std::vector<std::string>& folders, unsigned threads = 0,
                                     const Overhead& overhead = {},
                                     const CasesProgress& progress = {});

}  // namespace mesh::verify
