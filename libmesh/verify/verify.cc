// From a folder to its verdicts.
#include "libmesh/verify/verify.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "libmesh/engine/simulation.h"
#include "libmesh/plan/compile.h"
#include "libmesh/spec/diagnostic_codes.h"

namespace mesh::verify {

namespace fs = std::filesystem;

bool CaseResult::holds() const {
  return !problems.has_errors() &&
         std::all_of(rows.begin(), rows.end(), [](const RowResult& r) { return r.holds; });
}

CaseResult verify_case(const std::string& folder, const Overhead& overhead) {
  CaseResult result;
  const Case recorded = read_case(folder, result.problems);
  result.name = recorded.name;
  result.title = recorded.title;
  result.expected = read_expected((fs::path(folder) / "expected.json").string(), result.problems);
  if (result.problems.has_errors()) return result;
  const Scenario scenario = scenario_of(recorded, overhead, result.problems);
  if (result.problems.has_errors()) return result;
  const CompileResult compiled = compile(scenario);
  result.problems.append(compiled.problems);
  if (!compiled.plan) return result;
  for (std::uint64_t seed = 1; seed <= recorded.repeat; ++seed) {
    try {
      Simulation run(compiled.plan, seed);
      // The recordings looked at their counters as soon as everything had been answered.
      Instant looked_at = compiled.plan->until - recorded.load.settle;
      run.run_until(looked_at);
      while (!run.idle() && looked_at < compiled.plan->until) {
        looked_at = looked_at + milliseconds(50);
        run.run_until(looked_at);
      }
      result.runs.push_back(measure(recorded, *compiled.plan, *run.record()));
    } catch (const MemoryLimitExceeded& e) {
      result.problems.add({.code = std::string(code::limit_exceeded.id),
                           .place = {.file = folder},
                           .path = "case " + recorded.name,
                           .what = "needs " + std::to_string(e.needed >> 20) + " MiB",
                           .hint = "shorten its load"});
      return result;
    }
  }
  for (const Row& row : recorded.compare) {
    result.rows.push_back(judge(row, result.runs, result.expected));
  }
  return result;
}

std::vector<std::string> find_cases(const std::vector<std::string>& folders) {
  std::vector<std::string> cases;
  for (const std::string& folder : folders) {
    std::error_code ignored;
    if (fs::exists(fs::path(folder) / "case.yaml", ignored)) {
      cases.push_back(folder);
      continue;
    }
    std::vector<std::string> below;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (fs::exists(entry.path() / "case.yaml", ignored)) below.push_back(entry.path().string());
    }
    std::sort(below.begin(), below.end());
    cases.insert(cases.end(), below.begin(), below.end());
  }
  return cases;
}

std::vector<CaseResult> verify_cases(const std::vector<std::string>& folders, unsigned threads,
                                     const Overhead& overhead) {
  std::vector<CaseResult> results(folders.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < folders.size(); i = next++) {
      results[i] = verify_case(folders[i], overhead);
    }
  };
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::jthread> pool;
  for (unsigned t = 1; t < threads; ++t) pool.emplace_back(work);
  work();
  pool.clear();
  return results;
}

}  // namespace mesh::verify
