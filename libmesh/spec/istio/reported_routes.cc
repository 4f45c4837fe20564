// Reads what routing rules may hold and no run obeys: TLS and TCP routes.
#include <algorithm>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// A destination with its weight, of TCP and TLS routes.
const Table<RouteDestination>& l4_destination_table() {
  static const Table<RouteDestination> table(
      "RouteDestination", "A destination with its share of the connections.",
      {
          required("destination", &RouteDestination::destination, object(destination_table),
                   "Where to."),
          simulated("weight", &RouteDestination::weight, weight(), "0", "Share."),
      });
  return table;
}

void check_l4_match(const YamlNode& node, const Reading& at, Anything&) {
  if (const YamlNode* subnets = node.find("destinationSubnets"); subnets != nullptr) {
    for (std::size_t i = 0; i < subnets->items.size(); ++i) {
      if (is_ip_subnet(subnets->items[i].scalar)) continue;
      at.field("destinationSubnets")
          .item(i)
          .error(code::invalid_match, subnets->items[i],
                 "\"" + subnets->items[i].scalar + "\" is not an address or subnet");
    }
  }
  if (const YamlNode* gateways = node.find("gateways"); gateways != nullptr) {
    check_gateway_names(at.field("gateways"), *gateways);
  }
}

std::vector<Field<Anything>> l4_match_rows() {
  return {
      part("destinationSubnets", list(text()), "Addresses dialled."),
      part("port", optional_port_number(), "Port dialled."),
      part("sourceLabels", labels(), "Labels of the caller."),
      part("sourceNamespace", text(), "Namespace of the caller."),
      part("gateways", list(text()), "Where the condition is looked at."),
  };
}

const Table<Anything>& tcp_match_table() {
  static const Table<Anything> table = [] {
    std::vector<Field<Anything>> rows = l4_match_rows();
    rows.push_back(part("sourceSubnet", text(), "Ignored by istiod."));
    return Table<Anything>("L4MatchAttributes", "A condition on connections.", std::move(rows),
                           check_l4_match);
  }();
  return table;
}

const Table<Anything>& tls_match_table() {
  static const Table<Anything> table = [] {
    std::vector<Field<Anything>> rows = l4_match_rows();
    rows.push_back(part("sniHosts", list(text()), "Names in the handshake.").as_required());
    return Table<Anything>("TLSMatchAttributes", "A condition on TLS connections.", std::move(rows),
                           check_l4_match);
  }();
  return table;
}

void check_l4_route(const YamlNode& node, const Reading& at, Anything&) {
  const YamlNode* route = node.find("route");
  if (route == nullptr || route->items.empty()) {
    at.error(code::missing_field, node, "route is required");
  } else {
    check_weights(at.field("route"), *route);
  }
}

}  // namespace

const Table<Anything>& tcp_route_table() {
  static const Table<Anything> table(
      "TCPRoute", "A rule for TCP connections.",
      {
          part("match", list(object(tcp_match_table)), "Conditions."),
          part("route", list(object(l4_destination_table)), "Destinations."),
      },
      check_l4_route);
  return table;
}

const Table<Anything>& tls_route_table() {
  static const Table<Anything> table(
      "TLSRoute", "A rule for TLS connections that are not opened.",
      {
          part("match", list(object(tls_match_table)), "Conditions.").as_required(),
          part("route", list(object(l4_destination_table)), "Destinations."),
      },
      check_l4_route);
  return table;
}

void check_sni_hosts(const Reading& at, const YamlNode& tls,
                     const std::vector<std::string>& hosts) {
  for (std::size_t r = 0; r < tls.items.size(); ++r) {
    const YamlNode* matches = tls.items[r].find("match");
    for (std::size_t m = 0; matches != nullptr && m < matches->items.size(); ++m) {
      const YamlNode* names = matches->items[m].find("sniHosts");
      for (std::size_t n = 0; names != nullptr && n < names->items.size(); ++n) {
        const std::string& name = names->items[n].scalar;
        const bool covered = std::any_of(hosts.begin(), hosts.end(), [&](const std::string& host) {
          return host_matches(host, name);
        });
        if (covered || is_ip_address(name)) continue;
        at.item(r)
            .field("match")
            .item(m)
            .field("sniHosts")
            .item(n)
            .error(code::invalid_match, names->items[n],
                   "\"" + name + "\" lies in none of the rule's hosts",
                   "write it, or a wildcard that covers it, in hosts");
      }
    }
  }
}

}  // namespace mesh::istio
