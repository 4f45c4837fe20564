// Reads a Kubernetes Service.
#include <set>

#include "libmesh/spec/k8s/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::k8s {
namespace {

void check_port(const YamlNode& node, const Reading& at, ServicePort& port) {
  if (!port.name.empty() && !is_dns_label(port.name)) {
    at.field("name").error(code::invalid_port, child_or_self(node, "name"),
                           "\"" + port.name + "\" is not a port name",
                           "lower case letters, digits and '-' (RFC 1123 label)");
  }
  const YamlNode* target = node.find("targetPort");
  if (target == nullptr || port.target_port.empty()) return;
  const bool number = target->kind == YamlNode::Kind::Scalar && !target->quoted &&
                      scalar_type(*target) == ScalarType::Integer;
  if (!number && !is_port_name(port.target_port)) {
    at.field("targetPort")
        .error(
            code::invalid_port, *target,
            "\"" + port.target_port + "\" is neither a port number nor a port name",
            parse_yaml_integer(port.target_port)
                ? "write the number without quotes"
                : "names have at most 15 lower case letters, digits and '-', a letter among them");
  } else if (number) {
    std::uint32_t ignored = 0;
    port_number().read(*target, at.field("targetPort"), ignored);
  }
}

const Table<ServicePort>& port_table() {
  static const Table<ServicePort> table(
      "ServicePort", "A port of a service.",
      {
          simulated("name", &ServicePort::name, text(), "",
                    "Its prefix up to '-' names the protocol: http, http2, grpc, tcp, …"),
          required("port", &ServicePort::port, port_number(), "The port that callers use."),
          simulated("targetPort", &ServicePort::target_port, int_or_text(), "port",
                    "Number or name of the container's port."),
          simulated("protocol", &ServicePort::protocol, word({"TCP", "UDP", "SCTP"}), "TCP",
                    "Transport."),
          simulated("appProtocol", &ServicePort::app_protocol, text(), "",
                    "Names the protocol and wins over the port's name."),
          no_effect("nodePort", integer<std::uint32_t>(0, 65535), "Port on every node."),
      },
      check_port);
  return table;
}

void check_port_names(const Reading& at, const Service& service) {
  std::set<std::string> names;
  std::set<std::pair<std::uint32_t, std::string>> numbers;
  for (std::size_t i = 0; i < service.ports.size(); ++i) {
    const ServicePort& port = service.ports[i];
    const Reading here = at.item(i);
    if (port.name.empty() && service.ports.size() > 1) {
      here.error(code::missing_field, port.place,
                 "name is required when a service has several ports");
    }
    if (!port.name.empty() && !names.insert(port.name).second) {
      here.error(code::duplicate_name, port.place,
                 "another port is called \"" + port.name + "\" too");
    }
    if (port.port != 0 && !numbers.insert({port.port, port.protocol}).second) {
      here.error(code::invalid_port, port.place,
                 "port " + std::to_string(port.port) + "/" + port.protocol + " stands twice");
    }
  }
}

void check_spec(const YamlNode& node, const Reading& at, Service& service) {
  check_port_names(at.field("ports"), service);
  const bool external = service.type == "ExternalName";
  const YamlNode* ports = node.find("ports");
  const bool has_ports = ports != nullptr && !ports->items.empty();
  if (!has_ports && !external && service.cluster_ip != "None") {
    at.error(code::missing_field, ports == nullptr ? node : *ports, "ports is required",
             "only headless services (clusterIP: None) and ExternalName need none");
  }
  if (external && !is_dns_subdomain(service.external_name)) {
    at.error(code::invalid_host, node, "type ExternalName needs an externalName",
             "externalName: api.example.com");
  }
  if (!service.cluster_ip.empty() && service.cluster_ip != "None" &&
      !is_ip_address(service.cluster_ip)) {
    at.field("clusterIP")
        .error(code::malformed_value, child_or_self(node, "clusterIP"),
               "\"" + service.cluster_ip + "\" is neither None nor an IP address");
  }
}

std::vector<Field<Service>> spec_rows() {
  return {
      simulated("selector", &Service::selector, labels(), "", "Labels of the pods behind it."),
      simulated("ports", &Service::ports, list(object(port_table)), "", "Ports."),
      no_effect("type", &Service::type,
                word({"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}),
                "How it is published."),
      simulated("clusterIP", &Service::cluster_ip, text(), "", "None makes it headless."),
      reported("externalName", &Service::external_name, text(), "Host behind the alias.",
               Severity::Warning)
          .meanwhile("requests to the alias get 503 NC"),
      simulated("trafficDistribution", &Service::traffic_distribution,
                word({"PreferClose", "PreferSameZone", "PreferSameNode"}), "",
                "Prefers endpoints that are near."),
      reported("internalTrafficPolicy", word({"Cluster", "Local"}),
               "Local keeps traffic on the node.")
          .with_default("Cluster")
          .meanwhile("endpoints are used wherever they are"),
      no_effect("allocateLoadBalancerNodePorts", boolean(), "Node ports of a load balancer."),
      no_effect("clusterIPs", any(), "Addresses per family."),
      no_effect("externalIPs", any(), "Further addresses."),
      no_effect("externalTrafficPolicy", word({"Cluster", "Local"}), "Node of external calls."),
      no_effect("healthCheckNodePort", any(), "For external load balancers."),
      no_effect("ipFamilies", any(), "IPv4, IPv6."),
      no_effect("ipFamilyPolicy", text(), "Single or dual stack."),
      no_effect("loadBalancerClass", text(), "For external load balancers."),
      no_effect("loadBalancerIP", text(), "For external load balancers."),
      no_effect("loadBalancerSourceRanges", any(), "For external load balancers."),
      no_effect("publishNotReadyAddresses", boolean(), "Pods are ready from the start."),
      no_effect("sessionAffinity", word({"None", "ClientIP"}), "Sidecars do not look at it."),
      no_effect("sessionAffinityConfig", any(), "Sidecars do not look at it."),
  };
}

const Table<Service>& spec_table() {
  static const Table<Service> table("ServiceSpec", "Ports and selector.", spec_rows(), check_spec);
  return table;
}

void check_service(const YamlNode& node, const Reading& at, Service& service) {
  const std::string& name = service.metadata.name;
  const YamlNode* metadata = node.find("metadata");
  const bool starts_with_letter = !name.empty() && name[0] >= 'a' && name[0] <= 'z';
  if (metadata != nullptr && is_dns_subdomain(name) &&
      !(starts_with_letter && is_dns_label(name))) {
    at.field("metadata")
        .error(code::invalid_name, child_or_self(*metadata, "name"),
               "\"" + name + "\" is not a valid name of a service",
               "it starts with a letter and has no dots (RFC 1035 label)");
  }
}

}  // namespace

const Table<Service>& service_table() {
  static const Table<Service> table(
      "Service", "A name for a set of pods.",
      object_rows<Service>({required("spec", itself, object(spec_table), "Ports and selector.")}),
      check_service);
  return table;
}

}  // namespace mesh::k8s
