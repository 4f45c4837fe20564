// Reads load_balancing_policy of an EnvoyFilter's clusters.
#include <algorithm>

#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

constexpr const char* by_reports = "ClientSideWeightedRoundRobin";

/// One of `policies`: the first that Envoy knows is used, and it knows all of its own.
const YamlNode* first_policy(const YamlNode& node) {
  const YamlNode* policies = node.find("policies");
  if (policies == nullptr || policies->kind != YamlNode::Kind::Sequence) return nullptr;
  if (policies->items.empty()) return nullptr;
  const YamlNode* extension = policies->items.front().find("typed_extension_config");
  return extension == nullptr ? nullptr : extension->find("typed_config");
}

}  // namespace

const Table<ClientSideWrrConfig>& client_side_wrr_table() {
  using W = ClientSideWrrConfig;
  static const Table<W> table(
      by_reports, "Weights from the load that backends report.",
      {simulated("blackout_period", &W::blackout_period, duration(), "10s",
                 "Reports until a weight is used."),
       simulated("weight_expiration_period", &W::weight_expiration_period, duration(), "180s",
                 "Without a report the weight is dropped."),
       simulated("weight_update_period", &W::weight_update_period, positive_duration(), "1s",
                 "Between new weights."),
       simulated("error_utilization_penalty", &W::error_utilization_penalty, number(0, 1e9), "1",
                 "What errors per request add to the utilization."),
       simulated("metric_names_for_computing_utilization", &W::metric_names, list(text()), "",
                 "Metrics in place of the CPU's."),
       no_effect("enable_oob_load_report", any(), "Reports come with answers only."),
       no_effect("oob_reporting_period", any(), "Reports come with answers only.")});
  return table;
}

Reader<std::optional<ClientSideWrrConfig>> balancing_policy() {
  Reader<ClientSideWrrConfig> strict = message(client_side_wrr_table);
  return {strict.shape, [strict](const YamlNode& node, const Reading& at,
                                 std::optional<ClientSideWrrConfig>& out) {
            const YamlNode* config = first_policy(node);
            if (config == nullptr) {
              at.wrong_type(node, "policies with a typed_extension_config");
              return false;
            }
            const TypedMessage policy = typed_message(*config);
            if (policy.type != by_reports) {
              at.warning(code::not_simulated, *config, "this policy is not simulated",
                         "set lb_policy for Envoy's other balancers");
              return false;
            }
            ClientSideWrrConfig read;
            if (!strict.read(policy.value, at.field("policies"), read)) return false;
            // Envoy waits at least 100 ms (client_side_weighted_round_robin.proto).
            read.weight_update_period = std::max(read.weight_update_period, milliseconds(100));
            out = std::move(read);
            return true;
          }};
}

}  // namespace mesh::istio
