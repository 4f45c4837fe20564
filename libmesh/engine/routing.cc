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
    return reply_locally(slot, route.code, Details::DirectResponse);
  }
  request.cluster = route.clusters.front().cluster;
  if (route.clusters.size() > 1) {
    // One stable random per stream decides the cluster and the mirrors (`envoy.md` §11.2).
    std::uint64_t v = draws_.at(Purpose::StableRandom, request.key, 0).word() % route.total_weight;
    for (const WeightedCluster& candidate : route.clusters) {
      request.cluster = candidate.cluster;
      if (v < candidate.weight) break;
      v -= candidate.weight;
    }
  }
  forward(slot, route.retry ? &*route.retry : nullptr);
  if (!route.mirrors.empty() && world_.requests[slot].attempts > 0) start_mirrors(slot, route);
}

void Engine::forward(std::uint32_t slot, const RetryPolicy* policy) {
  Request& request = world_.requests[slot];
  const ProxyConfig& config = proxy_config(request.proxy);
  const ClusterConfigId cluster =
      request.kind == Origin::Inbound ? config.inbound : config.cluster_of[request.cluster];
  if (!cluster.valid()) {
    request.flags.set(ResponseFlag::NC);
    return reply_locally(slot, 503, Details::ClusterNotFound);
  }
  request.proxy_cluster = proxy_cluster(request.proxy, request.cluster, cluster);
  request.retries_enabled = policy != nullptr && policy->on != RetryOn::None;
  if (request.retries_enabled &&
      plan_->templates[request.request].body_bytes > retry_buffer_bytes) {
    request.retries_enabled = false;
    count(world_.proxy_clusters[request.proxy_cluster], ClusterCounter::retry_or_shadow_abandoned);
  }
  if (request.retries_enabled) request.retry = begin_retries(*policy);
  const std::uint32_t host = first_host(request);
  if (host == nil) {
    request.attempts = 1;  // counted before the balancer is asked (`envoy.md` §1.1)
    ProxyCluster& pc = world_.proxy_clusters[request.proxy_cluster];
    count(pc, ClusterCounter::upstream_cx_none_healthy);
    charge_code(pc, 503);
    request.flags.set(ResponseFlag::UH);
    return reply_locally(slot, 503, Details::NoHealthyUpstream);
  }
  begin_attempt(slot, host);
  // The global timer covers queueing, connecting and every try; it is not armed when the first
  // attempt has already failed on the spot (`envoy.md` §1.3).
  if (request.first_attempt != nil && request.route.valid()) {
    request.route_timer =
        arm(timeout_lane(request), TimerKind::RouteTimeout, slot, world_.requests.generation(slot));
  }
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
