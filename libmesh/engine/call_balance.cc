// The host of a call, where the caller has no sidecar and chooses itself.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

/// Among the hosts that discovery knows, those left out to which another copy of the call goes; nil
/// if there is none.
std::uint32_t Engine::pick_for_call(const Request& request, const GuardPlan& guard,
                                    const ProxyCluster& cluster, const ClusterView& view,
                                    Draw& draw) {
  const PriorityView& first = view.priorities.front();
  const std::vector<std::uint32_t>& known = first.healthy.empty() ? first.all : first.healthy;
  std::span<const std::uint32_t> hosts = known;
  if (request.kind == Origin::Hedge) {
    order_.clear();
    for (const std::uint32_t host : known) {
      if (!goes_there(request, host_of(cluster, host))) order_.push_back(host);
    }
    if (!order_.empty()) hosts = order_;
  }
  if (hosts.empty()) return nil;
  const std::uint32_t guard_id = plan_->calls[world_.frames[request.origin.slot].call].guard;
  CallBalancer& balancer = world_.guards.balancers.of(bucket_key(request.proxy.value, guard_id));
  switch (guard.balance) {
    case CallBalance::RoundRobin:
      return hosts[balancer.turn++ % hosts.size()];
    case CallBalance::LeastLoaded:
      return pick_least_loaded(cluster, hosts, draw);
    case CallBalance::PeakEwma:
      return pick_cheapest(guard, cluster, hosts, balancer, draw);
    case CallBalance::None:
    case CallBalance::Random:
      break;
  }
  return hosts[draw.modulo(hosts.size())];
}

/// The fewest requests of this pod under way; one of them at random when there are several.
std::uint32_t Engine::pick_least_loaded(const ProxyCluster& cluster,
                                        std::span<const std::uint32_t> hosts, Draw& draw) const {
  const std::uint32_t* const active = &world_.active[cluster.first_cell];
  std::uint32_t best = hosts.front(), equals = 1;
  for (const std::uint32_t host : hosts.subspan(1)) {
    if (active[host] > active[best]) continue;
    equals = active[host] < active[best] ? 1 : equals + 1;
    if (equals == 1 || draw.modulo(equals) == 0) best = host;
  }
  return best;
}

/// The lowest load of some hosts, each compared once: a sample by Knuth's algorithm S.
std::uint32_t Engine::pick_cheapest(const GuardPlan& guard, const ProxyCluster& cluster,
                                    std::span<const std::uint32_t> hosts, CallBalancer& balancer,
                                    Draw& draw) {
  const std::size_t all = plan_->cluster_configs[cluster.config].hosts.size();
  if (balancer.hosts.size() < all) balancer.hosts.resize(all);
  const std::uint32_t* const active = &world_.active[cluster.first_cell];
  std::size_t wanted = std::min<std::size_t>(guard.choices, hosts.size());
  std::uint32_t best = nil;
  double least = 0;
  for (std::size_t i = 0; i < hosts.size() && wanted > 0; ++i) {
    if (draw.modulo(hosts.size() - i) >= wanted) continue;
    --wanted;
    const std::uint32_t host = hosts[i];
    const double load = balancer.hosts[host].load(guard.decay, now(), active[host]);
    // Equal ones: either, at random, or the first hosts would get the first calls.
    if (best == nil || load < least || (load == least && draw.modulo(2) == 0)) {
      best = host;
      least = load;
    }
  }
  return best;
}

/// An attempt has ended, whatever it came to.
void Engine::note_round_trip(const Request& request, const Attempt& attempt) {
  const GuardPlan* guard = guard_of(request);
  if (guard == nullptr || guard->balance != CallBalance::PeakEwma) return;
  const std::uint32_t guard_id = plan_->calls[world_.frames[request.origin.slot].call].guard;
  CallBalancer& balancer = world_.guards.balancers.of(bucket_key(request.proxy.value, guard_id));
  if (attempt.host_index >= balancer.hosts.size()) return;
  balancer.hosts[attempt.host_index].observe(
      guard->decay, now(), static_cast<double>(elapsed(attempt.started, now()).ns));
}

}  // namespace mesh
