// Instances become workloads, phases become arrivals.
#include "libmesh/verify/case_scenario.h"

#include <algorithm>
#include <filesystem>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/verify/arrivals.h"

namespace mesh::verify {
namespace {

/// "ratings" or "ratings.other": the Service of an instance.
const k8s::Service* service_of(const Scenario& scenario, const std::string& text) {
  const std::size_t dot = text.find('.');
  const std::string name = text.substr(0, dot);
  const std::string name_space = dot == std::string::npos ? "default" : text.substr(dot + 1);
  for (const k8s::Service& service : scenario.resources.services) {
    if (service.metadata.name == name && service.metadata.name_space == name_space) {
      return &service;
    }
  }
  return nullptr;
}

k8s::Workload pods(const std::string& name, const std::string& name_space, Labels labels,
                   std::uint32_t replicas) {
  k8s::Workload workload;
  workload.metadata.name = name;
  workload.metadata.name_space = name_space;
  workload.match_labels = labels;
  workload.pod_labels = std::move(labels);
  workload.replicas = replicas;
  return workload;
}

void add_service_overhead(std::optional<Distribution>& time, Duration overhead) {
  // Every law keeps its draws; the constant goes on top as a mixture would not.
  if (!time) time = Distribution();
  if (const auto* constant = std::get_if<Constant>(&time->law())) {
    if (constant->value.ns > 0) time = Distribution(Constant{constant->value + overhead});
  }
}

void add_instance(const Case& recorded, const Instance& instance, const Overhead& overhead,
                  Scenario& scenario, Diagnostics& problems) {
  Labels labels;
  std::string name_space = recorded.client.name_space;
  if (!instance.service.empty()) {
    const k8s::Service* service = service_of(scenario, instance.service);
    if (service == nullptr) {
      problems.add({.code = std::string(code::unknown_field.id),
                    .place = instance.place,
                    .path = "case " + recorded.name + ": instances",
                    .what = "istio.yaml has no Service \"" + instance.service + "\"",
                    .hint = "add it, or leave `service` out for a ServiceEntry endpoint"});
      return;
    }
    labels = service->selector;
    name_space = service->metadata.name_space;
  }
  for (const auto& [key, value] : instance.labels) labels[key] = value;
  k8s::Workload workload = pods(instance.name, name_space, labels, instance.count);
  workload.first_address = instance.address;
  workload.place = instance.place;
  scenario.resources.workloads.push_back(workload);

  WorkloadBehaviour behaviour = instance.behaviour;
  behaviour.workload = instance.name + "." + name_space;
  behaviour.place = instance.place;
  if (!behaviour.workers) behaviour.workers = 0;
  if (!behaviour.queue) behaviour.queue = 0xffffffffu;
  add_service_overhead(behaviour.time, overhead.service);
  for (RuleSpec& rule : behaviour.rules) {
    if (rule.then.time) add_service_overhead(rule.then.time, overhead.service);
  }
  behaviour.sides = instance.server_sidecar
                        ? (instance.calls ? SidecarSides::Both : SidecarSides::InboundOnly)
                        : (instance.calls ? SidecarSides::OutboundOnly : SidecarSides::None);
  behaviour.concurrency = 1;
  behaviour.locality = instance.locality.empty() ? recorded.client.locality : instance.locality;
  scenario.behaviour.push_back(std::move(behaviour));
}

void add_client(const Case& recorded, Scenario& scenario) {
  const Client& client = recorded.client;
  Labels labels = client.labels;
  if (labels.empty()) labels = {{"app", client.workload}};
  scenario.resources.workloads.push_back(pods(client.workload, client.name_space, labels, 1));
  WorkloadBehaviour behaviour;
  behaviour.workload = client.workload + "." + client.name_space;
  behaviour.workers = 0;
  behaviour.time = Distribution();
  behaviour.sides = SidecarSides::OutboundOnly;
  behaviour.concurrency = client.concurrency;
  behaviour.locality = client.locality;
  scenario.behaviour.push_back(std::move(behaviour));
}

std::vector<WeightedRequest> requests_of(const Case& recorded) {
  std::vector<WeightedRequest> requests;
  const RequestSpec usual = recorded.load.request.value_or(RequestSpec{});
  if (recorded.load.request) requests.push_back({.name = "", .request = usual});
  for (const NamedRequest& named : recorded.load.requests) {
    WeightedRequest request{.name = named.name, .request = named.request};
    if (request.request.authority.empty()) request.request.authority = usual.authority;
    requests.push_back(std::move(request));
  }
  return requests;
}

LoadSpec load_from(const Case& recorded, const std::string& name) {
  LoadSpec load;
  load.name = name;
  load.from = recorded.client.workload + "." + recorded.client.name_space;
  load.port = recorded.client.port;
  load.requests = requests_of(recorded);
  load.connections = recorded.load.connections;
  load.timeout = recorded.load.timeout;
  return load;
}

void add_loads(const Case& recorded, const Overhead& overhead, Scenario& scenario,
               Diagnostics& problems) {
  const std::vector<Duration> starts = phase_starts(recorded.load);
  Duration end{0};
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const Phase& phase = recorded.load.phases[i];
    const Duration stop = starts[i] + phase.duration.value_or(Duration{0});
    end = std::max(end, stop);
    if (!phase.users) continue;
    LoadSpec load = load_from(recorded, "users " + std::to_string(i));
    load.requests.erase(
        std::remove_if(load.requests.begin(), load.requests.end(),
                       [&](const WeightedRequest& r) { return r.name != phase.request; }),
        load.requests.end());
    ClosedLoad closed{.users = *phase.users,
                      .think = phase.think,
                      .stagger = phase.stagger,
                      .per_user = phase.per_user};
    if (const auto* constant = std::get_if<Constant>(&phase.think.law())) {
      closed.think = Distribution(Constant{constant->value + overhead.client});
    }
    load.closed = closed;
    load.start = starts[i];
    load.stop = stop;
    scenario.loads.push_back(std::move(load));
  }
  const std::vector<Arrival> arrivals = open_arrivals(recorded, problems);
  if (!arrivals.empty()) {
    end = std::max(end, arrivals.back().at);
    LoadSpec load = load_from(recorded, open_load_name);
    for (const Arrival& a : arrivals) load.arrivals.push_back({a.at, a.request});
    scenario.loads.insert(scenario.loads.begin(), std::move(load));
  }
  scenario.run.until = end + recorded.load.settle;
}

}  // namespace

std::string client_workload(const Case& recorded) {
  return recorded.client.workload;
}

Scenario scenario_of(const Case& recorded, const Overhead& overhead, Diagnostics& problems) {
  const std::filesystem::path folder(recorded.folder);
  Scenario scenario = load_scenario({(folder / "istio.yaml").string()}, "");
  problems.append(scenario.diagnostics);
  scenario.name = recorded.name;
  bool calls = false;
  for (const Instance& instance : recorded.instances) {
    add_instance(recorded, instance, overhead, scenario, problems);
    calls = calls || instance.calls;
  }
  add_client(recorded, scenario);
  scenario.platform.same_zone = scenario.platform.cross_zone = {.rtt = overhead.loopback};
  scenario.platform.sidecar_cost = Distribution(Constant{overhead.proxy});
  scenario.platform.sidecar_concurrency = 1;
  scenario.platform.proxies_started_before =
      recorded.load.start_after.value_or(calls ? seconds(2) : seconds(1));
  add_loads(recorded, overhead, scenario, problems);
  scenario.record.requests = true;
  return scenario;
}

}  // namespace mesh::verify
