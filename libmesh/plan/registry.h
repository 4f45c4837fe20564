// What istiod knows in one version, indexed: services with their workloads, rules by host and age.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "libmesh/plan/draft.h"

namespace mesh {

/// A WorkloadEntry, or an endpoint of a ServiceEntry.
struct EntryBackend {
  EndpointId endpoint;
  const istio::EntryEndpoint* spec = nullptr;
};

struct ServiceView {
  ServiceId id;
  const k8s::Service* spec = nullptr;  // of a ServiceEntry: as Kubernetes would show it
  std::string host;
  std::vector<WorkloadId> backends;   // whose pods the selector matches, in id order
  std::vector<EntryBackend> entries;  // after the pods
};

struct VirtualServiceView {
  const istio::VirtualService* spec = nullptr;
  std::vector<std::string> hosts;     // fully qualified
  std::vector<std::string> gateways;  // "mesh" or "namespace/name"
};

/// A client of the mesh: the side that rules are looked up for.
struct ClientView {
  std::string name_space;
  const Labels* labels = nullptr;
};

class ServiceEntries;
class EnvoyFilters;

class Registry {
 public:
  /// Registers the version's services in the plan. `resources` must outlive the registry.
  Registry(Draft& draft, const Resources& resources);

  const Resources& resources() const { return resources_; }
  /// Settings of the whole mesh; the defaults when no ConfigMap says otherwise.
  const istio::MeshConfig& mesh() const;
  const EnvoyFilters& envoy_filters() const { return *envoy_filters_; }
  const std::vector<ServiceView>& services() const { return services_; }
  const ServiceView* service(const std::string& host) const;
  /// The service that "name", "name.namespace" or a longer form means to a client of a namespace.
  const ServiceView* service_seen_from(std::string_view host, const std::string& name_space) const;

  /// Short names, for suggestions.
  std::vector<std::string> service_names() const;
  /// Indices in services() of those that select the workload, in declaration order.
  const std::vector<std::size_t>& services_of(WorkloadId w) const { return services_of_[w]; }
  const Labels& labels(WorkloadId workload) const { return *labels_[workload]; }
  /// Null for workloads that nothing declares (yet).
  const k8s::Workload* declared(WorkloadId workload) const { return declared_[workload]; }
  ClientView client(const Draft& draft, WorkloadId workload) const;

  /// Oldest first (istio.md §0.1 fact 10).
  const std::vector<VirtualServiceView>& virtual_services() const { return virtual_services_; }
  /// The rule that sidecars of the client use for a host: the oldest exact one, else the most
  /// specific wildcard (istio.md §1.1.3).
  const VirtualServiceView* rule_for_sidecar(const std::string& host,
                                             const ClientView& client) const;
  /// The rule for a host that is no service, on port 80: a domain of the rule that no service of
  /// that port belongs to. Null rule when there is none.
  struct ForeignHost {
    const VirtualServiceView* rule = nullptr;
    std::string domain;
  };
  ForeignHost rule_for_foreign_host(const std::string& host, const ClientView& client) const;
  const istio::Gateway* gateway(const std::string& qualified_name) const;
  const std::vector<const istio::Gateway*>& gateways_by_age() const { return gateways_by_age_; }

 private:
  void index_workloads(Draft& draft);
  void index_services(Draft& draft);
  void index_virtual_services();
  bool is_visible(std::size_t rule, const ClientView& client) const;

  const Resources& resources_;
  std::shared_ptr<ServiceEntries> entries_;
  std::shared_ptr<const EnvoyFilters> envoy_filters_;
  std::vector<ServiceView> services_;
  std::unordered_map<std::string, std::size_t> service_by_host_;
  IdVector<WorkloadId, std::vector<std::size_t>> services_of_;
  IdVector<WorkloadId, const Labels*> labels_;
  IdVector<WorkloadId, const k8s::Workload*> declared_;
  std::vector<VirtualServiceView> virtual_services_;
  std::deque<istio::VirtualService> merged_;  // roots with their delegates
  std::unordered_map<std::string, std::vector<std::size_t>> rules_by_host_;
  struct WildcardRule {
    std::string pattern;
    std::size_t rule = 0;
    bool has_services = false;  // some service of port 80 matches
  };
  std::vector<WildcardRule> wildcard_rules_;  // longest pattern first
  std::unordered_map<std::string, const istio::Gateway*> gateways_;
  std::vector<const istio::Gateway*> gateways_by_age_;
};

/// exportTo of an object of `owner` lets clients of `viewer` see it; empty = everybody.
bool exported_to(const std::vector<std::string>& export_to, const std::string& owner,
                 const std::string& viewer);
/// Older than: creation time, then name, then namespace.
bool older(const Metadata& a, const Metadata& b);

enum class PortProtocol : std::uint8_t { Http, Http2, Grpc, Tls, Tcp };
/// appProtocol, else the port name's prefix, else HTTP as detected (istio.md §1.7).
PortProtocol protocol_of(const k8s::ServicePort& port);
constexpr bool is_http(PortProtocol protocol) {
  return protocol <= PortProtocol::Grpc;
}
const k8s::ServicePort* find_port(const k8s::Service& service, std::uint32_t port);

}  // namespace mesh
