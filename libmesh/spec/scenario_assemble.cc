// From trees to a Scenario, and from one Scenario to another by applying objects.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/field_reader.h"
#include "libmesh/spec/scenario_parts.h"
#include "libmesh/spec/scenario_tables.h"
#include "libmesh/spec/service_graph.h"

namespace mesh {
namespace {

using Kind = YamlNode::Kind;

constexpr std::string_view our_group = "meshsim.dev";
constexpr std::string_view our_version = "meshsim.dev/v1alpha1";

/// Like DestinationRule/reviews in the texts of the tables.
std::string subject_of(const YamlNode& document) {
  const YamlNode* metadata = document.find("metadata");
  const std::string name = metadata != nullptr ? text_of(*metadata, "name") : "";
  return name.empty() ? "Scenario" : "Scenario/" + name;
}

/// The name of a scenario that has none: of its file, or of the folder around scenario.yaml.
std::string name_of_file(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string stem = path.stem().string();
  if (stem != "scenario") return stem;
  const std::string folder = path.parent_path().filename().string();
  return folder.empty() || folder == "." || folder == ".." ? stem : folder;
}

void check_header(const YamlNode& document, const Reading& at) {
  const std::string version = text_of(document, "apiVersion");
  const std::string kind = text_of(document, "kind");
  if (kind != "Scenario" && !kind.empty()) {
    at.error(code::wrong_api_version, child_or_self(document, "kind"),
             version + " has no kind \"" + kind + "\"", "kind: Scenario");
  }
  if (version != our_version && !version.empty()) {
    at.error(code::wrong_api_version, child_or_self(document, "apiVersion"),
             "Scenario does not exist in " + version, "apiVersion: " + std::string(our_version));
  }
}

/// What a change applies must be objects by now, and good ones.
void check_changes(Scenario& scenario, Diagnostics& problems) {
  for (ChangeSpec& change : scenario.changes) {
    std::erase_if(change.documents, [&](const YamlNode& document) {
      if (document.kind != Kind::Scalar) return false;
      const auto& known = scenario.unreadable.items();
      const bool said = std::any_of(known.begin(), known.end(),
                                    [&](const Diagnostic& d) { return d.place == document.place; });
      if (!said) {
        problems.add({Severity::Error, code::unreadable_file.id, document.place, "",
                      "the file " + document.scalar + " is not read here",
                      "give the objects themselves"});
      }
      return true;
    });
    read_resources(change.documents, problems);
  }
}

/// Objects of one kind replaced or added by namespace and name.
template <class T>
void apply(std::vector<T>& objects, std::vector<T> applied) {
  for (T& object : applied) {
    const auto same = std::find_if(objects.begin(), objects.end(), [&object](const T& other) {
      if constexpr (requires { other.kind; }) {
        if (other.kind != object.kind) return false;
      }
      return other.metadata.name == object.metadata.name &&
             other.metadata.name_space == object.metadata.name_space;
    });
    if (same == objects.end()) {
      objects.push_back(std::move(object));
    } else {
      *same = std::move(object);
    }
  }
}

/// The lists of two Resources side by side. A list that is new in Resources must be named here:
/// until then this does not compile.
template <class F>
void for_each_pair(Resources& left, Resources& right, F f) {
  auto& [services, workloads, namespaces, accounts, virtual_services, rules, gateways, entries,
         workload_entries, envoy_filters, policies, mesh_configs, autoscalers] = left;
  auto& [services2, workloads2, namespaces2, accounts2, virtual_services2, rules2, gateways2,
         entries2, workload_entries2, envoy_filters2, policies2, mesh_configs2, autoscalers2] =
      right;
  f(services, services2);
  f(workloads, workloads2);
  f(namespaces, namespaces2);
  f(accounts, accounts2);
  f(virtual_services, virtual_services2);
  f(rules, rules2);
  f(gateways, gateways2);
  f(entries, entries2);
  f(workload_entries, workload_entries2);
  f(envoy_filters, envoy_filters2);
  f(policies, policies2);
  f(mesh_configs, mesh_configs2);
  f(autoscalers, autoscalers2);
}

}  // namespace

std::string text_of(const YamlNode& node, std::string_view field) {
  const YamlNode* value = node.find(field);
  return value != nullptr && value->kind == Kind::Scalar ? value->scalar : "";
}

bool is_scenario(const YamlNode& document) {
  const std::string version = text_of(document, "apiVersion");
  const std::string_view group = std::string_view(version).substr(0, version.find('/'));
  return group == our_group || (version.empty() && text_of(document, "kind") == "Scenario");
}

Identity identity_of(const YamlNode& document) {
  const std::string version = text_of(document, "apiVersion");
  const std::size_t slash = version.find('/');
  Identity identity{.group = slash == std::string::npos ? "" : version.substr(0, slash),
                    .kind = text_of(document, "kind"),
                    .name_space = "default",
                    .name = ""};
  if (const YamlNode* metadata = document.find("metadata")) {
    identity.name = text_of(*metadata, "name");
    const std::string name_space = text_of(*metadata, "namespace");
    if (!name_space.empty()) identity.name_space = name_space;
  }
  return identity;
}

void append_objects(YamlNode document, std::vector<YamlNode>& objects) {
  const YamlNode* items = document.find("items");
  if (items == nullptr || items->kind != Kind::Sequence ||
      !text_of(document, "kind").ends_with("List")) {
    objects.push_back(std::move(document));
    return;
  }
  for (const YamlNode& item : items->items) append_objects(item, objects);
}

std::vector<YamlNode> merged_objects(std::vector<YamlNode> objects,
                                     const std::vector<YamlNode>& applied) {
  std::vector<YamlNode> incoming;
  for (const YamlNode& document : applied) append_objects(document, incoming);
  for (YamlNode& object : incoming) {
    const Identity identity = identity_of(object);
    const auto same = std::find_if(objects.begin(), objects.end(), [&](const YamlNode& other) {
      return identity_of(other) == identity;
    });
    if (same == objects.end() || identity.name.empty()) {
      objects.push_back(std::move(object));
    } else {
      *same = std::move(object);
    }
  }
  return objects;
}

Scenario assemble(YamlNode document, std::vector<YamlNode> documents, std::string file,
                  Diagnostics unreadable) {
  Scenario scenario;
  Diagnostics problems;
  scenario.unreadable = std::move(unreadable);
  if (document.kind == Kind::Mapping) {
    const Reading at(subject_of(document), problems);
    check_header(document, at);
    ScenarioDocument read;
    scenario_table().read(document, at, read);
    scenario.name = std::move(read.name);
    scenario.platform = std::move(read.platform);
    scenario.defaults = std::move(read.defaults);
    scenario.behaviour = std::move(read.behaviour);
    scenario.stores = std::move(read.stores);
    scenario.loads = std::move(read.loads);
    scenario.faults = std::move(read.faults);
    scenario.changes = std::move(read.changes);
    scenario.run = read.run;
    scenario.thresholds = std::move(read.thresholds);
    scenario.record = read.record;
  }
  if (scenario.name.empty()) scenario.name = name_of_file(file);
  scenario.resources =
      read_resources(without_service_graphs(documents, scenario.behaviour, problems), problems);
  check_changes(scenario, problems);
  scenario.file = std::move(file);
  scenario.document = std::move(document);
  scenario.documents = std::move(documents);
  scenario.diagnostics = scenario.unreadable;
  scenario.diagnostics.append(problems);
  scenario.diagnostics.sort();
  return scenario;
}

Scenario with_applied(const Scenario& scenario, const std::vector<YamlNode>& documents) {
  return assemble(scenario.document, merged_objects(scenario.documents, documents), scenario.file,
                  scenario.unreadable);
}

Resources apply_documents(const Scenario& scenario, const std::vector<YamlNode>& documents,
                          Diagnostics& problems) {
  Resources all = scenario.resources;
  Resources applied = read_resources(documents, problems);
  for_each_pair(all, applied, [](auto& objects, auto& more) { apply(objects, std::move(more)); });
  return all;
}

}  // namespace mesh
