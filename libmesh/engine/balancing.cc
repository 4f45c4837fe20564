// Which host a request goes to, as the balancers have been told.
#include "libmesh/base/check.h"
#include "libmesh/engine/engine.h"
#include "libmesh/policy/load_balancer/least_request.h"
#include "libmesh/policy/load_balancer/random.h"
#include "libmesh/policy/load_balancer/round_robin.h"
#include "libmesh/policy/panic.h"
#include "libmesh/policy/retry_selection.h"

namespace mesh {

namespace {

std::uint64_t pair_key(EndpointId proxy, ClusterId cluster) {
  return static_cast<std::uint64_t>(proxy.value) << 32 | cluster.value;
}

}  // namespace

// ---- one cluster of one proxy, made on first touch --------------------------------------------

std::uint32_t Engine::proxy_cluster(EndpointId proxy, ClusterId cluster, ClusterConfigId config) {
  const std::uint64_t key = pair_key(proxy, cluster);
  const std::uint64_t mask = world_.pair_keys.size() - 1;
  for (std::uint64_t i = scramble(key) & mask; world_.pair_slots[i] != nil; i = (i + 1) & mask) {
    if (world_.pair_keys[i] != key) continue;
    const std::uint32_t found = world_.pair_slots[i];
    if (world_.proxy_clusters[found].config == config) return found;
    // A changed cluster is a new one; the old one drains (Envoy's CDS update).
    const auto hosts = static_cast<std::uint32_t>(
        plan_->cluster_configs[world_.proxy_clusters[found].config].hosts.size());
    for (std::uint32_t h = 0; h < hosts; ++h) drain_host(found, h);
    const std::uint32_t made = add_proxy_cluster(proxy, cluster, config);
    world_.pair_slots[i] = made;
    return made;
  }
  const std::uint32_t made = add_proxy_cluster(proxy, cluster, config);
  if (2 * ++world_.pairs > world_.pair_keys.size()) grow_pairs();
  const std::uint64_t wider = world_.pair_keys.size() - 1;
  std::uint64_t i = scramble(key) & wider;
  while (world_.pair_slots[i] != nil) i = (i + 1) & wider;
  world_.pair_keys[i] = key;
  world_.pair_slots[i] = made;
  return made;
}

void Engine::grow_pairs() {
  std::vector<std::uint64_t> keys(std::max<std::size_t>(64, world_.pair_keys.size() * 2));
  std::vector<std::uint32_t> slots(keys.size(), nil);
  const std::uint64_t mask = keys.size() - 1;
  for (std::size_t old = 0; old < world_.pair_keys.size(); ++old) {
    if (world_.pair_slots[old] == nil) continue;
    std::uint64_t i = scramble(world_.pair_keys[old]) & mask;
    while (slots[i] != nil) i = (i + 1) & mask;
    keys[i] = world_.pair_keys[old];
    slots[i] = world_.pair_slots[old];
  }
  world_.pair_keys.swap(keys);
  world_.pair_slots.swap(slots);
}

std::uint32_t Engine::add_proxy_cluster(EndpointId proxy, ClusterId cluster,
                                        ClusterConfigId config) {
  const ClusterConfig& plan = plan_->cluster_configs[config];
  ProxyCluster made;
  made.proxy = proxy;
  made.cluster = cluster;
  made.config = config;
  made.first_cell = static_cast<std::uint32_t>(world_.cells.size());
  world_.cells.resize(world_.cells.size() + std::max<std::size_t>(plan.hosts.size(), 1));
  if (plan.outlier) {
    made.first_outlier = static_cast<std::uint32_t>(world_.outlier_cells.size());
    world_.outlier_cells.resize(world_.outlier_cells.size() + plan.hosts.size());
  }
  const auto id = static_cast<std::uint32_t>(world_.proxy_clusters.size());
  const std::uint32_t workers = plan_->workloads[workload_of(proxy)].concurrency;
  made.first_cursor = static_cast<std::uint32_t>(world_.cursors.size());
  for (std::uint32_t w = 0; w < workers; ++w) {
    world_.cursors.push_back(
        round_robin_start(draws_.at(Purpose::BalancerSeed, pair_key(proxy, cluster), w).word()));
  }
  world_.proxy_clusters.push_back(made);
  return id;
}

// ---- what the balancers know ------------------------------------------------------------------

const ClusterView& Engine::view_of(const ProxyCluster& cluster) const {
  return cluster.view == nil ? world_.shared_views[cluster.config] : world_.own_views[cluster.view];
}

void Engine::build_shared_view(ClusterConfigId config) {
  if (!world_.shared_views.contains(config)) world_.shared_views.resize(config.value + 1);
  build_view(plan_->cluster_configs[config], nullptr, world_.shared_views[config]);
}

/// Priority loads and panic (`envoy.md` §6.2, §6.3) over the members; `cluster` says whom this
/// proxy's balancers hold for unhealthy.
void Engine::build_view(const ClusterConfig& config, const ProxyCluster* cluster,
                        ClusterView& view) {
  const std::size_t priorities = config.hosts.empty() ? 1 : config.hosts.back().priority + 1u;
  view.priorities.assign(priorities, {});
  for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
    if (!world_.endpoints[config.hosts[h].endpoint].member) continue;
    PriorityView& priority = view.priorities[config.hosts[h].priority];
    priority.all.push_back(h);
    const bool unhealthy = cluster != nullptr && cluster->first_outlier != nil &&
                           world_.outlier_cells[cluster->first_outlier + h].told_unhealthy;
    if (!unhealthy) priority.healthy.push_back(h);
  }
  std::vector<PriorityHosts> counts;
  for (const PriorityView& priority : view.priorities) {
    counts.push_back({.hosts = static_cast<std::uint32_t>(priority.all.size()),
                      .healthy = static_cast<std::uint32_t>(priority.healthy.size())});
  }
  assess_priorities({.panic_threshold_percent = config.panic_threshold_percent}, counts, {},
                    view.table);
}

// ---- the pick ---------------------------------------------------------------------------------

bool Engine::already_tried(const Request& request, EndpointId host) const {
  for (std::uint32_t t = request.tried; t != nil; t = world_.tried[t].next) {
    if (world_.tried[t].host == host) return true;
  }
  return false;
}

/// `policy` is given on retries only: its host predicate then refuses hosts already attempted,
/// and the last pick is used when all are refused (`envoy.md` §2.7).
std::uint32_t Engine::pick_host(const Request& request, const RetryPolicy* policy) {
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  const ClusterView& view = view_of(cluster);
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  Draw draw = draws_.at(Purpose::HostPick, request.key, request.attempts);
  const bool choosy = policy != nullptr && policy->previous_hosts;
  return select_host(
      choosy ? policy->host_selection_attempts : 0,
      [&](std::uint32_t) { return pick_once(cluster, view, request.worker, draw); },
      [&](std::uint32_t host) {
        return choosy && already_tried(request, config.hosts[host].endpoint);
      });
}

std::uint32_t Engine::pick_once(ProxyCluster& cluster, const ClusterView& view,
                                std::uint16_t worker, Draw& draw) {
  const std::uint64_t random = draw.word();
  const std::uint32_t p =
      view.priorities.size() > 1 ? choose_priority(view.table.share, random).priority : 0;
  const bool panic = view.table.panic[p] != 0;
  if (panic) count(cluster, ClusterCounter::lb_healthy_panic);
  const PriorityView& priority = view.priorities[p];
  const std::vector<std::uint32_t>& hosts = panic ? priority.all : priority.healthy;
  if (hosts.empty()) return nil;
  const auto n = static_cast<std::uint32_t>(hosts.size());
  const LoadBalancerConfig& balancer = plan_->cluster_configs[cluster.config].load_balancer;
  switch (balancer.kind) {
    case LoadBalancerKind::RoundRobin:
      return hosts[round_robin_pick(world_.cursors[cluster.first_cursor + worker], n)];
    case LoadBalancerKind::LeastRequest: {
      const HostCell* cells = &world_.cells[cluster.first_cell];
      return hosts[least_request_pick(
          n, balancer.choices, [&](std::uint32_t i) { return cells[hosts[i]].active; },
          [&draw] { return draw.word(); })];
    }
    default:
      return hosts[random_pick(n, random)];
  }
}

}  // namespace mesh
