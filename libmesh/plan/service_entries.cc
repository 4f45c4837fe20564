// ServiceEntries and WorkloadEntries: services and machines that Kubernetes does not know.
#include "libmesh/plan/service_entries.h"

#include <algorithm>
#include <set>

#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

/// The addresses that requests to an entry end at; a host that DNS resolves is one machine.
std::vector<std::string> addresses_of(const istio::ServiceEntry& entry) {
  std::vector<std::string> addresses;
  for (const istio::EntryEndpoint& endpoint : entry.endpoints) {
    addresses.push_back(endpoint.address);
  }
  if (addresses.empty() && entry.resolution != istio::Resolution::Static &&
      entry.workload_selector.empty()) {
    addresses = entry.hosts;
  }
  return addresses;
}

/// Workloads in the making: name and namespace → addresses of their pods.
class Machines {
 public:
  explicit Machines(Draft& draft) : draft_(draft) {
    for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
      const WorkloadFacts& facts = draft.facts[WorkloadId{w}];
      if (facts.first_address.empty()) continue;
      for (std::uint32_t k = 0; k < draft.plan.workloads[WorkloadId{w}].reserved; ++k) {
        taken_.insert(pod_address(facts, w, k));
      }
    }
  }

  void add(const Metadata& owner, const Place& place, const std::string& address,
           const std::string& locality, const Labels& labels) {
    if (address.empty() || !taken_.insert(address).second) return;
    const WorkloadId known = made_[{owner.name_space, owner.name}];
    const WorkloadId id = known.valid() ? known : make(owner, place, locality, labels);
    draft_.facts[id].addresses.push_back(address);
    WorkloadPlan& workload = draft_.plan.workloads[id];
    workload.replicas = workload.reserved =
        static_cast<std::uint32_t>(draft_.facts[id].addresses.size());
  }

 private:
  WorkloadId make(const Metadata& owner, const Place& place, const std::string& locality,
                  const Labels& labels) {
    WorkloadPlan workload;
    workload.name = free_name(draft_, owner.name, owner.name_space);
    workload.name_space = owner.name_space;
    workload.locality = locality;
    workload.has_sidecar = workload.receives_through_sidecar = false;
    workload.workers = draft_.scenario.defaults.workers;
    workload.queue = draft_.scenario.defaults.queue;
    const WorkloadId id = draft_.add_workload(std::move(workload), {labels, place, true, nullptr});
    made_[{owner.name_space, owner.name}] = id;
    return id;
  }

  Draft& draft_;
  std::set<std::string> taken_;
  std::map<std::pair<std::string, std::string>, WorkloadId> made_;
};

/// The entry as the Service that Kubernetes would show for one of its hosts.
k8s::Service service_of(const istio::ServiceEntry& entry, const std::string& host) {
  k8s::Service service;
  service.metadata = entry.metadata;
  service.metadata.name = host;
  service.place = entry.place;
  for (const istio::EntryPort& port : entry.ports) {
    std::string protocol = port.protocol;
    std::transform(protocol.begin(), protocol.end(), protocol.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::uint32_t target = port.target_port == 0 ? port.number : port.target_port;
    service.ports.push_back({.name = port.name,
                             .port = port.number,
                             .target_port = std::to_string(target),
                             .app_protocol = std::move(protocol),
                             .place = port.place});
  }
  // Requests go on to the address that the application found for itself (istio.md §1.4).
  if (entry.resolution == istio::Resolution::None) service.cluster_ip = "None";
  return service;
}

}  // namespace

void add_entry_workloads(Draft& draft, const std::vector<VersionInput>& versions) {
  Machines machines(draft);
  static const Labels none;
  for (const VersionInput& version : versions) {
    for (const istio::WorkloadEntry& entry : version.resources.workload_entries) {
      machines.add(entry.metadata, entry.place, entry.endpoint.address, entry.endpoint.locality,
                   none);
    }
    for (const istio::ServiceEntry& entry : version.resources.service_entries) {
      for (const std::string& address : addresses_of(entry)) {
        machines.add(entry.metadata, entry.place, address, "", none);
      }
    }
  }
}

EndpointId ServiceEntries::at(const std::string& address) const {
  const auto found = endpoint_at_.find(address);
  return found == endpoint_at_.end() ? EndpointId::none() : found->second;
}

/// WorkloadEntries stand behind Services and ServiceEntries that select their labels.
void ServiceEntries::add_machines(const istio::WorkloadEntry& machine,
                                  std::vector<ServiceView>& services) const {
  const EndpointId endpoint = at(machine.endpoint.address);
  if (!endpoint.valid()) return;
  for (ServiceView& service : services) {
    const Labels& selector = service.spec->selector;
    if (selector.empty() || service.spec->metadata.name_space != machine.metadata.name_space ||
        !labels_contain(machine.endpoint.labels, selector)) {
      continue;
    }
    service.entries.push_back({endpoint, &machine.endpoint});
  }
}

void ServiceEntries::index(Draft& draft, const Resources& resources,
                           std::vector<ServiceView>& services) {
  if (resources.service_entries.empty() && resources.workload_entries.empty()) return;
  for (std::uint32_t e = 0; e < draft.plan.endpoints.size(); ++e) {
    endpoint_at_.emplace(draft.plan.endpoints[EndpointId{e}].address, EndpointId{e});
  }
  static const istio::EntryEndpoint plain;
  for (const istio::ServiceEntry& entry : resources.service_entries) {
    for (const std::string& host : entry.hosts) {
      specs_.push_back(service_of(entry, host));
      specs_.back().selector = entry.workload_selector;
      ServiceView view{
          draft.add_service(host, host, entry.metadata.name_space), &specs_.back(), host, {}, {}};
      for (const istio::EntryEndpoint& endpoint : entry.endpoints) {
        const EndpointId id = at(endpoint.address);
        if (id.valid()) view.entries.push_back({id, &endpoint});
      }
      const bool by_name = entry.endpoints.empty() && entry.workload_selector.empty();
      if (by_name && at(host).valid()) view.entries.push_back({at(host), &plain});
      services.push_back(std::move(view));
    }
  }
  for (const istio::WorkloadEntry& machine : resources.workload_entries) {
    add_machines(machine, services);
  }
}

}  // namespace mesh
