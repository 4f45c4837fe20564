// Reads locality settings of load balancers; no run obeys them yet.
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// Weights of a distribution are 1 to 100 and make 100 together.
bool read_weights(const YamlNode& node, const Reading& at, Anything&) {
  if (node.kind != YamlNode::Kind::Mapping) {
    at.wrong_type(node, "a mapping of weights");
    return false;
  }
  std::int64_t total = 0;
  bool readable = true;
  for (const auto& [key, value] : node.entries) {
    std::int64_t weight = 0;
    readable = read_integer(value, at.field(key.scalar), 1, 100, weight) && readable;
    total += weight;
  }
  if (readable && total != 100) {
    at.error(code::invalid_weight, node,
             "the weights must add up to 100, got " + std::to_string(total));
  }
  return true;
}

const Table<Anything>& distribute_table() {
  static const Table<Anything> table(
      "Distribute", "Shares of localities for callers of one.",
      {
          part("from", text(), "Locality of the callers: region/zone/subzone."),
          part("to",
               custom<Anything>({.kind = Shape::Kind::Map, .of = {{.kind = Shape::Kind::Integer}}},
                                read_weights),
               "Percent by locality."),
      });
  return table;
}

const Table<Anything>& failover_table() {
  static const Table<Anything> table(
      "Failover", "Where to go when a region fails.",
      {part("from", text(), "Region."), part("to", text(), "Region.")},
      [](const YamlNode& node, const Reading& at, Anything&) {
        const std::string& from = child_or_self(node, "from").scalar;
        const std::string& to = child_or_self(node, "to").scalar;
        if (from == to) {
          at.error(code::invalid_load_balancer, node, "from and to are the same region");
        }
        if ((from + to).find_first_of("/*") != std::string::npos) {
          at.error(code::invalid_load_balancer, node, "from and to are regions, without / and *");
        }
      });
  return table;
}

void check_locality(const YamlNode& node, const Reading& at, Anything&) {
  const auto filled = [&node](const char* name) {
    const YamlNode* list = node.find(name);
    return list != nullptr && !list->items.empty();
  };
  if (filled("distribute") && filled("failover")) {
    at.error(code::exclusive_fields, node, "distribute and failover exclude each other");
  }
}

}  // namespace

const Table<Anything>& locality_table() {
  static const Table<Anything> table(
      "LocalityLoadBalancerSetting", "Prefers near hosts.",
      {
          part("distribute", list(object(distribute_table)), "Shares by locality."),
          part("failover", list(object(failover_table)), "Region after region."),
          part("failoverPriority", list(text()), "Labels that make a host near."),
          part("enabled", boolean(), "false switches it off."),
      },
      check_locality);
  return table;
}

const Table<Anything>& zone_aware_table() {
  static const Table<Anything> table(
      "ZoneAwareLoadBalancerSetting", "Prefers the caller's zone.",
      {
          part("enabled", boolean(), "false switches it off."),
          part("failover", list(object(failover_table)), "Region after region."),
          part("failoverPriority", list(text()), "Labels that make a host near."),
          part("minClusterSize", integer<std::uint64_t>(0), "Smallest cluster."),
      });
  return table;
}

}  // namespace mesh::istio
