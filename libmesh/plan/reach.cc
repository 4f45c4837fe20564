// Which requests reach which workloads, through every version's routes.
#include "libmesh/plan/reach.h"

#include "libmesh/plan/endpoints.h"
#include "libmesh/plan/filter_calls.h"
#include "libmesh/plan/hash_policies.h"
#include "libmesh/plan/request_headers.h"

namespace mesh {
namespace {

/// Gateways that a request may pass before it counts as running in circles.
constexpr std::uint32_t gateways_limit = 16;
/// Authorisers that may be asked about the request to another authoriser.
constexpr std::uint32_t asks_limit = 4;

std::uint64_t pair_key(WorkloadId workload, TemplateId request) {
  return static_cast<std::uint64_t>(workload.value) << 32 | request.value;
}

}  // namespace

void Reach::send(const Sent& sent) {
  if (seen_.insert(pair_key(sent.from, sent.request)).second) sent_.push_back(sent);
}

void Reach::add_version(Router& router) {
  routers_.push_back(&router);
  receive_health_checks(routers_.size() - 1);
  for (std::size_t i = 0; i < followed_; ++i) resolve(routers_.size() - 1, Sent(sent_[i]));
  follow();
}

void Reach::follow() {
  for (; followed_ < sent_.size(); ++followed_) {
    const Sent sent = sent_[followed_];
    for (std::size_t version = 0; version < routers_.size(); ++version) resolve(version, sent);
  }
}

/// Proxies ask the hosts of every cluster that they hold, used or not.
void Reach::receive_health_checks(std::size_t version) {
  std::vector<bool> done(draft_.plan.cluster_configs.size(), false);
  for (const ProxyConfig& proxy : draft_.plan.versions[version].proxies) {
    for (const ClusterConfigId id : proxy.cluster_of) {
      if (!id.valid() || done[id.value]) continue;
      done[id.value] = true;
      const ClusterConfig& config = draft_.plan.cluster_configs[id];
      if (config.health_check.kind != HealthCheckPlan::Kind::Http) continue;
      const TemplateId request = config.health_check.request;
      for_each_workload(draft_.plan, config.hosts, [&](WorkloadId workload) {
        if (!draft_.plan.workloads[workload].is_gateway) receive({workload, request});
      });
    }
  }
}

void Reach::resolve(std::size_t version, const Sent& sent) {
  ResolvedRoute resolved = routers_[version]->resolve(sent.from, sent.request);
  heed_headers(sent, resolved);
  auto& route_of = draft_.plan.versions[version].proxies[sent.from].route_of;
  if (!route_of.contains(sent.request)) route_of.resize(sent.request.value + 1);
  route_of[sent.request] = resolved;
  if (!resolved.route.valid()) return;
  plan_hash_key(draft_, resolved.route, resolved.upstream);
  const RoutePlan route = draft_.plan.routes[resolved.route];
  for (const WeightedCluster& target : route.clusters) {
    know_without_mesh(version, sent.from, target.cluster);
    reach_cluster(version, sent, target.cluster, resolved.upstream);
  }
  for (const MirrorPolicy& mirror : route.mirrors) {
    reach_cluster(version, sent, mirror.cluster, resolved.upstream);
  }
  reach_filter_calls(version, sent, resolved.route);
}

/// Services that the filters of a route ask.
void Reach::reach_filter_calls(std::size_t version, const Sent& sent, RouteId route) {
  std::vector<FilterCallPlan> calls;
  for_each_filter_call(draft_.plan, draft_.plan.routes[route].filters,
                       [&calls](const FilterCallPlan& call) { calls.push_back(call); });
  const auto& known = draft_.plan.versions[version].proxies[sent.from].cluster_of;
  for (const FilterCallPlan& call : calls) {
    if (!known.contains(call.cluster) || !known[call.cluster].valid()) {
      const RoutePlan& asked = draft_.plan.routes[call.route];
      draft_.warning(plan_code::unknown_filter_cluster, draft_.facts[sent.from].place,
                     draft_.plan.workloads[sent.from].name + ": " + asked.virtual_host,
                     "nobody knows the cluster \"" + draft_.plan.clusters[call.cluster] +
                         "\": every call of the filter fails",
                     "istiod names clusters \"outbound|port||host\"; declare the Service");
    }
    Sent asking = sent;
    ++asking.asks;
    reach_cluster(version, asking, call.cluster, call.request);
  }
}

/// No istiod tells a client without proxy of its clusters: it knows those that it asks.
void Reach::know_without_mesh(std::size_t version, WorkloadId client, ClusterId cluster) {
  const WorkloadPlan& workload = draft_.plan.workloads[client];
  const ClusterConfigId config = routers_[version]->cluster_without_mesh(cluster);
  if (workload.has_sidecar || workload.is_gateway || !config.valid()) return;
  auto& known = draft_.plan.versions[version].proxies[client].cluster_of;
  if (!known.contains(cluster)) known.resize(cluster.value + 1);
  known[cluster] = config;
}

/// Requests that ask for something get a route of their own, where what they ask for counts.
void Reach::heed_headers(const Sent& sent, ResolvedRoute& resolved) {
  const WorkloadPlan& client = draft_.plan.workloads[sent.from];
  const bool has_proxy = client.has_sidecar || client.is_gateway;
  if (!draft_.scenario.platform.internal_requests || !has_proxy || !resolved.route.valid()) return;
  const RequestTemplate& request = draft_.plan.templates[sent.request];
  if (!asks_by_headers(request)) return;
  resolved.route = draft_.intern(with_request_headers(draft_.plan.routes[resolved.route], request));
}

/// Filters there may ask services, whose requests arrive in turn.
void Reach::resolve_inbound() {
  for (std::size_t i = 0; i < arrivals_.size(); ++i) {
    resolve_inbound(Sent(arrivals_[i]));
    follow();
  }
}

void Reach::resolve_inbound(const Sent& arrival) {
  const auto [workload, request, gateways, asks] = arrival;
  if (!draft_.plan.workloads[workload].receives_through_sidecar) return;
  for (std::size_t version = 0; version < routers_.size(); ++version) {
    const RouteId route = routers_[version]->resolve_inbound(workload, request);
    if (!route.valid()) continue;
    auto& route_of = draft_.plan.versions[version].proxies[workload].inbound_route_of;
    if (!route_of.contains(request)) route_of.resize(request.value + 1);
    route_of[request] = route;
    reach_filter_calls(version, arrival, route);
  }
}

void Reach::reach_cluster(std::size_t version, const Sent& sent, ClusterId cluster,
                          TemplateId upstream) {
  const auto& known = draft_.plan.versions[version].proxies[sent.from].cluster_of;
  if (!known.contains(cluster) || !known[cluster].valid()) return;
  const ClusterConfig& config = draft_.plan.cluster_configs[known[cluster]];
  for_each_workload(draft_.plan, config.hosts, [&](WorkloadId workload) {
    receive({workload, upstream, sent.gateways, sent.asks});
  });
}

bool Reach::goes_on_without_end(const Sent& arrival) {
  const bool gateway = draft_.plan.workloads[arrival.from].is_gateway;
  const bool forwarded = gateway && arrival.gateways >= gateways_limit;
  const bool asked = arrival.asks > asks_limit;
  if (!forwarded && !asked) return false;
  draft_.error(forwarded ? plan_code::endless_gateways : plan_code::call_circle,
               draft_.facts[arrival.from].place, draft_.plan.workloads[arrival.from].name,
               (forwarded ? "requests are sent from gateway to gateway without end: "
                          : "an authoriser is asked about being asked, without end: ") +
                   draft_.plan.templates[arrival.request].text);
  return true;
}

void Reach::receive(const Sent& arrival) {
  const auto [workload, request, gateways, asks] = arrival;
  if (!arrived_.insert(pair_key(workload, request)).second) return;
  if (goes_on_without_end(arrival)) return;
  if (draft_.plan.workloads[workload].is_gateway) {
    send({workload, request, gateways + 1, asks});
    return;
  }
  arrivals_.push_back(arrival);
  const HandlerId handler = handlers_.choose(workload, request);
  auto& handler_of = draft_.plan.workloads[workload].handler_of;
  if (!handler_of.contains(request)) handler_of.resize(request.value + 1);
  handler_of[request] = handler;
  for (const CallId call : handlers_.calls(handler)) {
    send({workload, draft_.plan.calls[call].request});
  }
}

}  // namespace mesh
