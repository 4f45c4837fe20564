// What the proxies of one workload hold at the start: listeners, routes, clusters (LDS, RDS, CDS).
#include "libmesh/plan/proxy_tables.h"

#include "libmesh/plan/changes.h"
#include "libmesh/plan/clusters.h"
#include "libmesh/plan/endpoints.h"
#include "libmesh/plan/names.h"
#include "libmesh/plan/router.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

/// Ports that carry bytes only: one listener per service and port.
void add_tcp_listeners(Draft& draft, const Registry& registry,
                       std::vector<ListenerEntry>& listeners) {
  for (const ServiceView& service : registry.services()) {
    for (const k8s::ServicePort& port : service.spec->ports) {
      if (port.protocol == "UDP" || is_http(protocol_of(port))) continue;
      const ClusterId cluster = draft.intern_cluster(outbound_cluster(port.port, "", service.host));
      listeners.push_back({port.port, {}, cluster});
    }
  }
}

std::vector<InboundEntry> inbound_of(const Draft& draft, const Registry& registry,
                                     Clusters& clusters, WorkloadId workload) {
  std::vector<InboundEntry> entries;
  const WorkloadPlan& plan = draft.plan.workloads[workload];
  if (!plan.receives_through_sidecar || plan.is_gateway) return entries;
  const ClusterConfigId limits = clusters.inbound(workload);
  for (const std::size_t index : registry.services_of(workload)) {
    const ServiceView& service = registry.services()[index];
    for (const k8s::ServicePort& port : service.spec->ports) {
      const std::uint32_t target = target_port(registry.declared(workload), port);
      if (target == 0 || !is_http(protocol_of(port))) continue;
      InboundEntry entry{target, service.host, port.port, ClusterConfigId::none()};
      if (limits.valid()) {
        const ClusterId cluster = draft.plan.cluster_configs[limits].cluster;
        if (draft.plan.clusters[cluster] == inbound_cluster(target)) entry.limits = limits;
      }
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

void add_outbound(Draft& draft, const Registry& registry, Clusters& clusters, Router& router,
                  ProxyTables& tables) {
  for (const std::uint32_t port : router.listener_ports(tables.workload)) {
    tables.listeners.push_back({port, router.virtual_hosts_at(tables.workload, port), {}});
  }
  if (!draft.plan.workloads[tables.workload].is_gateway) {
    add_tcp_listeners(draft, registry, tables.listeners);
  }
  tables.clusters = clusters.known_to(tables.workload);
  tables.clusters.resize(draft.plan.clusters.size());
}

}  // namespace

ProxyTables proxy_tables(const Scenario& scenario, const std::string& workload,
                         Diagnostics& problems) {
  Draft draft(scenario);
  const std::vector<VersionInput> inputs = version_inputs(draft);
  plan_workloads(draft, inputs);
  plan_changes(draft, inputs);
  plan_endpoints(draft);
  const Resources& resources = inputs.front().resources;
  const Registry registry(draft, resources);
  const DestinationRules rules(resources);
  Clusters clusters(draft, registry, rules);
  Router router(draft, registry, rules, clusters);

  ProxyTables tables;
  tables.workload = draft.workload_named(workload, {scenario.file, 0, 0}, "workload");
  if (tables.workload.valid()) {
    const WorkloadPlan& plan = draft.plan.workloads[tables.workload];
    if (plan.has_sidecar) add_outbound(draft, registry, clusters, router, tables);
    tables.inbound = inbound_of(draft, registry, clusters, tables.workload);
    if (!plan.has_sidecar && tables.inbound.empty()) {
      draft.error(plan_code::no_proxy, draft.facts[tables.workload].place, "workload",
                  plan.name + " has no proxy", "name a workload with a sidecar, or a gateway");
    }
  }
  const bool failed = draft.problems.has_errors() || !tables.workload.valid();
  draft.problems.sort();
  problems.append(draft.problems);
  if (!failed) tables.plan = std::make_shared<const Plan>(std::move(draft.plan));
  return tables;
}

}  // namespace mesh
