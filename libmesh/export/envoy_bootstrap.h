// The configuration of a real Envoy that decides as the proxies of one workload do here.
#pragma once

#include <cstdint>
#include <string>

#include "libmesh/plan/proxy_tables.h"

namespace mesh {

struct BootstrapOptions {
  /// Every listener gets a free port of this address (its own admin says which), so that the file
  /// runs beside anything else; a sidecar's captured ports exist nowhere but in a pod.
  std::string listen = "127.0.0.1";
  std::uint32_t port = 0;  // only the outbound listener of this port; 0 = all of them
};

/// An Envoy v3 bootstrap as JSON: the listeners with routes and filters, the clusters with the pods
/// that exist at the start. mTLS, telemetry and protocol detection of a real sidecar are left out,
/// since nothing is simulated of them. `tables.plan` must be there.
std::string envoy_bootstrap(const ProxyTables& tables, const BootstrapOptions& options = {});

}  // namespace mesh
