// Routes with what EnvoyFilters change of them and put in front of them.
#include "libmesh/plan/authorization.h"
#include "libmesh/plan/cors.h"
#include "libmesh/plan/endpoints.h"
#include "libmesh/plan/overload.h"
#include "libmesh/plan/router.h"

namespace mesh {

RouteTable Router::outbound_table(WorkloadId client, std::uint32_t port) const {
  const bool gateway = draft_.plan.workloads[client].is_gateway;
  return {gateway ? istio::PatchContext::Gateway : istio::PatchContext::SidecarOutbound, port,
          port};
}

const Router::Patches& Router::patches_of(WorkloadId workload, istio::PatchContext side) {
  const auto [slot, is_new] = patches_.try_emplace({workload, side});
  if (is_new) {
    using Target = istio::EnvoyPatch::Target;
    const EnvoyFilters& filters = registry_.envoy_filters();
    const ClientView view = registry_.client(draft_, workload);
    slot->second = {filters.patches(Target::VirtualHost, side, view),
                    filters.patches(Target::HttpRoute, side, view),
                    filters.patches(Target::HttpFilter, side, view)};
  }
  return slot->second;
}

RouteOverrides Router::patch(WorkloadId client, const RouteTable& table, RoutePlan& route) {
  const Patches& patches = patches_of(client, table.side);
  return apply_route_patches(patches.virtual_hosts, patches.routes, table, route);
}

/// Policies hold where requests are received: at gateways and on the inbound side.
OwnFilters Router::own_filters(WorkloadId client, const RouteTable& table, TemplateId request,
                               const istio::HttpRoute* rule) {
  OwnFilters own;
  const RequestTemplate asked = draft_.plan.templates[request];
  own.overload = overload_manager(draft_, client);
  if (rule != nullptr && rule->cors) own.cors = cors_filter(*rule->cors, asked);
  if (table.side == istio::PatchContext::SidecarOutbound) return own;
  own.authorization = custom_authorization(draft_, registry_, registry_.client(draft_, client),
                                           table.target_port, asked);
  return own;
}

RouteId Router::finished(WorkloadId client, const RouteTable& table, TemplateId request,
                         RoutePlan route, const istio::HttpRoute* rule) {
  const bool inbound = table.side == istio::PatchContext::SidecarInbound;
  const bool proxied = inbound || draft_.plan.workloads[client].has_sidecar ||
                       draft_.plan.workloads[client].is_gateway;
  if (!proxied) return draft_.intern(std::move(route));
  const OwnFilters own = own_filters(client, table, request, rule);
  if (registry_.envoy_filters().empty() && !own.overload && !own.authorization && !own.cors) {
    return draft_.intern(std::move(route));
  }
  const RouteOverrides overrides = patch(client, table, route);
  const std::vector<NamedPatch> filters = filters_on(patches_of(client, table.side).filters, table);
  for (const NamedPatch& filter : filters) {
    if (const auto* fault = std::get_if<istio::FaultFilter>(&filter.spec->value)) {
      apply_fault_filter(*fault, draft_.plan.templates[request], route);
    }
  }
  route.filters = plan_filters(draft_, filters, table, overrides, own, route, request);
  return draft_.intern(std::move(route));
}

RouteId Router::resolve_inbound(WorkloadId workload, TemplateId request) {
  const Patches& patches = patches_of(workload, istio::PatchContext::SidecarInbound);
  if (patches.filters.empty() && !overload_manager(draft_, workload) &&
      custom_policies(registry_, registry_.client(draft_, workload)).empty()) {
    return RouteId::none();
  }
  for (const std::size_t index : registry_.services_of(workload)) {
    for (const k8s::ServicePort& port : registry_.services()[index].spec->ports) {
      const std::uint32_t target = target_port(registry_.declared(workload), port);
      if (target == 0 || !is_http(protocol_of(port))) continue;
      RoutePlan route;
      route.name = "default";
      route.virtual_host = "inbound|http|" + std::to_string(port.port);
      const RouteTable table{istio::PatchContext::SidecarInbound, port.port, target};
      const RouteId id = finished(workload, table, request, std::move(route));
      const RoutePlan& planned = draft_.plan.routes[id];
      const bool idle = !planned.filters.valid() && planned.fault == FaultPolicy{};
      return idle ? RouteId::none() : id;
    }
  }
  return RouteId::none();
}

}  // namespace mesh
