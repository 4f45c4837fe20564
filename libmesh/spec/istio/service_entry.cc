// Reads ServiceEntry and WorkloadEntry.
#include "libmesh/spec/istio/service_entry.h"

#include <set>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

const Table<EntryPort>& port_table() {
  static const Table<EntryPort> table(
      "ServicePort", "A port of the service.",
      {
          required("number", &EntryPort::number, port_number(), "Number."),
          required("name", &EntryPort::name, text(), "Unique in the entry."),
          simulated("protocol", &EntryPort::protocol, text(), "detected",
                    "HTTP, HTTPS, GRPC, HTTP2, TCP, TLS, MONGO."),
          simulated("targetPort", &EntryPort::target_port, optional_port_number(), "number",
                    "Port of the endpoints."),
      });
  return table;
}

using Ports = std::vector<std::pair<std::string, std::uint32_t>>;

const Table<EntryEndpoint>& endpoint_table() {
  static const Table<EntryEndpoint> table(
      "WorkloadEntrySpec", "One endpoint: a machine or an external address.",
      {
          simulated("address", &EntryEndpoint::address, text(), "", "IP address or DNS name."),
          simulated("ports", &EntryEndpoint::ports, pairs(port_number()), "",
                    "Ports by name of the service's port."),
          simulated("labels", &EntryEndpoint::labels, labels(), "", "Labels, as those of pods."),
          simulated("locality", &EntryEndpoint::locality, text(), "", "region/zone/subzone."),
          simulated("weight", &EntryEndpoint::weight, integer<std::uint32_t>(), "1",
                    "Share of the requests, where balancers heed it."),
          reported("network", text(), "Network of the endpoint."),
          no_effect("serviceAccount", text(), "Identity of the endpoint."),
      },
      [](const YamlNode& node, const Reading& at, EntryEndpoint& endpoint) {
        if (endpoint.address.empty() && node.find("network") == nullptr) {
          at.error(code::missing_field, node, "an endpoint needs an address");
        }
      });
  return table;
}

Reader<Resolution> resolution() {
  return one_of<Resolution>({{"NONE", Resolution::None},
                             {"STATIC", Resolution::Static},
                             {"DNS", Resolution::Dns},
                             {"DNS_ROUND_ROBIN", Resolution::DnsRoundRobin},
                             {"DYNAMIC_DNS", Resolution::DynamicDns}});
}

const Table<Labels>& selector_table() {
  static const Table<Labels> table("WorkloadSelector",
                                   "Pods and WorkloadEntries behind the service.",
                                   {simulated("labels", itself, labels(), "", "Their labels.")});
  return table;
}

void check_hosts(const YamlNode& node, const Reading& at) {
  const YamlNode* hosts = node.find("hosts");
  if (hosts == nullptr || hosts->kind != YamlNode::Kind::Sequence) return;
  if (hosts->items.empty()) {
    at.field("hosts").error(code::missing_field, *hosts, "a service entry needs a host");
  }
  for (std::size_t i = 0; i < hosts->items.size(); ++i) {
    const YamlNode& host = hosts->items[i];
    if (host.kind != YamlNode::Kind::Scalar) continue;  // said already
    const char* problem =
        host.scalar == "*" ? "\"*\" is not allowed here" : domain_problem(host.scalar, true);
    if (problem == nullptr) continue;
    at.field("hosts").item(i).error(code::invalid_host, host,
                                    "\"" + host.scalar + "\" is not a valid host: " + problem);
  }
}

void check_ports(const Reading& at, const ServiceEntry& entry) {
  std::set<std::uint32_t> numbers;
  std::set<std::string> names;
  const Reading ports = at.field("ports");  // a Reading refers to its parent
  for (std::size_t i = 0; i < entry.ports.size(); ++i) {
    const EntryPort& port = entry.ports[i];
    const Reading here = ports.item(i);
    if (port.number != 0 && !numbers.insert(port.number).second) {
      here.error(code::duplicate_name, port.place,
                 "another port has the number " + std::to_string(port.number) + " too");
    }
    if (!port.name.empty() && !names.insert(port.name).second) {
      here.error(code::duplicate_name, port.place,
                 "another port is called \"" + port.name + "\" too");
    }
  }
  for (std::size_t i = 0; i < entry.endpoints.size(); ++i) {
    for (const auto& [name, number] : entry.endpoints[i].ports) {
      if (names.contains(name)) continue;
      at.field("endpoints")
          .item(i)
          .field("ports")
          .error(code::invalid_port, entry.endpoints[i].place,
                 "the service has no port \"" + name + "\"");
    }
  }
}

/// Source: pkg/config/validation/validation.go (ValidateServiceEntry).
void check_spec(const YamlNode& node, const Reading& at, ServiceEntry& entry) {
  check_hosts(node, at);
  check_ports(at, entry);
  const bool selects = node.find("workloadSelector") != nullptr;
  if (selects && !entry.endpoints.empty()) {
    at.error(code::exclusive_fields, node, "only one of workloadSelector, endpoints may be set");
  }
  const YamlNode& how = child_or_self(node, "resolution");
  if (entry.resolution == Resolution::None && !entry.endpoints.empty()) {
    at.field("resolution")
        .error(code::exclusive_fields, how, "NONE takes no endpoints", "resolution: STATIC or DNS");
  }
  if (entry.resolution == Resolution::Static && entry.endpoints.empty() && !selects) {
    at.field("resolution").warning(code::surprising, how, "STATIC without endpoints: 503 UH");
  }
  if (const YamlNode* export_to = node.find("exportTo"); export_to != nullptr) {
    check_export_to(at.field("exportTo"), *export_to, entry.metadata.name_space);
  }
}

const Table<ServiceEntry>& service_spec_table() {
  static const Table<ServiceEntry> table(
      "ServiceEntrySpec", "A service that Kubernetes does not know.",
      {
          required("hosts", &ServiceEntry::hosts, list(text()), "Its names."),
          no_effect("addresses", list(text()), "Virtual addresses."),
          simulated("ports", &ServiceEntry::ports, list(object(port_table)), "", "Ports."),
          simulated("location", &ServiceEntry::internal,
                    one_of<bool>({{"MESH_EXTERNAL", false}, {"MESH_INTERNAL", true}}),
                    "MESH_EXTERNAL", "Is it a part of the mesh?"),
          simulated("resolution", &ServiceEntry::resolution, resolution(), "NONE",
                    "How addresses are found."),
          simulated("endpoints", &ServiceEntry::endpoints, list(object(endpoint_table)), "",
                    "Its endpoints."),
          simulated("workloadSelector", &ServiceEntry::workload_selector, object(selector_table),
                    "", "Or the pods and WorkloadEntries behind it."),
          simulated("exportTo", &ServiceEntry::export_to, list(text()), "*",
                    "Namespaces that see it."),
          no_effect("subjectAltNames", list(text()), "Names that the endpoints must prove."),
      },
      check_spec);
  return table;
}

}  // namespace

const Table<ServiceEntry>& service_entry_table() {
  static const Table<ServiceEntry> table(
      "ServiceEntry", "A service that Kubernetes does not know.",
      object_rows<ServiceEntry>(
          {required("spec", itself, object(service_spec_table), "The service.")}));
  return table;
}

const Table<WorkloadEntry>& workload_entry_table() {
  static const Table<WorkloadEntry> table(
      "WorkloadEntry", "A machine outside Kubernetes.",
      object_rows<WorkloadEntry>(
          {required("spec", &WorkloadEntry::endpoint, object(endpoint_table), "The machine.")}));
  return table;
}

}  // namespace mesh::istio
