// ServiceEntries and WorkloadEntries: services and machines that Kubernetes does not know.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "libmesh/plan/changes.h"
#include "libmesh/plan/draft.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// Addresses of entries that no pod has become pods of workloads of their own: one named after
/// each ServiceEntry (an external service behaves like one), one after each WorkloadEntry.
void add_entry_workloads(Draft& draft, const std::vector<VersionInput>& versions);

/// Entries of one version as services like others.
class ServiceEntries {
 public:
  /// `services` gets one view per host of each entry; those of Kubernetes are in it already.
  void index(Draft& draft, const Resources& resources, std::vector<ServiceView>& services);

 private:
  void add_machines(const istio::WorkloadEntry& machine, std::vector<ServiceView>& services) const;
  EndpointId at(const std::string& address) const;

  std::deque<k8s::Service> specs_;
  std::unordered_map<std::string, EndpointId> endpoint_at_;
};

}  // namespace mesh
