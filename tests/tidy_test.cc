// The written rules of the project as tests: layers, shapes of files, banned calls.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/paths.h"
#include "tests/support/source_text.h"

namespace {

using mesh::testing::Include;
using mesh::testing::SourceFile;
using Problems = std::vector<std::string>;

const std::vector<SourceFile>& files() {
  static const std::vector<SourceFile> all = mesh::testing::project_files();
  return all;
}

std::string at(const SourceFile& file, std::size_t line) {
  return file.path + ":" + std::to_string(line) + ": ";
}

/// One failure that lists everything, so that one run shows all there is to mend.
void check_none(const Problems& problems) {
  std::string list;
  for (const std::string& problem : problems) list += "\n  " + problem;
  CHECK_MESSAGE(problems.empty(), list);
}

// The layers of the design: each may include itself and these. The same table as in CMakeLists.txt.
const std::map<std::string, std::set<std::string>> may_include = {
    {"base", {}},
    {"kernel", {"base"}},
    {"policy", {"base"}},
    {"telemetry", {"base"}},
    {"spec", {"base", "policy"}},
    {"plan", {"base", "policy", "spec"}},
    {"lint", {"base", "policy", "spec", "plan"}},
    {"engine", {"base", "kernel", "policy", "telemetry", "plan"}},
    {"analysis", {"base", "telemetry", "plan"}},
    {"export", {"base", "telemetry", "plan"}},
    {"experiment", {"base", "telemetry", "spec", "plan", "engine", "analysis"}},
    {"verify", {"base", "telemetry", "spec", "plan", "engine"}},
};

// Files that are longer than 400 lines, each with the reason why it is still one concept.
const std::map<std::string, std::string> long_files = {
    {"libmesh/engine/engine.h", "one class: each step of the journey of a request is a line"},
    {"libmesh/verify/case_reader.cc", "the tables of case.yaml, one row a field"},
    {"libmesh/verify/measures.cc", "the names of expected.json, family by family"},
};

// Functions longer than 60 lines ("path:first words of the signature"), each with the reason.
const std::map<std::string, std::string> long_functions = {
    {"bindings/record_columns.h:void visit_columns", "a list of columns, one a line"},
    {"libmesh/engine/engine.cc:void Engine::dispatch", "the closed set of events, each a line"},
};

// Sources without a test of their own name, each with the place where they are tested.
const std::map<std::string, std::string> tested_elsewhere = {
    {"libmesh/cli/meshsim_core.cc", "scripts/test.sh compares its output with Python's"},
    {"libmesh/spec/istio/service_entry.cc", "tests/verify: recordings that use ServiceEntries"},
};

// Folders whose sources are tested together, not stem by stem, each with the reason.
const std::map<std::string, std::string> tested_as_a_whole = {
    {"libmesh/engine/", "an engine runs as one: tests/engine, tests/conformance, recordings"},
    {"libmesh/plan/", "a plan is compiled as one: tests/plan/compile_test.cc, recordings"},
    {"libmesh/lint/", "tests/lint/lint_test.cc has a row per finding"},
    {"libmesh/verify/", "tests/verify/recordings_test.cc runs whole cases"},
};

/// A word that must not be written in some layers.
struct Ban {
  const char* pattern;
  std::set<std::string> layers;
  const char* instead;
};

const std::set<std::string> hot = {"kernel", "policy", "engine"};
const std::set<std::string> simulated = {"base", "kernel", "policy", "telemetry",
                                         "spec", "plan",   "engine"};
const std::set<std::string> all_layers = {"base",     "kernel", "policy",     "telemetry",
                                          "spec",     "plan",   "lint",       "engine",
                                          "analysis", "export", "experiment", "verify"};

const std::vector<Ban>& bans() {
  static const std::vector<Ban> list = {
      {R"(\bs?rand\s*\()", all_layers, "Draws"},
      {R"(\bunordered_(multi)?(map|set)\b)", hot, "a dense table or a sorted vector"},
      {R"(\bstd::(map|multimap|deque|list)\b)", {"kernel"}, "a flat structure"},
      {R"(\b(system|steady|high_resolution)_clock\b)", all_layers, "simulated time"},
      {R"(\b(gettimeofday|clock_gettime)\b|\btime\s*\(\s*(NULL|nullptr|0)\s*\))", all_layers,
       "simulated time"},
      {R"(\bstd::\w+_distribution\b)", all_layers, "base/distribution.h"},
      {R"(\b(random_device|mt19937\w*|default_random_engine)\b)", all_layers, "Draws"},
      {R"(\bfloat\b)", all_layers, "double"},
      // libm's last bits differ between machines.
      {R"(\bstd::(log|log2|log10|log1p|exp|exp2|expm1|pow)\s*\()", simulated, "base/math.h"},
      {R"(\bstd::(a?sinh?|a?cosh?|a?tanh?|cbrt|hypot)\s*\()", simulated, "base/math.h"},
      {R"(\bstd::(l|t)gamma\s*\(|\bstd::erfc?\s*\()", simulated, "base/math.h"},
      {R"(\bassert\s*\()", all_layers, "MESH_CHECK"},
      {R"(\bstd::(cout|cerr|clog)\b)", all_layers, "a value for the caller to print"},
      {R"(\bvirtual\b)", hot, "a closed set"},
      {R"(\b(fast-math|FP_CONTRACT ON)\b)", all_layers, "nothing: runs are bit-identical"},
  };
  return list;
}

/// Libraries that are slow to compile or not for every layer; `where` may include them.
struct Heavy {
  const char* prefix;
  bool (*where)(const SourceFile&);
};
bool spec_source(const SourceFile& f) {
  return f.layer() == "spec" && !f.is_header();
}
bool graph_source(const SourceFile& f) {
  return !f.is_header() && (f.layer() == "lint" || f.path.starts_with("libmesh/plan/topology"));
}
bool analysis_source(const SourceFile& f) {
  return f.layer() == "analysis" && !f.is_header();
}
bool any_source(const SourceFile& f) {
  return !f.is_header();
}
bool driver(const SourceFile& f) {
  return f.path.starts_with("libmesh/cli/");
}
bool nowhere(const SourceFile&) {
  return false;
}

const Heavy heavy[] = {
    {"yaml-cpp/", spec_source},
    {"boost/", graph_source},
    {"Eigen/", analysis_source},
    {"nlohmann/json.hpp", any_source},
    {"CLI/", driver},
    {"pybind11/", nowhere},
    {"iostream", any_source},
    {"regex", nowhere},
    {"random", nowhere},
    {"cassert", nowhere},
    {"re2/", any_source},
    {"xxhash.h", any_source},
    {"fmt/", any_source},
};

}  // namespace

TEST_CASE("tidy: includes follow the layers") {
  Problems problems;
  for (const SourceFile& file : files()) {
    const auto row = may_include.find(file.layer());
    if (row == may_include.end() || !file.is_cpp()) continue;
    for (const Include& include : mesh::testing::includes_of(file)) {
      if (!include.quoted) continue;
      const std::string target = SourceFile{include.target, {}}.layer();
      if (target == file.layer() || row->second.contains(target)) continue;
      problems.push_back(at(file, include.line) + file.layer() + " must not know " +
                         (target.empty() ? include.target : target));
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: every layer is in the table") {
  for (const SourceFile& file : files()) {
    const std::string layer = file.layer();
    if (!layer.empty() && layer != "cli") CHECK_MESSAGE(may_include.contains(layer), file.path);
  }
}

TEST_CASE("tidy: heavy libraries stay where they belong") {
  Problems problems;
  for (const SourceFile& file : files()) {
    if (!file.under("libmesh") || !file.is_cpp()) continue;
    for (const Include& include : mesh::testing::includes_of(file)) {
      for (const Heavy& library : heavy) {
        if (include.target.starts_with(library.prefix) && !library.where(file)) {
          problems.push_back(at(file, include.line) + include.target + " is not for this file");
        }
      }
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: a source includes its own header first, a header is guarded") {
  Problems problems;
  for (const SourceFile& file : files()) {
    if (!file.under("libmesh") || !file.is_cpp()) continue;
    if (file.is_header()) {
      const bool guarded =
          std::find(file.lines.begin(), file.lines.end(), "#pragma once") != file.lines.end();
      if (!guarded) problems.push_back(at(file, 2) + "has no #pragma once");
      continue;
    }
    const std::string header = file.path.substr(0, file.path.size() - 2) + "h";
    if (!std::filesystem::exists(mesh::testing::source_dir() / header)) continue;
    const std::vector<Include> includes = mesh::testing::includes_of(file);
    if (includes.empty() || includes.front().target != header) {
      problems.push_back(at(file, 2) + "must include " + header + " first");
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: the first line of a file says in one line what it is") {
  Problems problems;
  for (const SourceFile& file : files()) {
    const bool python = file.path.ends_with(".py");
    if (!file.is_cpp() && !python) continue;
    const std::string first = file.lines.empty() ? "" : file.lines.front();
    const std::string second = file.lines.size() < 2 ? "" : file.lines[1];
    const bool said = python ? first.starts_with("\"\"\"") || first.starts_with("#")
                             : first.starts_with("// ") && first.ends_with('.');
    if (!said) problems.push_back(at(file, 1) + "must be one sentence: what the file is");
    if (!python && second.starts_with("//")) problems.push_back(at(file, 2) + "a second sentence");
  }
  check_none(problems);
}

TEST_CASE("tidy: lines have at most 100 characters, files at most 400 lines") {
  Problems problems;
  for (const SourceFile& file : files()) {
    const bool code = file.is_cpp() || file.path.ends_with(".py") || file.path.ends_with(".sh") ||
                      file.path.ends_with("CMakeLists.txt");
    if (!code) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const bool link = file.lines[i].find("http") != std::string::npos;
      if (mesh::testing::width(file.lines[i]) > 100 && !link) {
        problems.push_back(at(file, i + 1) + "is longer than 100 characters");
      }
    }
    if (file.lines.size() > 400 && !long_files.contains(file.path)) {
      problems.push_back(at(file, file.lines.size()) + "is the last of more than 400 lines");
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: functions have at most 60 lines") {
  Problems problems;
  for (const SourceFile& file : files()) {
    if (!file.is_cpp() || !(file.under("libmesh") || file.under("bindings"))) continue;
    for (const auto& found : mesh::testing::functions_longer_than(60, file)) {
      const std::string& signature = file.lines[found.line - 1];
      const bool listed =
          std::any_of(long_functions.begin(), long_functions.end(), [&](const auto& row) {
            const std::size_t colon = row.first.find(':');
            return row.first.substr(0, colon) == file.path &&
                   signature.starts_with(row.first.substr(colon + 1));
          });
      if (!listed) {
        problems.push_back(at(file, found.line) + std::to_string(found.length) + " lines");
      }
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: nothing that would make two machines differ, or a run slow, is called") {
  Problems problems;
  std::vector<std::regex> patterns;
  for (const Ban& ban : bans()) patterns.emplace_back(ban.pattern, std::regex::optimize);
  for (const SourceFile& file : files()) {
    const std::string layer = file.layer();
    if (layer.empty() || layer == "cli" || !file.is_cpp()) continue;
    const std::vector<std::string> code = mesh::testing::code_only(file.lines);
    for (std::size_t i = 0; i < code.size(); ++i) {
      for (std::size_t b = 0; b < patterns.size(); ++b) {
        if (!bans()[b].layers.contains(layer) || code[i].starts_with("#include")) continue;
        std::smatch match;
        if (std::regex_search(code[i], match, patterns[b])) {
          problems.push_back(at(file, i + 1) + match.str() + ", use " + bans()[b].instead);
        }
      }
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: every source has a test of its name") {
  Problems problems;
  for (const SourceFile& file : files()) {
    if (!file.under("libmesh") || !file.path.ends_with(".cc")) continue;
    const std::string stem = file.path.substr(8, file.path.size() - 8 - 3);  // after "libmesh/"
    const std::string test = "tests/" + stem + "_test.cc";
    if (tested_elsewhere.contains(file.path)) continue;
    const auto in_folder = [&](const auto& entry) { return file.path.rfind(entry.first, 0) == 0; };
    if (std::ranges::any_of(tested_as_a_whole, in_folder)) continue;
    if (!std::filesystem::exists(mesh::testing::source_dir() / test)) {
      problems.push_back(file.path + ": " + test + " is missing");
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: the lists of exceptions name files that exist") {
  const auto exists = [](const std::string& path) {
    return std::filesystem::exists(mesh::testing::source_dir() / path);
  };
  for (const auto& [path, reason] : long_files) CHECK_MESSAGE(exists(path), path);
  for (const auto& [path, reason] : tested_elsewhere) CHECK_MESSAGE(exists(path), path);
  for (const auto& [key, reason] : long_functions) {
    CHECK_MESSAGE(exists(key.substr(0, key.find(':'))), key);
  }
}

TEST_CASE("tidy: no path of one machine, no address of a package registry, nothing left to do") {
  // Written in halves, so that this file passes its own test.
  const std::regex banned(
      "(^|[^\\w.])/(wo"
      "rk|ro"
      "ot|tm"
      "p|home)/\\w"
      "|pypi\\.o"
      "rg|pythonh"
      "osted|registry\\.n"
      "pmjs|deb\\.de"
      "bian|proxy\\.go"
      "lang"
      "|static\\.crat"
      "es|repo1\\.ma"
      "ven"
      "|\\bTO"
      "DO\\b|\\bFIX"
      "ME\\b|\\bX"
      "XX\\b");
  Problems problems;
  for (const SourceFile& file : files()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      if (std::regex_search(file.lines[i], match, banned)) {
        problems.push_back(at(file, i + 1) + match.str());
      }
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: names of test cases can be listed by ctest, once each") {
  static const std::regex test_case(R"re(^TEST_CASE\("((?:[^"\\]|\\.)*)")re");
  Problems problems;
  std::map<std::string, std::string> seen;  // folder + name → place
  for (const SourceFile& file : files()) {
    if (!file.under("tests") || !file.path.ends_with("_test.cc")) continue;
    const std::string folder = file.path.substr(0, file.path.find('/', 6));
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      if (!std::regex_search(file.lines[i], match, test_case)) continue;
      const std::string name = match[1];
      // doctest reads these as patterns: a case could run twice, or one that is gone pass unseen.
      if (name.find_first_of("*?") != std::string::npos) {
        problems.push_back(at(file, i + 1) + "* or ? in the name");
      }
      const auto [it, fresh] = seen.emplace(folder + name, at(file, i + 1));
      if (!fresh) problems.push_back(at(file, i + 1) + "same name as " + it->second);
    }
  }
  check_none(problems);
}

TEST_CASE("tidy: the scanner knows code from text") {
  const std::vector<std::string> code =
      mesh::testing::code_only({"call(\"rand()\");  // rand()", "/* float",
                                "float */ int x = 1'000;", "char c = '\"'; f();"});
  CHECK(code[0] == "call(\"      \");  ");
  CHECK(code[1].find("float") == std::string::npos);
  CHECK(code[2].find("float") == std::string::npos);
  CHECK(code[2].find("int x = 1'000;") != std::string::npos);
  CHECK(code[3].find("f();") != std::string::npos);
}

TEST_CASE("tidy: the scanner measures functions, not types") {
  const SourceFile file{"libmesh/x/y.cc",
                        {"struct S {", "  int f() {", "    return 1;", "  }", "};", "int g(int a,",
                         "      int b) {", "  return a;", "  return b;", "}", "int h() {", "}"}};
  const auto found = mesh::testing::functions_longer_than(1, file);
  REQUIRE(found.size() == 1);
  CHECK(found[0].line == 7);
  CHECK(found[0].length == 2);
}
