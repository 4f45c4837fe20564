// Workloads and their pods: declared ones, gateways and the clients made for loads.
#include "libmesh/plan/workloads.h"

#include <algorithm>
#include <cstdlib>

#include "libmesh/plan/locality.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/service_entries.h"

namespace mesh {
namespace {

constexpr std::string_view inject_key = "sidecar.istio.io/inject";

bool says_no(const Labels& labels) {
  const auto found = labels.find(std::string(inject_key));
  return found != labels.end() && found->second == "false";
}

/// istio.md §1.7, with one liberty: a namespace needs no injection label here.
bool is_injected(const k8s::Workload& spec, const WorkloadBehaviour* behaviour) {
  if (spec.host_network) return false;
  if (behaviour != nullptr && behaviour->sidecar) return *behaviour->sidecar;
  const bool label_decides = spec.pod_labels.contains(std::string(inject_key));
  return !says_no(label_decides ? spec.pod_labels : spec.pod_annotations);
}

std::string label(const Labels& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : found->second;
}

/// The label wins over the node's place: "region.zone.subzone", or with slashes.
/// Source: pilot/pkg/model/context.go (GetLocalityLabel).
std::string locality_label(const Labels& labels) {
  std::string text = label(labels, "istio-locality");
  if (text.find('/') == std::string::npos) std::replace(text.begin(), text.end(), '.', '/');
  return std::string(trimmed_locality(text));
}

WorkloadPlan declared(const Draft& draft, const k8s::Workload& spec, bool from_the_start) {
  WorkloadPlan workload;
  workload.name = spec.metadata.name;
  workload.name_space = spec.metadata.name_space;
  workload.version = label(spec.pod_labels, "version");
  workload.service_account = spec.service_account;
  workload.locality = locality_label(spec.pod_labels);
  workload.replicas = from_the_start ? spec.replicas : 0;
  workload.reserved = workload.replicas;
  workload.concurrency = draft.scenario.platform.sidecar_concurrency;
  workload.workers = draft.scenario.defaults.workers;
  workload.queue = draft.scenario.defaults.queue;
  return workload;
}

/// A Deployment and a StatefulSet may share a name in Kubernetes; here a name is one workload.
void warn_of_same_name(Draft& draft, const k8s::Workload& spec, const Resources& resources) {
  for (const k8s::Workload& other : resources.workloads) {
    if (other.metadata.name != spec.metadata.name || other.kind == spec.kind ||
        other.metadata.name_space != spec.metadata.name_space) {
      continue;
    }
    draft.warning(plan_code::same_workload_name, spec.place, spec.metadata.name,
                  "another kind of workload has this name too; only one of them is simulated",
                  "rename one");
    return;
  }
}

void add_declared(Draft& draft, const std::vector<VersionInput>& versions) {
  for (std::size_t version = 0; version < versions.size(); ++version) {
    const std::vector<k8s::Workload>& specs =
        version == 0 ? versions[version].resources.workloads : versions[version].applied_workloads;
    for (const k8s::Workload& spec : specs) {
      if (draft.workload(spec.metadata.name, spec.metadata.name_space).valid()) {
        warn_of_same_name(draft, spec, versions[version].resources);
        continue;
      }
      draft.add_workload(declared(draft, spec, version == 0),
                         {spec.pod_labels, spec.place, false, nullptr, spec.first_address});
    }
  }
}

void apply_behaviour(Draft& draft, WorkloadId id, const WorkloadBehaviour& behaviour) {
  WorkloadFacts& facts = draft.facts[id];
  WorkloadPlan& workload = draft.plan.workloads[id];
  if (facts.behaviour != nullptr) {
    draft.error(plan_code::second_behaviour, behaviour.place, "behaviour: " + behaviour.workload,
                "workload " + workload.name + " has a behaviour already",
                "merge it with the one at " + to_string(facts.behaviour->place));
    return;
  }
  facts.behaviour = &behaviour;
  workload.workers = behaviour.workers.value_or(workload.workers);
  workload.queue = behaviour.queue.value_or(workload.queue);
  workload.overflow_status = behaviour.overflow_status;
  workload.processor = behaviour.processor;
  workload.discipline = behaviour.discipline;
  workload.is_patient = !behaviour.patience;
  if (behaviour.patience) workload.patience = draft.intern(*behaviour.patience);
  workload.first_come = workload.is_patient && workload.discipline == QueueDiscipline{};
  workload.cancel = behaviour.cancel.value_or(false);
  workload.obeys_deadlines = behaviour.obeys_deadlines;
  workload.limiter = behaviour.limiter;
  workload.concurrency = behaviour.concurrency.value_or(workload.concurrency);
  // A label names the locality before the place where the pod runs.
  if (workload.locality.empty()) workload.locality = trimmed_locality(behaviour.locality);
  for (const DownSpec& down : behaviour.downs) {
    draft.plan.downs.push_back({Instant{} + down.from, down.to ? Instant{} + *down.to : never,
                                down.drop, down.keep_connections, id});
  }
}

void apply_behaviours(Draft& draft) {
  for (const WorkloadBehaviour& behaviour : draft.scenario.behaviour) {
    const WorkloadId id =
        draft.workload_named(behaviour.workload, behaviour.place, "behaviour.workloads");
    if (id.valid()) apply_behaviour(draft, id, behaviour);
  }
}

void decide_sidecars(Draft& draft, const std::vector<VersionInput>& versions) {
  std::vector<bool> decided(draft.plan.workloads.size(), false);
  for (const VersionInput& version : versions) {
    for (const k8s::Workload& spec : version.resources.workloads) {
      const WorkloadId id = draft.workload(spec.metadata.name, spec.metadata.name_space);
      if (decided[id.value]) continue;
      decided[id.value] = true;
      WorkloadPlan& workload = draft.plan.workloads[id];
      workload.has_sidecar = is_injected(spec, draft.facts[id].behaviour);
      workload.receives_through_sidecar = workload.has_sidecar;
      const WorkloadBehaviour* behaviour = draft.facts[id].behaviour;
      if (behaviour == nullptr || !behaviour->sides) continue;
      const SidecarSides sides = *behaviour->sides;
      workload.has_sidecar = sides == SidecarSides::Both || sides == SidecarSides::OutboundOnly;
      workload.receives_through_sidecar =
          sides == SidecarSides::Both || sides == SidecarSides::InboundOnly;
    }
  }
}

void mark_gateways(Draft& draft, const std::vector<VersionInput>& versions) {
  for (const VersionInput& version : versions) {
    for (const istio::Gateway& gateway : version.resources.gateways) {
      if (gateway.selector.empty()) continue;
      for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
        if (!labels_contain(draft.facts[WorkloadId{w}].labels, gateway.selector)) continue;
        draft.plan.workloads[WorkloadId{w}].is_gateway = true;
        draft.plan.workloads[WorkloadId{w}].has_sidecar = true;
      }
    }
  }
}

/// The stock ingress gateway of Istio's charts: labels istio: ingressgateway and the like.
WorkloadId make_gateway(Draft& draft, const istio::Gateway& gateway, const Place& place) {
  const std::string kind = label(gateway.selector, "istio");
  WorkloadPlan workload = made_workload(
      draft, kind.empty() ? gateway.metadata.name : "istio-" + kind, std::string(root_namespace));
  workload.is_gateway = true;
  Labels labels = gateway.selector;
  labels.emplace("app", workload.name);
  return draft.add_workload(std::move(workload), {std::move(labels), place, true, nullptr});
}

WorkloadId make_client(Draft& draft, const LoadSpec& load) {
  const ObjectName service = split_dotted(host_of_authority(load.service));
  const std::string space = service.name_space.empty() ? "default" : service.name_space;
  WorkloadPlan workload = made_workload(draft, load.name, space);
  Labels labels{{"app", workload.name}};
  return draft.add_workload(std::move(workload), {std::move(labels), load.place, true, nullptr});
}

WorkloadId gateway_entry(Draft& draft, const Resources& start, const LoadSpec& load) {
  const istio::Gateway* gateway = find_gateway(start, load.gateway);
  if (gateway == nullptr) {
    std::vector<std::string> names;
    for (const istio::Gateway& other : start.gateways) names.push_back(other.metadata.name);
    const std::string near = did_you_mean(load.gateway, names);
    draft.error(plan_code::unknown_entry, load.place, "load: " + load.name,
                "there is no Gateway \"" + load.gateway + "\"",
                near.empty() ? "" : "did you mean \"" + near + "\"?");
    return WorkloadId::none();
  }
  const WorkloadId present = workload_of_gateway(draft, *gateway);
  return present.valid() ? present : make_gateway(draft, *gateway, load.place);
}

void find_entries(Draft& draft, const Resources& start) {
  for (const LoadSpec& load : draft.scenario.loads) {
    if (!load.gateway.empty()) {
      draft.entries.push_back(gateway_entry(draft, start, load));
    } else if (!load.from.empty()) {
      draft.entries.push_back(
          draft.workload_named(load.from, load.place, "load: " + load.name + ": from"));
    } else {
      draft.entries.push_back(make_client(draft, load));
    }
  }
}

}  // namespace

std::string free_name(const Draft& draft, const std::string& wanted, const std::string& space) {
  std::string name = wanted;
  for (int k = 2; draft.workload(name, space).valid(); ++k) {
    name = wanted + "-" + std::to_string(k);
  }
  return name;
}

bool labels_contain(const Labels& labels, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&labels](const auto& entry) {
    const auto found = labels.find(entry.first);
    return found != labels.end() && found->second == entry.second;
  });
}

const k8s::Workload* find_workload(const Resources& resources, std::string_view name,
                                   std::string_view name_space) {
  for (const k8s::Workload& workload : resources.workloads) {
    if (workload.metadata.name == name && workload.metadata.name_space == name_space) {
      return &workload;
    }
  }
  return nullptr;
}

const istio::Gateway* find_gateway(const Resources& resources, std::string_view text) {
  const ObjectName wanted = split_slashed(text);
  const istio::Gateway* found = nullptr;
  for (const istio::Gateway& gateway : resources.gateways) {
    if (gateway.metadata.name != wanted.name) continue;
    if (wanted.name_space == gateway.metadata.name_space) return &gateway;
    if (!wanted.name_space.empty()) continue;
    if (gateway.metadata.name_space == "default") return &gateway;
    if (found == nullptr) found = &gateway;
  }
  return found;
}

WorkloadId workload_of_gateway(const Draft& draft, const istio::Gateway& gateway) {
  for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
    const WorkloadId id{w};
    if (draft.plan.workloads[id].is_gateway &&
        labels_contain(draft.facts[id].labels, gateway.selector)) {
      return id;
    }
  }
  return WorkloadId::none();
}

WorkloadPlan made_workload(const Draft& draft, const std::string& name,
                           const std::string& name_space) {
  WorkloadPlan workload;
  workload.name = free_name(draft, name, name_space);
  workload.name_space = name_space;
  workload.service_account = workload.name;
  workload.replicas = 1;
  workload.reserved = 1;
  workload.concurrency = draft.scenario.platform.sidecar_concurrency;
  workload.workers = 0;
  return workload;
}

void plan_workloads(Draft& draft, const std::vector<VersionInput>& versions) {
  add_declared(draft, versions);
  add_entry_workloads(draft, versions);
  apply_behaviours(draft);
  decide_sidecars(draft, versions);
  mark_gateways(draft, versions);
  find_entries(draft, versions.front().resources);
}

std::string pod_address(const WorkloadFacts& facts, std::uint32_t workload, std::uint32_t k) {
  if (k < facts.addresses.size()) return facts.addresses[k];
  const std::string& first = facts.first_address;
  const std::size_t dot = first.rfind('.');
  if (dot == std::string::npos) {
    const std::uint32_t number = (workload << 8) + k + 1;
    return "10." + std::to_string(number >> 16 & 255u) + "." + std::to_string(number >> 8 & 255u) +
           "." + std::to_string(number & 255u);
  }
  return first.substr(0, dot + 1) +
         std::to_string(std::atoi(first.c_str() + dot + 1) + static_cast<int>(k));
}

void plan_endpoints(Draft& draft) {
  for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
    WorkloadPlan& workload = draft.plan.workloads[WorkloadId{w}];
    workload.first_endpoint = EndpointId{static_cast<std::uint32_t>(draft.plan.endpoints.size())};
    for (std::uint32_t k = 0; k < workload.reserved; ++k) {
      draft.plan.endpoints.add({workload.name + "-" + std::to_string(k), WorkloadId{w},
                                pod_address(draft.facts[WorkloadId{w}], w, k)});
    }
  }
}

}  // namespace mesh
