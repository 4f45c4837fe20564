// From a folder to its verdicts.
#include "libmesh/verify/verify.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#include "libmesh/engine/simulation.h"
#include "libmesh/plan/compile.h"
#include "libmesh/verify/case_checks.h"
#include "libmesh/verify/case_file.h"

namespace mesh::verify {

namespace {

namespace fs = std::filesystem;

constexpr const char* case_files[] = {"case.yaml", "istio.yaml", "expected.json"};

/// What one run of the plan says; nothing when it was stopped.
std::optional<Measures> measured(const Case& recorded, const std::shared_ptr<const Plan>& plan,
                                 std::uint64_t seed, const Stop& stop) {
  const auto stopped = [&] { return stop && stop(); };
  const Progress go_on = [&](double, std::uint64_t) { return !stopped(); };
  if (stopped()) return std::nullopt;
  Simulation run(plan, seed);
  // The recordings looked at their counters as soon as everything had been answered.
  Instant looked_at = plan->until - recorded.load.settle;
  if (!run.run_until(looked_at, go_on)) return std::nullopt;
  while (!run.idle() && looked_at < plan->until) {
    looked_at = looked_at + milliseconds(50);
    if (!run.run_until(looked_at, go_on) || stopped()) return std::nullopt;
  }
  return measure(recorded, *plan, *run.record());
}

void verify_into(CaseResult& result, const Overhead& overhead, const Stop& stop) {
  const Case recorded = read_case(result.folder, result.problems);
  result.title = recorded.title;
  result.question = recorded.question;
  result.expected = read_expected(result.folder, result.problems);
  if (result.problems.has_errors()) return;
  check_recorded(recorded, result.expected, result.problems);
  const Scenario scenario = scenario_of(recorded, overhead, result.problems);
  if (result.problems.has_errors()) return;
  const CompileResult compiled = compile(scenario);
  result.problems.append(compiled.problems);
  if (!compiled.plan) return;
  for (std::uint64_t seed = 1; seed <= recorded.repeat; ++seed) {
    std::optional<Measures> run = measured(recorded, compiled.plan, seed, stop);
    if (!run) return;
    result.runs.push_back(std::move(*run));
  }
  for (const Row& row : recorded.compare) {
    result.rows.push_back(judge(row, result.runs, result.expected));
  }
  result.finished = true;
}

bool is_case(const fs::path& folder) {
  std::error_code ignored;
  return std::any_of(std::begin(case_files), std::end(case_files),
                     [&](const char* name) { return fs::exists(folder / name, ignored); });
}

/// Cases right below a folder. An empty one is a case that lost its files.
std::vector<std::string> cases_below(const fs::path& folder) {
  std::vector<std::string> cases;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code ignored;
    const fs::path below = folder / it->path().filename();
    if (it->path().filename().string().front() == '.' || !fs::is_directory(below, ignored))
      continue;
    if (is_case(below) || fs::is_empty(below, ignored)) cases.push_back(below.string());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

}  // namespace

bool CaseResult::holds() const {
  return finished && !problems.has_errors() &&
         std::all_of(rows.begin(), rows.end(), [](const RowResult& r) { return r.holds; });
}

CaseResult verify_case(const std::string& folder, const Overhead& overhead, const Stop& stop) {
  CaseResult result{.folder = folder, .name = case_name(folder)};
  const auto failed = [&](const std::string& what, const std::string& hint) {
    result.rows.clear();
    result.runs.clear();
    result.problems.add(
        CaseFile(folder, "case.yaml").error(code::limit_exceeded, 0, "run", what, hint));
  };
  try {
    verify_into(result, overhead, stop);
  } catch (const MemoryLimitExceeded& e) {
    failed("needs " + std::to_string(e.needed >> 20) + " MiB", "shorten its load");
  } catch (const std::bad_alloc&) {
    failed("needs more memory than there is", "shorten its load");
  } catch (const std::exception& e) {
    failed(std::string("stopped: ") + e.what(), "please report this: it is a fault of meshsim");
  }
  return result;
}

std::vector<std::string> find_cases(const std::vector<std::string>& folders) {
  std::vector<std::string> cases;
  for (const std::string& folder : folders) {
    const std::vector<std::string> below =
        is_case(folder) ? std::vector<std::string>{} : cases_below(folder);
    if (below.empty()) cases.push_back(folder);
    cases.insert(cases.end(), below.begin(), below.end());
  }
  return cases;
}

std::vector<CaseResult> verify_cases(const std::vector<std::string>& folders, unsigned threads,
                                     const Overhead& overhead, const CasesProgress& progress) {
  std::vector<CaseResult> results(folders.size());
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> stopped{false};
  std::mutex mutex;
  std::condition_variable all_done;
  const auto work = [&] {
    for (std::size_t i = next++; i < folders.size(); i = next++) {
      results[i] = verify_case(folders[i], overhead, [&] { return stopped.load(); });
      const std::lock_guard lock(mutex);
      if (++done == folders.size()) all_done.notify_all();
    }
  };
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, folders.size()));
  std::vector<std::jthread> pool;
  for (unsigned t = 0; t < threads; ++t) pool.emplace_back(work);
  std::unique_lock lock(mutex);
  while (!all_done.wait_for(lock, std::chrono::milliseconds(100),
                            [&] { return done == folders.size(); })) {
    lock.unlock();
    if (progress && !progress(done)) stopped = true;
    lock.lock();
  }
  lock.unlock();
  pool.clear();
  if (progress) progress(done);
  return results;
}

}  // namespace mesh::verify
