// Virtual hosts at a gateway: its servers' hosts with the VirtualServices bound to them.
#pragma once

#include <string>
#include <vector>

#include "libmesh/plan/registry.h"

namespace mesh {

/// One domain with the rules of one VirtualService, or without any. A domain may stand several
/// times; its rules then follow each other, oldest first (istio.md §1.1.3).
struct GatewayHost {
  std::string domain;
  const istio::Gateway* gateway = nullptr;
  const istio::Server* server = nullptr;
  const VirtualServiceView* rule = nullptr;
};

/// All of a port. Empty when the first server of the port speaks no HTTP: later ones are dropped.
std::vector<GatewayHost> hosts_at_gateway(const Registry& registry, const ClientView& gateway,
                                          std::uint32_t port);

/// The server terminates HTTP, so that requests are routed one by one.
bool routes_http(const istio::Server& server);

}  // namespace mesh
