// The router takes a request: cluster, host, first attempt, timer, shadow copies.
#include "libmesh/engine/engine.h"
#include "libmesh/policy/mirror.h"

namespace mesh {

namespace {

/// A body beyond the connection's buffer limit cannot be kept for a retry (`envoy.md` §1.8).
constexpr std::uint64_t retry_buffer_bytes = 1u << 20;

}  // namespace

void Engine::route(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  const RoutePlan& route = plan_->routes[request.route];
  if (route.kind != RouteKind::Forward) {
    recorder_.count(request.proxy, ProxyCounter::rq_direct_response);
    return reply_locally(slot, route.code, Details::DirectResponse);
  }
  choose_cluster(request, 0);
  forward(slot, route.retry ? &*route.retry : nullptr);
  if (route.mirrors.empty()) return;
  // Only what a host was found for is mirrored, were it refused by the pool (`envoy.md` §9).
  const Request& sent = world_.requests[slot];
  if (sent.attempts == 0 || sent.details == Details::NoHealthyUpstream || sent.session) return;
  start_mirrors(slot, route);
}

/// One stable random per stream decides the cluster and the mirrors (`envoy.md` §11.2); a TCP
/// session draws again with each try.
void Engine::choose_cluster(Request& request, std::uint64_t draw) const {
  const RoutePlan& route = plan_->routes[request.route];
  request.cluster = route.clusters.front().cluster;
  if (route.clusters.size() == 1) return;
  std::uint64_t v = draws_.at(Purpose::StableRandom, request.key, draw).word() % route.total_weight;
  for (const WeightedCluster& candidate : route.clusters) {
    request.cluster = candidate.cluster;
    if (v < candidate.weight) break;
    v -= candidate.weight;
  }
}

/// False, and the request is answered, when the proxy does not know the cluster.
bool Engine::enter_cluster(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  const ProxyConfig& config = proxy_config(request.proxy);
  const ClusterConfigId cluster =
      request.kind == Origin::Inbound ? config.inbound : config.cluster_of[request.cluster];
  if (!cluster.valid()) {
    request.flags.set(ResponseFlag::NC);
    recorder_.count(request.proxy, ProxyCounter::no_cluster);
    reply_locally(slot, 503, Details::ClusterNotFound);
    return false;
  }
  request.proxy_cluster = proxy_cluster(request.proxy, request.cluster, cluster);
  const std::uint32_t first = world_.proxy_clusters[request.proxy_cluster].first_cell;
  __builtin_prefetch(&world_.active[first]);  // the balancer and the pool will want them
  __builtin_prefetch(&world_.cells[first]);
  return true;
}

bool Engine::in_maintenance(std::uint32_t slot) {
  Request& request = world_.requests[slot];
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  const std::uint32_t percent = plan_->cluster_configs[cluster.config].maintenance_percent;
  if (draws_.at(Purpose::Maintenance, request.key, 0).modulo(100) >= percent) return false;
  count(cluster, ClusterCounter::upstream_rq_maintenance_mode);
  charge_code(cluster, 503);
  request.flags.set(ResponseFlag::UO);
  reply_locally(slot, 503, Details::MaintenanceMode);
  return true;
}

void Engine::forward(std::uint32_t slot, const RetryPolicy* policy) {
  if (!enter_cluster(slot)) return;
  Request& request = world_.requests[slot];
  const ClusterConfig& config =
      plan_->cluster_configs[world_.proxy_clusters[request.proxy_cluster].config];
  if (config.protocol == UpstreamProtocol::Tcp) {
    request.session = true;
    return open_session(slot, Details::None);
  }
  if (config.maintenance_percent > 0 && in_maintenance(slot)) return;
  request.retries_enabled = policy != nullptr && policy->on != RetryOn::None;
  if (request.retries_enabled &&
      plan_->templates[request.request].body_bytes > retry_buffer_bytes) {
    request.retries_enabled = false;
    count(world_.proxy_clusters[request.proxy_cluster], ClusterCounter::retry_or_shadow_abandoned);
  }
  if (request.retries_enabled) request.retry = begin_retries(*policy);
  const std::uint32_t host = first_host(request);
  if (host == nil) return no_healthy_upstream(slot, ClusterCounter::upstream_cx_none_healthy);
  begin_attempt(slot, host);
  // The global timer covers queueing, connecting and every try; it is not armed when the first
  // attempt has already failed on the spot (`envoy.md` §1.3).
  if (request.first_attempt != nil && request.kind != Origin::Inbound) {
    request.route_timer =
        arm(timeout_lane(request), TimerKind::RouteTimeout, slot, world_.requests.generation(slot));
  }
}

/// No host, or no pool for it. Other tries are given up; the attempt is counted before the balancer
/// is asked (`envoy.md` §1.1, §2.7).
void Engine::no_healthy_upstream(std::uint32_t slot, ClusterCounter reason) {
  abandon_attempts(slot, Details::HedgeLost);
  Request& request = world_.requests[slot];
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  if (recorder_.keeps_requests() && reason == ClusterCounter::upstream_cx_none_healthy) {
    tell_pick(request, nil);
  }
  ++request.attempts;
  request.host = EndpointId::none();
  request.flags.set(ResponseFlag::UH);
  count(cluster, reason);
  if (request.session) return reply_locally(slot, 0, Details::NoHealthyUpstream);
  charge_code(cluster, 503);
  reply_locally(slot, 503, Details::NoHealthyUpstream);
}

/// The grpc-timeout of a gRPC request, capped by the route's timeout, else the route's timeout:
/// istiod writes max_grpc_timeout beside it (`envoy.md` §1.2.1).
LaneId Engine::timeout_lane(const Request& request) const {
  const LaneId route = route_lanes_[request.route].route_timeout;
  const std::optional<Duration>& asked = plan_->templates[request.request].grpc_timeout;
  if (!asked) return route;
  const Duration cap = plan_->routes[request.route].timeout;
  return cap.ns > 0 && cap < *asked ? route : grpc_lanes_[request.request];
}

Duration Engine::timeout_of(const Request& request) const {
  const Duration route = plan_->routes[request.route].timeout;
  const std::optional<Duration>& asked = plan_->templates[request.request].grpc_timeout;
  return asked && (route.ns == 0 || *asked < route) ? *asked : route;
}

void Engine::start_mirrors(std::uint32_t slot, const RoutePlan& route) {
  const Request primary = world_.requests[slot];
  const std::uint64_t stable = draws_.at(Purpose::StableRandom, primary.key, 0).word();
  for (std::size_t i = 0; i < route.mirrors.size(); ++i) {
    if (!is_mirrored(route.mirrors[i].share, stable)) continue;
    const std::uint32_t copy = open_request({.kind = Origin::Mirror,
                                             .key = scramble(primary.key + 0x6d6972726f72u + i),
                                             .root = primary.root,
                                             .parent = primary.id,
                                             .proxy = primary.proxy,
                                             .worker = primary.worker,
                                             .request = primary.request});
    Request& mirror = world_.requests[copy];
    mirror.upstream = primary.upstream;
    mirror.route = primary.route;  // its timeout, no retries
    mirror.cluster = route.mirrors[i].cluster;
    forward(copy, nullptr);
  }
}

/// The receiving sidecar has one host, the application of its own pod.
std::uint32_t Engine::first_host(Request& request) {
  return request.kind == Origin::Inbound ? 0 : pick_host(request, nullptr);
}

}  // namespace mesh
