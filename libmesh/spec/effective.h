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
/// The count, or "unlimited".
YamlNode limit_node(std::uint32_t value, std::uint32_t unlimited = no_limit);

/// Path, method, host, headers, body.
struct RequestEntries {
  std::vector<std::pair<std::string, YamlNode>> entries;
};
RequestEntries request_entries(const RequestSpec& request);
YamlNode headers_node(const std::vector<std::pair<std::string, std::string>>& headers);

/// The whole Scenario document; `named` keeps what only people read: name, labels of changes.
YamlNode effective_document(const Scenario& scenario, bool named);

}  // namespace mesh
