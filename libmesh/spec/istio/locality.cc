// Reads locality settings of load balancers.
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

using Weights = std::vector<std::pair<std::string, std::uint32_t>>;

/// Weights of a distribution are 1 to 100 and make 100 together.
bool read_weights(const YamlNode& node, const Reading& at, Weights& out) {
  if (node.kind != YamlNode::Kind::Mapping) {
    at.wrong_type(node, "a mapping of weights");
    return false;
  }
  out.clear();
  std::int64_t total = 0;
  bool readable = true;
  for (const auto& [key, value] : node.entries) {
    std::int64_t weight = 0;
    readable = read_integer(value, at.field(key.scalar), 1, 100, weight) && readable;
    total += weight;
    out.emplace_back(key.scalar, static_cast<std::uint32_t>(weight));
  }
  if (readable && total != 100) {
    at.error(code::invalid_weight, node,
             "the weights must add up to 100, got " + std::to_string(total));
  }
  return readable;
}

const Table<Distribute>& distribute_table() {
  static const Table<Distribute> table(
      "Distribute", "Shares of localities for callers of one.",
      {
          simulated("from", &Distribute::from, text(), "",
                    "Locality of the callers: region/zone/subzone."),
          simulated(
              "to", &Distribute::to,
              custom<Weights>({.kind = Shape::Kind::Map, .of = {{.kind = Shape::Kind::Integer}}},
                              read_weights),
              "", "Percent by locality."),
      });
  return table;
}

const Table<Failover>& failover_table() {
  static const Table<Failover> table(
      "Failover", "Where to go when a region fails.",
      {
          simulated("from", &Failover::from, text(), "", "Region."),
          simulated("to", &Failover::to, text(), "", "Region."),
      },
      [](const YamlNode& node, const Reading& at, Failover& failover) {
        if (failover.from == failover.to) {
          at.error(code::invalid_load_balancer, node, "from and to are the same region");
        }
        if ((failover.from + failover.to).find_first_of("/*") != std::string::npos) {
          at.error(code::invalid_load_balancer, node, "from and to are regions, without / and *");
        }
      });
  return table;
}

void check_locality(const YamlNode& node, const Reading& at, LocalityLb& locality) {
  if (!locality.distribute.empty() && !locality.failover.empty()) {
    at.error(code::exclusive_fields, node, "distribute and failover exclude each other");
  }
}

}  // namespace

const Table<LocalityLb>& locality_table() {
  static const Table<LocalityLb> table(
      "LocalityLoadBalancerSetting", "Prefers near hosts.",
      {
          simulated("distribute", &LocalityLb::distribute, list(object(distribute_table)), "",
                    "Shares by locality."),
          simulated("failover", &LocalityLb::failover, list(object(failover_table)), "",
                    "Region after region."),
          simulated("failoverPriority", &LocalityLb::failover_priority, list(text()), "",
                    "Labels that make a host near."),
          simulated("enabled", &LocalityLb::enabled, boolean(), "true", "false switches it off."),
      },
      check_locality);
  return table;
}

const Table<ZoneAwareSetting>& zone_aware_table() {
  using Z = ZoneAwareSetting;
  static const Table<Z> table(
      "ZoneAwareLoadBalancerSetting", "Prefers the caller's zone.",
      {
          simulated("enabled", &Z::enabled, boolean(), "true", "false switches it off."),
          reported("failover", list(object(failover_table)), "Region after region.",
                   Severity::Warning)
              .meanwhile("its localities have no order"),
          reported("failoverPriority", list(text()), "Labels that make a host near.",
                   Severity::Warning)
              .meanwhile("its localities have no order"),
          simulated("minClusterSize", &Z::min_cluster_size, integer<std::uint64_t>(0), "6",
                    "Healthy hosts that there must be."),
      });
  return table;
}

}  // namespace mesh::istio
