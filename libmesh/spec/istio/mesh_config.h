// Istio's mesh configuration: the key `mesh` of the ConfigMap `istio`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libmesh/spec/istio/virtual_service.h"

namespace mesh::istio {

/// An authoriser among extensionProviders; others are kept by name alone.
struct AuthorizationProvider {
  std::string name;
  std::string service;  // "host" or "namespace/host"; empty = no authoriser
  std::uint32_t port = 0;
  Duration timeout = seconds(600);
  bool fail_open = false;
  std::uint16_t status_on_error = 403;
  std::string path_prefix;
  bool operator==(const AuthorizationProvider&) const = default;
};

/// Source: pkg/config/mesh/mesh.go (DefaultMeshConfig) for what holds when nothing is said.
struct MeshConfig {
  Metadata metadata;
  std::optional<Retries> default_http_retry_policy;  // of routes that say nothing of retries
  bool registry_only = false;                        // outboundTrafficPolicy
  bool h2_upgrade = false;                           // h2UpgradePolicy
  std::vector<AuthorizationProvider> providers;      // extensionProviders
  Place place;
  bool operator==(const MeshConfig&) const = default;
};

}  // namespace mesh::istio
