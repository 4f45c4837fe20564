// What istiod knows in one version, indexed: services with their workloads, rules by host and age.
#include "libmesh/plan/registry.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "libmesh/plan/delegates.h"
#include "libmesh/plan/envoy_filters.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/service_entries.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

const Labels no_labels;

std::string qualified_gateway(const std::string& name, const std::string& name_space) {
  if (name == "mesh" || name.find('/') != std::string::npos) return name;
  return name_space + "/" + name;
}

VirtualServiceView view_of(const istio::VirtualService& spec) {
  VirtualServiceView view{&spec, {}, {}};
  const std::string& name_space = spec.metadata.name_space;
  for (const std::string& host : spec.hosts) {
    view.hosts.push_back(resolve_short_name(host, name_space));
  }
  for (const std::string& gateway : spec.gateways) {
    view.gateways.push_back(qualified_gateway(gateway, name_space));
  }
  if (view.gateways.empty()) view.gateways.emplace_back("mesh");
  return view;
}

}  // namespace

bool exported_to(const std::vector<std::string>& export_to, const std::string& owner,
                 const std::string& viewer) {
  if (export_to.empty()) return true;
  return std::any_of(export_to.begin(), export_to.end(), [&](const std::string& name) {
    return name == "*" || name == viewer || (name == "." && owner == viewer);
  });
}

bool older(const Metadata& a, const Metadata& b) {
  return std::tie(a.creation_timestamp, a.name, a.name_space) <
         std::tie(b.creation_timestamp, b.name, b.name_space);
}

PortProtocol protocol_of(const k8s::ServicePort& port) {
  using Row = std::pair<std::string_view, PortProtocol>;
  static constexpr std::array<Row, 14> names{{{"http", PortProtocol::Http},
                                              {"http2", PortProtocol::Http2},
                                              {"grpc", PortProtocol::Grpc},
                                              {"grpc-web", PortProtocol::Grpc},
                                              {"kubernetes.io/h2c", PortProtocol::Http2},
                                              {"kubernetes.io/ws", PortProtocol::Http},
                                              {"kubernetes.io/wss", PortProtocol::Tls},
                                              {"https", PortProtocol::Tls},
                                              {"tls", PortProtocol::Tls},
                                              {"tcp", PortProtocol::Tcp},
                                              {"mongo", PortProtocol::Tcp},
                                              {"mysql", PortProtocol::Tcp},
                                              {"redis", PortProtocol::Tcp},
                                              {"udp", PortProtocol::Tcp}}};
  const auto named = [](std::string_view text) -> const PortProtocol* {
    for (const Row& row : names) {
      if (row.first == text) return &row.second;
    }
    return nullptr;
  };
  if (!port.app_protocol.empty()) {
    if (const PortProtocol* found = named(port.app_protocol)) return *found;
  }
  if (port.name.starts_with("grpc-web")) return PortProtocol::Grpc;
  const std::string_view name = port.name;
  if (const PortProtocol* found = named(name.substr(0, name.find('-')))) return *found;
  // Server-first protocols that istiod takes for TCP: SMTP, DNS, MySQL, MongoDB.
  const bool server_first =
      port.port == 25 || port.port == 53 || port.port == 3306 || port.port == 27017;
  return server_first ? PortProtocol::Tcp : PortProtocol::Http;
}

const k8s::ServicePort* find_port(const k8s::Service& service, std::uint32_t port) {
  const auto found = std::find_if(service.ports.begin(), service.ports.end(),
                                  [port](const k8s::ServicePort& p) { return p.port == port; });
  return found == service.ports.end() ? nullptr : &*found;
}

Registry::Registry(Draft& draft, const Resources& resources)
    : resources_(resources),
      envoy_filters_(
          std::make_shared<EnvoyFilters>(resources, draft.scenario.platform.istio_version)) {
  index_workloads(draft);
  index_services(draft);
  index_virtual_services();
  for (const istio::Gateway& gateway : resources.gateways) {
    gateways_[gateway.metadata.name_space + "/" + gateway.metadata.name] = &gateway;
    gateways_by_age_.push_back(&gateway);
  }
  std::stable_sort(gateways_by_age_.begin(), gateways_by_age_.end(),
                   [](const auto* a, const auto* b) { return older(a->metadata, b->metadata); });
}

void Registry::index_workloads(Draft& draft) {
  labels_.resize(draft.plan.workloads.size(), &no_labels);
  declared_.resize(draft.plan.workloads.size(), nullptr);
  for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
    if (draft.facts[WorkloadId{w}].made)
      labels_[WorkloadId{w}] = &draft.facts[WorkloadId{w}].labels;
  }
  for (const k8s::Workload& spec : resources_.workloads) {
    const WorkloadId id = draft.workload(spec.metadata.name, spec.metadata.name_space);
    labels_[id] = &spec.pod_labels;
    declared_[id] = &spec;
  }
}

void Registry::index_services(Draft& draft) {
  // By namespace and one label, so that each selector looks at few workloads.
  std::unordered_map<std::string, std::vector<WorkloadId>> carriers;
  const auto carrier_key = [](const std::string& space, const std::string& key,
                              const std::string& value) {
    return space + "\n" + key + "\n" + value;
  };
  for (std::uint32_t w = 0; w < labels_.size(); ++w) {
    const std::string& space = draft.plan.workloads[WorkloadId{w}].name_space;
    for (const auto& [key, value] : *labels_[WorkloadId{w}]) {
      carriers[carrier_key(space, key, value)].push_back(WorkloadId{w});
    }
  }
  services_of_.resize(labels_.size());
  for (const k8s::Service& spec : resources_.services) {
    const Metadata& meta = spec.metadata;
    const std::string host = service_host(meta.name, meta.name_space);
    services_.push_back({draft.add_service(host, meta.name, meta.name_space), &spec, host, {}, {}});
  }
  entries_ = std::make_shared<ServiceEntries>();
  entries_->index(draft, resources_, services_);
  for (std::size_t s = 0; s < services_.size(); ++s) {
    ServiceView& view = services_[s];
    const Labels& selector = view.spec->selector;
    if (!selector.empty()) {
      const auto& [key, value] = *selector.begin();
      for (const WorkloadId w : carriers[carrier_key(view.spec->metadata.name_space, key, value)]) {
        if (labels_contain(*labels_[w], selector)) view.backends.push_back(w);
      }
    }
    for (const WorkloadId w : view.backends) services_of_[w].push_back(s);
    service_by_host_.emplace(view.host, s);
  }
}

void Registry::index_virtual_services() {
  std::vector<const istio::VirtualService*> by_age;
  for (const istio::VirtualService& spec : resources_.virtual_services) by_age.push_back(&spec);
  std::stable_sort(by_age.begin(), by_age.end(),
                   [](const auto* a, const auto* b) { return older(a->metadata, b->metadata); });
  for (const istio::VirtualService* spec : with_delegates(by_age, merged_)) {
    virtual_services_.push_back(view_of(*spec));
  }
  for (std::size_t v = 0; v < virtual_services_.size(); ++v) {
    const VirtualServiceView& view = virtual_services_[v];
    if (std::find(view.gateways.begin(), view.gateways.end(), "mesh") == view.gateways.end()) {
      continue;
    }
    for (const std::string& host : view.hosts) {
      if (is_wildcard(host)) {
        const bool has_services =
            std::any_of(services_.begin(), services_.end(), [&host](const ServiceView& service) {
              return find_port(*service.spec, 80) != nullptr && is_subset_of(service.host, host);
            });
        wildcard_rules_.push_back({host, v, has_services});
      } else {
        rules_by_host_[host].push_back(v);
      }
    }
  }
  std::stable_sort(
      wildcard_rules_.begin(), wildcard_rules_.end(),
      [](const auto& a, const auto& b) { return a.pattern.size() > b.pattern.size(); });
}

const istio::MeshConfig& Registry::mesh() const {
  static const istio::MeshConfig defaults;
  return resources_.mesh_configs.empty() ? defaults : resources_.mesh_configs.front();
}

const ServiceView* Registry::service(const std::string& host) const {
  const auto found = service_by_host_.find(host);
  return found == service_by_host_.end() ? nullptr : &services_[found->second];
}

const ServiceView* Registry::service_seen_from(std::string_view host,
                                               const std::string& name_space) const {
  std::string full(host);
  if (full.ends_with('.')) full.pop_back();
  const auto dots = std::count(full.begin(), full.end(), '.');
  if (dots == 0) return service(service_host(full, name_space));
  if (const ServiceView* external = service(full)) return external;
  if (dots == 1) return service(full + std::string(service_suffix));
  if (dots == 2 && full.ends_with(".svc")) return service(full + ".cluster.local");
  return service(full);
}

std::vector<std::string> Registry::service_names() const {
  std::vector<std::string> names;
  for (const ServiceView& service : services_) names.push_back(service.spec->metadata.name);
  return names;
}

ClientView Registry::client(const Draft& draft, WorkloadId workload) const {
  return {draft.plan.workloads[workload].name_space, labels_[workload]};
}

bool Registry::is_visible(std::size_t rule, const ClientView& client) const {
  const istio::VirtualService& spec = *virtual_services_[rule].spec;
  return exported_to(spec.export_to, spec.metadata.name_space, client.name_space);
}

const VirtualServiceView* Registry::rule_for_sidecar(const std::string& host,
                                                     const ClientView& client) const {
  if (const auto exact = rules_by_host_.find(host); exact != rules_by_host_.end()) {
    for (const std::size_t v : exact->second) {
      if (is_visible(v, client)) return &virtual_services_[v];
    }
  }
  for (const WildcardRule& wildcard : wildcard_rules_) {
    if (is_subset_of(host, wildcard.pattern) && is_visible(wildcard.rule, client)) {
      return &virtual_services_[wildcard.rule];
    }
  }
  return nullptr;
}

Registry::ForeignHost Registry::rule_for_foreign_host(const std::string& host,
                                                      const ClientView& client) const {
  if (const auto exact = rules_by_host_.find(host); exact != rules_by_host_.end()) {
    for (const std::size_t v : exact->second) {
      if (is_visible(v, client)) return {&virtual_services_[v], host};
    }
  }
  for (const WildcardRule& wildcard : wildcard_rules_) {
    if (!wildcard.has_services && is_subset_of(host, wildcard.pattern) &&
        is_visible(wildcard.rule, client)) {
      return {&virtual_services_[wildcard.rule], wildcard.pattern};
    }
  }
  return {};
}

const istio::Gateway* Registry::gateway(const std::string& qualified_name) const {
  const auto found = gateways_.find(qualified_name);
  return found == gateways_.end() ? nullptr : found->second;
}

}  // namespace mesh
