// Istio's mesh configuration: the key `mesh` of the ConfigMap `istio`.
#pragma once

#include <optional>

#include "libmesh/spec/istio/virtual_service.h"

namespace mesh::istio {

/// Source: pkg/config/mesh/mesh.go (DefaultMeshConfig) for what holds when nothing is said.
struct MeshConfig {
  Metadata metadata;
  std::optional<Retries> default_http_retry_policy;  // of routes that say nothing of retries
  bool registry_only = false;                        // outboundTrafficPolicy
  Place place;
  bool operator==(const MeshConfig&) const = default;
};

}  // namespace mesh::istio
