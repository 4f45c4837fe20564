// The native driver: runs or checks a scenario without Python, for profiling, replay, comparison.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libmesh/mesh.h"
#include "libmesh/spec/quantity.h"

namespace {

// Exit codes of the command line: sysexits' EX_DATAERR for input that cannot be used.
constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_bad_input = 65;

struct Flags {
  std::string scenario;
  std::string until;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> set;
  std::uint32_t replications = 1;
  unsigned threads = 1;
  bool timing = false;
};

void print(const mesh::Diagnostics& problems) {
  for (const mesh::Diagnostic& problem : problems) {
    std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  }
}

std::optional<mesh::Scenario> load(const Flags& flags) {
  mesh::Scenario scenario = mesh::load_scenario(flags.scenario);
  std::vector<mesh::Override> overrides;
  for (const std::string& text : flags.set) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      std::fprintf(stderr, "--set wants path=value, got '%s'\n", text.c_str());
      return std::nullopt;
    }
    overrides.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  if (!overrides.empty()) scenario = mesh::with_overrides(scenario, overrides);
  return scenario;
}

/// The compiled plan, or null after every problem was printed.
std::shared_ptr<const mesh::Plan> checked_plan(const mesh::Scenario& scenario) {
  mesh::Diagnostics problems = scenario.diagnostics;
  if (problems.has_errors()) {
    print(problems);
    return nullptr;
  }
  const mesh::CompileResult result = mesh::compile(scenario);
  problems.append(result.problems);
  problems.sort();
  print(problems);
  return problems.has_errors() ? nullptr : result.plan;
}

void print(const mesh::RunRecord& record) {
  std::uint64_t ok = 0, failed = 0;
  const mesh::OutcomeTable& table = record.requests_by_load;
  for (std::size_t i = 0; i < table.count.size(); ++i) {
    const std::uint16_t code = record.outcomes[table.outcome[i]].code;
    (code != 0 && code < 500 ? ok : failed) += table.count[i];
  }
  const mesh::RunInfo& info = record.info;
  std::printf("fingerprint  %016llx\n", static_cast<unsigned long long>(info.fingerprint));
  std::printf("hash         %016llx\n", static_cast<unsigned long long>(record.hash()));
  std::printf("seed         %llu\n", static_cast<unsigned long long>(info.seed));
  std::printf("events       %llu\n", static_cast<unsigned long long>(info.events));
  std::printf("requests     %llu in-flight %llu\n",
              static_cast<unsigned long long>(info.requests_created),
              static_cast<unsigned long long>(info.requests_in_flight));
  std::printf("users        ok %llu failed %llu\n", static_cast<unsigned long long>(ok),
              static_cast<unsigned long long>(failed));
}

int run(const Flags& flags) {
  const auto started = std::chrono::high_resolution_clock::now();
  const std::optional<mesh::Scenario> scenario = load(flags);
  if (!scenario) return exit_usage;
  const std::shared_ptr<const mesh::Plan> plan = checked_plan(*scenario);
  if (plan == nullptr) return exit_bad_input;

  mesh::RunOptions options;
  if (!flags.until.empty()) {
    const std::optional<mesh::Duration> until = mesh::parse_duration(flags.until);
    if (!until) {
      std::fprintf(stderr, "--until wants a duration such as 90s, got '%s'\n", flags.until.c_str());
      return exit_usage;
    }
    options.until = mesh::Instant{until->ns};
  }
  const auto parsed = std::chrono::high_resolution_clock::now();
  std::vector<std::uint64_t> seeds;
  const std::uint64_t first = flags.seed.value_or(scenario->run.seed);
  for (std::uint32_t i = 0; i < flags.replications; ++i) seeds.push_back(first + i);
  try {
    for (const auto& record : mesh::replicate(plan, seeds, flags.threads, options)) print(*record);
  } catch (const mesh::MemoryLimitExceeded& refused) {
    std::fprintf(stderr, "the run would need %llu bytes, run.memoryLimit allows %llu\n",
                 static_cast<unsigned long long>(refused.needed),
                 static_cast<unsigned long long>(refused.limit));
    return exit_bad_input;
  }
  if (flags.timing) {
    const auto ended = std::chrono::high_resolution_clock::now();
    const std::chrono::duration<double, std::milli> load_ms = parsed - started;
    const std::chrono::duration<double, std::milli> run_ms = ended - parsed;
    std::fprintf(stderr, "load %.3f ms, run %.3f ms\n", load_ms.count(), run_ms.count());
  }
  return exit_ok;
}

int validate(const Flags& flags) {
  const std::optional<mesh::Scenario> scenario = load(flags);
  if (!scenario) return exit_usage;
  return checked_plan(*scenario) == nullptr ? exit_bad_input : exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("meshsim-core: run or check a scenario without Python");
  app.footer("Example: meshsim-core run scenarios/bookinfo_canary --seed 7 --until 60s");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("meshsim ") + mesh::version());
  Flags flags;
  CLI::App* run_command = app.add_subcommand("run", "simulate; prints fingerprint and totals");
  CLI::App* validate_command = app.add_subcommand("validate", "print every problem of the input");
  for (CLI::App* command : {run_command, validate_command}) {
    command->add_option("SCENARIO", flags.scenario, "a file, or a folder with scenario.yaml")
        ->required();
    command->add_option("--set", flags.set, "path=value, may be repeated");
  }
  run_command->add_option("--seed", flags.seed, "instead of the scenario's");
  run_command->add_option("--until", flags.until, "horizon, e.g. 90s, instead of the scenario's");
  run_command->add_option("--replications", flags.replications, "runs with seeds counted upwards");
  run_command->add_option("--threads", flags.threads, "for replications; 0 = all cores");
  run_command->add_flag("--timing", flags.timing, "wall-clock times on stderr");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  return run_command->parsed() ? run(flags) : validate(flags);
}
