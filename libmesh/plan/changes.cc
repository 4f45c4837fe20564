// The resources of every configuration version: the start and each `apply` in time order.
#include "libmesh/plan/changes.h"

#include <algorithm>
#include <cstdio>

namespace mesh {
namespace {

/// Sorts after every RFC 3339 text and in the order of versions.
std::string age_of_version(std::size_t version) {
  char text[16];
  std::snprintf(text, sizeof text, "~%08zu", version);
  return text;
}

template <class Object>
void apply_objects(std::vector<Object>& present, std::vector<Object>&& applied,
                   std::size_t version) {
  for (Object& object : applied) {
    const auto same = [&object](const Object& other) {
      return other.metadata.name == object.metadata.name &&
             other.metadata.name_space == object.metadata.name_space;
    };
    const auto old = std::find_if(present.begin(), present.end(), same);
    if (old == present.end()) {
      if (object.metadata.creation_timestamp.empty()) {
        object.metadata.creation_timestamp = age_of_version(version);
      }
      present.push_back(std::move(object));
    } else {
      object.metadata.creation_timestamp = old->metadata.creation_timestamp;
      *old = std::move(object);
    }
  }
}

void apply_resources(Resources& present, Resources&& applied, std::size_t version) {
  apply_objects(present.services, std::move(applied.services), version);
  apply_objects(present.workloads, std::move(applied.workloads), version);
  apply_objects(present.namespaces, std::move(applied.namespaces), version);
  apply_objects(present.service_accounts, std::move(applied.service_accounts), version);
  apply_objects(present.virtual_services, std::move(applied.virtual_services), version);
  apply_objects(present.destination_rules, std::move(applied.destination_rules), version);
  apply_objects(present.gateways, std::move(applied.gateways), version);
  apply_objects(present.service_entries, std::move(applied.service_entries), version);
  apply_objects(present.workload_entries, std::move(applied.workload_entries), version);
  apply_objects(present.envoy_filters, std::move(applied.envoy_filters), version);
  apply_objects(present.mesh_configs, std::move(applied.mesh_configs), version);
  apply_objects(present.autoscalers, std::move(applied.autoscalers), version);
}

std::vector<const ChangeSpec*> changes_by_time(const Scenario& scenario) {
  std::vector<const ChangeSpec*> changes;
  for (const ChangeSpec& change : scenario.changes) changes.push_back(&change);
  std::stable_sort(changes.begin(), changes.end(),
                   [](const ChangeSpec* a, const ChangeSpec* b) { return a->at < b->at; });
  return changes;
}

/// Adds scale changes and remembers how many replicas each workload is to have.
class Scaler {
 public:
  explicit Scaler(Draft& draft) : draft_(draft) {
    for (const WorkloadPlan& workload : draft.plan.workloads) wanted_.add(workload.replicas);
  }

  void scale(const std::string& text, Instant at, WorkloadId id, std::uint32_t replicas) {
    WorkloadPlan& workload = draft_.plan.workloads[id];
    workload.reserved = std::max(workload.reserved, replicas);
    wanted_[id] = replicas;
    draft_.plan.changes.add({text, at, 0, id, replicas});
  }
  /// Applied Deployments set their replicas, also over an earlier scale.
  void apply(const VersionInput& version) {
    for (const k8s::Workload& spec : version.applied_workloads) {
      const WorkloadId id = draft_.workload(spec.metadata.name, spec.metadata.name_space);
      if (wanted_[id] == spec.replicas) continue;
      scale("scale " + spec.metadata.name + " to " + std::to_string(spec.replicas), version.at, id,
            spec.replicas);
    }
  }

 private:
  Draft& draft_;
  IdVector<WorkloadId, std::uint32_t> wanted_;
};

}  // namespace

std::vector<VersionInput> version_inputs(Draft& draft) {
  std::vector<VersionInput> versions;
  versions.push_back({Instant{}, nullptr, draft.scenario.resources, {}});
  for (const ChangeSpec* change : changes_by_time(draft.scenario)) {
    if (change->documents.empty()) continue;
    Diagnostics problems;
    Resources applied = read_resources(change->documents, problems);
    for (const Diagnostic& problem : problems) draft.report(problem);
    VersionInput next{Instant{} + change->at, change, versions.back().resources, {}};
    next.applied_workloads = applied.workloads;
    apply_resources(next.resources, std::move(applied), versions.size());
    versions.push_back(std::move(next));
  }
  return versions;
}

void plan_changes(Draft& draft, const std::vector<VersionInput>& versions) {
  Scaler scaler(draft);
  std::uint32_t version = 0;
  for (const ChangeSpec* change : changes_by_time(draft.scenario)) {
    const Instant at = Instant{} + change->at;
    if (!change->scale_workload.empty()) {
      const WorkloadId id =
          draft.workload_named(change->scale_workload, change->place, "changes: scale.workload");
      if (id.valid()) {
        const std::string text =
            "scale " + change->scale_workload + " to " + std::to_string(change->replicas);
        scaler.scale(change->label.empty() ? text : change->label, at, id, change->replicas);
      }
    }
    if (change->documents.empty()) continue;
    ++version;
    const std::string what = change->label.empty() ? "documents" : change->label;
    const bool named = what.starts_with("apply ");
    draft.plan.changes.add({named ? what : "apply " + what, at, version, {}, 0});
    scaler.apply(versions[version]);
  }
}

}  // namespace mesh
