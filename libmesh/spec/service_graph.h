// Isotope's graphs of services as the objects and behaviours that they are.
#pragma once

#include <vector>

#include "libmesh/spec/scenario.h"

namespace mesh {

/// kind: MockServiceGraph; or, as in isotope's own examples, neither kind nor apiVersion, but
/// services. Source: github.com/istio/tools, isotope/convert/pkg/graph.
bool is_service_graph(const YamlNode& document);

/// The documents, graphs replaced by a Service and a Deployment for each of their services; what
/// these do is added to `behaviours`, unless something stands there for them already.
std::vector<YamlNode> without_service_graphs(const std::vector<YamlNode>& documents,
                                             std::vector<WorkloadBehaviour>& behaviours,
                                             Diagnostics& problems);

}  // namespace mesh
