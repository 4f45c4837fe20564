// What the proxies of one workload hold at the start: listeners, routes, clusters (LDS, RDS, CDS).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libmesh/plan/route_tables.h"
#include "libmesh/spec/scenario.h"

namespace mesh {

/// One port on which the application (of a gateway: the world) is listened to.
struct ListenerEntry {
  std::uint32_t port = 0;
  std::vector<VirtualHostEntry> virtual_hosts;  // HTTP
  ClusterId cluster;                            // TCP: where all bytes go; no virtual hosts
};

/// One port of the pod that its own proxy stands in front of.
struct InboundEntry {
  std::uint32_t port = 0;    // of the container
  std::string service_host;  // that brings requests there
  std::uint32_t service_port = 0;
  ClusterConfigId limits;  // none = no limits
};

struct ProxyTables {
  std::shared_ptr<const Plan> plan;  // names, endpoints, cluster configurations; no load
  WorkloadId workload;
  std::vector<ListenerEntry> listeners;
  IdVector<ClusterId, ClusterConfigId> clusters;  // none: unknown to this proxy
  std::vector<InboundEntry> inbound;              // empty without a receiving sidecar
};

/// Of "name" or "name.namespace". Problems are reported; without a workload of that name, or one
/// without a proxy, the answer has no plan.
ProxyTables proxy_tables(const Scenario& scenario, const std::string& workload,
                         Diagnostics& problems);

}  // namespace mesh
