// Parts of a scenario as YAML trees in which every default is visible.
#pragma once

#include "libmesh/spec/scenario.h"

namespace mesh {

YamlNode to_node(const Distribution& d);
YamlNode to_node(const WorkloadBehaviour& behaviour);
/// startUp, warmUp, memory, pauses, slowdown, as far as they are given.
std::vector<std::pair<std::string, YamlNode>> life_entries(const WorkloadBehaviour& behaviour);
YamlNode to_node(const BehaviourDefaults& defaults);
YamlNode to_node(const LoadSpec& load);
YamlNode to_node(const RetrySpec& retry);
YamlNode script_node(const Script& script);
YamlNode deadline_node(bool propagates);
/// Steps and declarations of stores.
YamlNode to_node(const CacheStep& step);
YamlNode to_node(const WithStep& step);
std::vector<std::pair<std::string, YamlNode>> store_nodes(const StoreSpecs& stores);
YamlNode to_node(const LimiterConfig& limiter);
/// The count, or "unlimited".
YamlNode limit_node(std::uint32_t value, std::uint32_t unlimited = no_limit);

/// Path, method, host, headers, body.
struct RequestEntries {
  std::vector<std::pair<std::string, YamlNode>> entries;
};
RequestEntries request_entries(const RequestSpec& request);
/// What a caller keeps around a call, but the deadline.
RequestEntries guard_entries(const CallGuards& guards);
YamlNode headers_node(const std::vector<std::pair<std::string, std::string>>& headers);

/// The whole Scenario document; `named` keeps what only people read: name, labels of changes.
YamlNode effective_document(const Scenario& scenario, bool named);

}  // namespace mesh
