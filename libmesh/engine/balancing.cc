// Which host a request goes to, as the balancers have been told.
#include <algorithm>

#include "libmesh/engine/engine.h"
#include "libmesh/policy/load_balancer/bounded_load.h"
#include "libmesh/policy/load_balancer/least_request.h"
#include "libmesh/policy/load_balancer/random.h"
#include "libmesh/policy/load_balancer/round_robin.h"
#include "libmesh/policy/retry_selection.h"

namespace mesh {
namespace {

/// How often the balancer is asked again for a host that no other copy of a call goes to.
constexpr std::uint32_t hedge_selection_attempts = 10;

}  // namespace

// ---- one cluster of one proxy, made on first touch --------------------------------------------

std::uint32_t Engine::proxy_cluster(EndpointId proxy, ClusterId cluster, ClusterConfigId config) {
  const std::uint64_t mask = world_.pair_places.size() - 1;
  for (std::uint64_t i = scramble(pair_key(proxy, cluster)) & mask; world_.pair_places[i] != nil;
       i = (i + 1) & mask) {
    const std::uint32_t found = world_.pair_places[i];
    const ProxyCluster& known = world_.proxy_clusters[found];
    if (known.proxy != proxy || known.cluster != cluster) continue;
    if (known.config == config) return found;
    // A changed cluster is a new one; the old one drains (Envoy's CDS update).
    const auto hosts =
        static_cast<std::uint32_t>(plan_->cluster_configs[known.config].hosts.size());
    for (std::uint32_t h = 0; h < hosts; ++h) drain_host(found, h);
    stop_probes(world_.proxy_clusters[found]);
    const std::uint32_t made = add_proxy_cluster(proxy, cluster, config);
    world_.pair_places[i] = made;
    return made;
  }
  const std::uint32_t made = add_proxy_cluster(proxy, cluster, config);
  if (2 * ++world_.pairs > world_.pair_places.size()) grow_pairs();
  place_pair(made);
  return made;
}

void Engine::place_pair(std::uint32_t id) {
  const ProxyCluster& cluster = world_.proxy_clusters[id];
  const std::uint64_t mask = world_.pair_places.size() - 1;
  std::uint64_t i = scramble(pair_key(cluster.proxy, cluster.cluster)) & mask;
  while (world_.pair_places[i] != nil) i = (i + 1) & mask;
  world_.pair_places[i] = id;
}

void Engine::grow_pairs() {
  std::vector<std::uint32_t> old(std::max<std::size_t>(64, world_.pair_places.size() * 2), nil);
  old.swap(world_.pair_places);
  for (const std::uint32_t id : old) {
    if (id != nil) place_pair(id);
  }
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
  world_.active.resize(world_.cells.size());
  if (plan.outlier) {
    made.first_outlier = static_cast<std::uint32_t>(world_.outlier_cells.size());
    world_.outlier_cells.resize(world_.outlier_cells.size() + plan.hosts.size());
    world_.ejections.resize(world_.outlier_cells.size());
  }
  const auto id = static_cast<std::uint32_t>(world_.proxy_clusters.size());
  if (plan.health_check.checks() || plan.zone_aware || plan.subset_fallback) {
    made.special = static_cast<std::uint32_t>(world_.specials.size());
    world_.specials.emplace_back();
  }
  if (plan.health_check.checks()) add_probes(made, id);
  add_balancer(made);
  world_.proxy_clusters.push_back(made);
  if (plan.load_balancer.kind == LoadBalancerKind::ClientSideWeightedRoundRobin) {
    arm_weight_update(id);
  }
  return id;
}

// ---- what the balancers know ------------------------------------------------------------------

const ClusterView& Engine::view_of(const ProxyCluster& cluster) const {
  return cluster.view == nil ? world_.shared_views[cluster.config] : world_.own_views[cluster.view];
}

void Engine::build_shared_view(ClusterConfigId id) {
  if (!world_.shared_views.contains(id)) world_.shared_views.resize(id.value + 1);
  ClusterView& view = world_.shared_views[id];
  build_view(plan_->cluster_configs[id], nullptr, view);
  // Tables of clusters that nobody has used yet are built on first use.
  if (!view.hash.empty()) build_hash_tables(*plan_, plan_->cluster_configs[id], view);
}

/// `cluster` says whom this proxy's balancers hold for unhealthy.
void Engine::build_view(const ClusterConfig& config, const ProxyCluster* cluster,
                        ClusterView& view) {
  std::vector<HostHealth> health(config.hosts.size(), HostHealth::Absent);
  for (std::uint32_t h = 0; h < config.hosts.size(); ++h) {
    const bool member = world_.endpoints[config.hosts[h].endpoint].member;
    const Probe* probe = cluster == nullptr ? nullptr : probe_of(*cluster, h);
    if (!member && (probe == nullptr || !probe->kept)) continue;
    const bool unhealthy = cluster != nullptr && cluster->first_outlier != nil &&
                           world_.outlier_cells[cluster->first_outlier + h].told_unhealthy;
    health[h] = unhealthy ? HostHealth::Unhealthy : HostHealth::Healthy;
    if (probe != nullptr) health[h] = std::max(health[h], probe->told);
  }
  build_cluster_view(config, health, view);
  if (cluster != nullptr && is_hashed(config.load_balancer.kind)) {
    build_hash_tables(*plan_, config, view);
  }
}

// ---- the pick -----------------------------------------------------------------------------------

bool Engine::already_tried(const Request& request, EndpointId host) const {
  bool found = false;
  request.tried.each(world_.tried, [&](EndpointId tried) { return !(found = tried == host); });
  return found;
}

/// Load of the priorities for a retry that leaves those it has tried (`envoy.md` §2.7).
std::span<const PriorityShare> Engine::share_of_retry(Request& request, const RetryPolicy& policy,
                                                      const ClusterView& view) {
  if (request.tried_priorities == nil) {
    request.tried_priorities = world_.tried_priorities.insert({}).slot;
  }
  TriedPriorities& memory = world_.tried_priorities[request.tried_priorities];
  const ClusterConfig& config =
      plan_->cluster_configs[world_.proxy_clusters[request.proxy_cluster].config];
  const std::size_t n = std::min(view.priorities.size(), TriedPriorities::most);
  const std::uint32_t tried = request.tried.size(world_.tried);
  std::uint32_t fresh = tried - std::min(tried, memory.noted);
  memory.noted = tried;
  request.tried.each(world_.tried, [&](EndpointId endpoint) {
    if (fresh-- == 0) return false;
    for (const HostPlan& host : config.hosts) {
      if (host.endpoint != endpoint || host.priority >= n) continue;
      note_attempt(memory.state, std::span(memory.tried).first(n), host.priority);
      break;
    }
    return true;
  });
  const bool adjusted = previous_priorities_load(
      memory.state, policy.previous_priorities_frequency, std::span(view.table.available).first(n),
      std::span(memory.tried).first(n), std::span(memory.excluded).first(n),
      std::span(memory.share).first(n));
  return adjusted ? std::span<const PriorityShare>(memory.share).first(n)
                  : std::span<const PriorityShare>(view.table.share);
}

/// `policy` is given on retries only: its host predicate then refuses hosts already attempted,
/// and the last pick is used when all are refused (`envoy.md` §2.7).
std::uint32_t Engine::pick_host(Request& request, const RetryPolicy* policy) {
  ProxyCluster& cluster = world_.proxy_clusters[request.proxy_cluster];
  const ClusterView& view = view_of(cluster);
  const ClusterConfig& config = plan_->cluster_configs[cluster.config];
  if (config.subset_fallback) count_special(cluster, ClusterCounter::lb_subsets_fallback);
  Draw draw = draws_.at(Purpose::HostPick, request.key, request.attempts);
  const bool choosy = policy != nullptr && policy->previous_hosts;
  std::uint32_t further = choosy ? policy->host_selection_attempts : 0;
  const GuardPlan* guard = picks_for_calls_ ? guard_of(request) : nullptr;
  if (guard != nullptr && guard->balance != CallBalance::None) {
    return pick_for_call(request, *guard, cluster, view, draw);
  }
  const bool hedge = guard != nullptr && request.kind == Origin::Hedge;
  if (hedge) further = std::max(further, hedge_selection_attempts);
  const auto refuses = [&](std::uint32_t host) {
    return (choosy && already_tried(request, config.hosts[host].endpoint)) ||
           (hedge && goes_there(request, config.hosts[host].endpoint));
  };
  if (is_hashed(config.load_balancer.kind)) {
    // One word chooses priority and host; priorities tried before do not matter here.
    const auto known = hash_of(request);
    const std::uint64_t hash = known ? *known : draw.word();
    const std::uint32_t p = choose_priority(view.table.share, hash).priority;
    if (view.table.panic[p] != 0) count(cluster, ClusterCounter::lb_healthy_panic);
    return select_host(
        further,
        [&](std::uint32_t attempt) { return pick_hashed(cluster, view.hash[p], hash, attempt); },
        refuses);
  }
  const bool leaves =
      policy != nullptr && policy->previous_priorities_frequency > 0 && view.priorities.size() > 1;
  return select_host(
      further,
      [&](std::uint32_t) {
        const std::span<const PriorityShare> share =
            leaves ? share_of_retry(request, *policy, view) : view.table.share;
        return pick_once(cluster, view, share, request.worker, draw);
      },
      refuses);
}

std::uint32_t Engine::pick_hashed(const ProxyCluster& cluster, const HashTable& table,
                                  std::uint64_t hash, std::uint32_t attempt) {
  const std::uint32_t position = table.position(hash, attempt);
  if (position == no_host) return nil;
  const std::uint32_t balance =
      plan_->cluster_configs[cluster.config].load_balancer.hash_balance_percent;
  if (balance == 0) return table.hosts[position].host;
  const std::uint32_t* active = &world_.active[cluster.first_cell];
  return table
      .hosts[bounded_load_pick(
          table.hosts, position, hash, balance, cluster.breaker.requests,
          [active](std::uint32_t host) { return active[host]; }, order_)]
      .host;
}

std::uint32_t Engine::pick_once(ProxyCluster& cluster, const ClusterView& view,
                                std::span<const PriorityShare> share, std::uint16_t worker,
                                Draw& draw) {
  if (recorder_.keeps_requests()) last_pick_ = draw;
  const std::uint64_t random = draw.word();
  PriorityChoice choice;
  if (share.size() > 1 || view.has_degraded) choice = choose_priority(share, random);
  const std::uint32_t p = choice.priority;
  const bool panic = view.table.panic[p] != 0;
  if (panic) count(cluster, ClusterCounter::lb_healthy_panic);
  const PriorityView& priority = view.priorities[p];
  std::uint32_t source = priority.first_source + (panic ? 0 : 1);
  if (choice.degraded && !panic) source = priority.degraded_source();
  if (view.by_zone && p == 0 && !panic && !choice.degraded)
    source = choose_zone(cluster, view, draw);
  if (cluster.balancer != nil) source = choose_source(cluster, view, p, worker, source);
  const std::vector<std::uint32_t>& hosts = priority.source(source);
  if (hosts.empty()) return nil;
  if (cluster.balancer != nil) {
    const std::uint32_t scheduled = pick_scheduled(cluster, view, hosts, worker, source);
    if (scheduled != nil) return scheduled;
  }
  const auto n = static_cast<std::uint32_t>(hosts.size());
  const LoadBalancerConfig& balancer = plan_->cluster_configs[cluster.config].load_balancer;
  switch (balancer.kind) {
    case LoadBalancerKind::LeastRequest: {
      const std::uint32_t* active = &world_.active[cluster.first_cell];
      return hosts[least_request_pick(
          n, balancer.choices, [&](std::uint32_t i) { return active[hosts[i]]; },
          [&draw] { return draw.word(); })];
    }
    case LoadBalancerKind::RoundRobin:
    case LoadBalancerKind::ClientSideWeightedRoundRobin: {
      const std::size_t cursor = cluster.first_cursor + std::size_t{worker} * view.sources + source;
      return hosts[round_robin_pick(world_.cursors[cursor], n)];
    }
    default:
      return hosts[random_pick(n, random)];
  }
}

}  // namespace mesh
