// From files to a Scenario: what is included, applied later, and found in folders.
#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/scenario_parts.h"
#include "libmesh/spec/yaml_document.h"
#include "libmesh/spec/yaml_mapping.h"

namespace mesh {
namespace {

namespace fs = std::filesystem;

/// "b/x.yaml" as seen from the folder of "a/scenario.yaml": "a/b/x.yaml".
std::string beside(const std::string& file, const std::string& path) {
  if (fs::path(path).is_absolute()) return path;
  return (fs::path(file).parent_path() / path).lexically_normal().string();
}

YamlNode plain(std::string text, const Place& place) {
  YamlNode node;
  node.kind = YamlNode::Kind::Scalar;
  node.scalar = std::move(text);
  node.quoted = true;
  node.place = place;
  return node;
}

/// Collects documents and what went wrong on the way to them.
class Loader {
 public:
  /// The documents of the file that may hold the Scenario.
  void add_main(std::vector<YamlNode> documents, const std::string& file);
  void add_main_file(const std::string& file);
  /// Resources: a file, folder or pattern; `asked` is where the path was written.
  void add_path(const std::string& path, const Place& asked);
  Scenario finish();

 private:
  void add_file(const std::string& file, const Place& asked);
  void add_included();
  void resolve_changes();
  void resolve_apply(YamlNode& change);
  std::vector<YamlNode> read(const std::string& file, const Place& asked);
  void error(code::Code code, const Place& place, std::string what, std::string hint = "") {
    problems_.add(yaml_problem(code, place, std::move(what), std::move(hint)));
  }

  YamlNode scenario_;
  std::string file_;
  std::vector<YamlNode> own_;       // objects beside the Scenario in its file
  std::vector<YamlNode> included_;  // all others
  std::set<std::string> seen_;      // canonical paths of files that were read
  Diagnostics problems_;
};

void Loader::add_main(std::vector<YamlNode> documents, const std::string& file) {
  file_ = file;
  for (YamlNode& document : documents) {
    if (!is_scenario(document)) {
      append_objects(std::move(document), own_);
    } else if (scenario_.kind == YamlNode::Kind::Null) {
      scenario_ = std::move(document);
    } else {
      error(code::second_scenario, document.place,
            "a second Scenario document; the first is at " + to_string(scenario_.place),
            "keep one of the two in a file of its own");
    }
  }
}

void Loader::add_main_file(const std::string& file) {
  std::error_code ignored;
  if (file != "-") seen_.insert(fs::weakly_canonical(file, ignored).string());
  add_main(read(file, {file, 0, 0}), file);
}

std::vector<YamlNode> Loader::read(const std::string& file, const Place& asked) {
  const std::size_t before = problems_.items().size();
  std::vector<YamlNode> documents = read_yaml_file(file, problems_);
  if (documents.empty() && problems_.items().size() == before) {
    error(code::nothing_included, asked, file + " has no documents", "is the file empty?");
  }
  return documents;
}

void Loader::add_file(const std::string& file, const Place& asked) {
  std::error_code ignored;
  if (!seen_.insert(file == "-" ? file : fs::weakly_canonical(file, ignored).string()).second) {
    return;
  }
  for (YamlNode& document : read(file, asked)) {
    if (!is_scenario(document)) {
      append_objects(std::move(document), included_);
    } else if (scenario_.kind == YamlNode::Kind::Null && file_.empty()) {
      scenario_ = std::move(document);
      file_ = file;
    } else {
      problems_.add({Severity::Warning, code::second_scenario.id, document.place, "",
                     "this Scenario document is not used", "only one scenario runs at a time"});
    }
  }
}

void Loader::add_path(const std::string& path, const Place& asked) {
  if (path == "-") {
    add_file(path, asked);
    return;
  }
  const std::vector<std::string> files = expand_path(path);
  if (files.empty()) {
    std::error_code ignored;
    const bool folder = fs::is_directory(path, ignored);
    const bool pattern = path.find_first_of("*?[") != std::string::npos;
    if (folder || pattern) {
      error(code::nothing_included, asked,
            folder ? path + " has no *.yaml or *.yml files" : path + " matches no file");
    } else {
      error(code::unreadable_file, asked, path + " does not exist",
            "paths in a scenario are relative to its file");
    }
  }
  for (const std::string& file : files) add_file(file, asked);
}

void Loader::add_included() {
  const YamlNode* spec = scenario_.find("spec");
  const YamlNode* include = spec != nullptr ? spec->find("include") : nullptr;
  if (include == nullptr) return;
  const bool several = include->kind == YamlNode::Kind::Sequence;
  const std::vector<YamlNode> entries = several ? include->items : std::vector<YamlNode>{*include};
  for (const YamlNode& entry : entries) {
    if (entry.kind != YamlNode::Kind::Scalar) continue;  // the table reports it
    add_path(entry.scalar == "-" ? "-" : beside(file_, entry.scalar), entry.place);
  }
}

/// Puts the documents of the files that a change applies in place of their names.
void Loader::resolve_apply(YamlNode& change) {
  YamlNode* apply = change.find("apply");
  if (apply == nullptr) return;
  const bool several = apply->kind == YamlNode::Kind::Sequence;
  const std::vector<YamlNode> entries = several ? apply->items : std::vector<YamlNode>{*apply};
  YamlNode resolved;
  resolved.kind = YamlNode::Kind::Sequence;
  resolved.place = apply->place;
  std::string label;
  for (const YamlNode& entry : entries) {
    if (entry.kind != YamlNode::Kind::Scalar) {
      resolved.items.push_back(entry);
      continue;
    }
    label += (label.empty() ? "apply " : ", ") + entry.scalar;
    const std::string file = beside(file_, entry.scalar);
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
      error(code::unreadable_file, entry.place, file + " does not exist",
            "paths in a scenario are relative to its file");
      resolved.items.push_back(entry);
      continue;
    }
    std::vector<YamlNode> documents = read(file, entry.place);
    if (documents.empty()) resolved.items.push_back(entry);
    for (YamlNode& document : documents) append_objects(std::move(document), resolved.items);
  }
  if (label.empty()) return;
  *apply = std::move(resolved);
  if (change.find("label") == nullptr) {
    const Place place = apply->place;
    change.entries.emplace_back(plain("label", place), plain(label, place));
  }
}

void Loader::resolve_changes() {
  YamlNode* spec = scenario_.find("spec");
  YamlNode* changes = spec != nullptr ? spec->find("changes") : nullptr;
  if (changes == nullptr) return;
  for (YamlNode& change : changes->items) resolve_apply(change);
}

Scenario Loader::finish() {
  add_included();
  resolve_changes();
  for (YamlNode& object : own_) included_.push_back(std::move(object));
  return assemble(std::move(scenario_), std::move(included_), std::move(file_),
                  std::move(problems_));
}

}  // namespace

Scenario load_scenario(const std::string& path) {
  Loader loader;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    loader.add_main_file(path);
    return loader.finish();
  }
  for (const char* name : {"scenario.yaml", "scenario.yml"}) {
    const std::string file = (fs::path(path) / name).string();
    if (!fs::exists(file, ignored)) continue;
    loader.add_main_file(file);
    return loader.finish();
  }
  loader.add_path(path, {path, 0, 0});
  return loader.finish();
}

Scenario load_scenario(const std::vector<std::string>& resource_paths,
                       const std::string& scenario_path) {
  Loader loader;
  std::error_code ignored;
  if (fs::is_directory(scenario_path, ignored)) {
    loader.add_main_file((fs::path(scenario_path) / "scenario.yaml").string());
  } else if (!scenario_path.empty()) {
    loader.add_main_file(scenario_path);
  }
  for (const std::string& path : resource_paths) loader.add_path(path, {path, 0, 0});
  return loader.finish();
}

Scenario parse_scenario(std::string_view text, const std::string& file) {
  Diagnostics problems;
  Loader loader;
  std::vector<YamlNode> documents = parse_yaml(text, file, problems);
  if (documents.empty() && problems.empty()) {
    problems.add(yaml_problem(code::nothing_included, {file, 0, 0}, "there are no documents",
                              "is the text empty?"));
  }
  loader.add_main(std::move(documents), file);
  Scenario scenario = loader.finish();
  scenario.unreadable.append(problems);
  scenario.diagnostics.append(problems);
  scenario.diagnostics.sort();
  return scenario;
}

}  // namespace mesh
